// Every way in which a file can lie: refused with what, where, expected and found, and never with more memory than
// the file has bytes.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "base/error.h"
#include "model/model_file.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

/** As small as a whole model gets: few tokens in the list, one layer each. The values of its tensors are made once. */
ModelImage small_image(StoredType type = StoredType::q8_0) {
  static std::map<StoredType, ModelImage> made;
  const auto [found, is_new] = made.try_emplace(type);
  if (is_new) {
    found->second = make_model({.shape = small_shape(51864, 80, 32), .type = type, .tokens = made_up_tokens(300)});
    for (TensorImage& tensor : found->second.tensors) {
      tensor.values = [values = std::make_shared<const std::vector<std::byte>>(tensor.values())] { return *values; };
    }
  }
  return found->second;
}

/** The text of the error that the bytes are refused with; "" where they are accepted. */
std::string refusal(std::vector<std::byte> bytes) {
  try {
    ModelFile::from_bytes(std::move(bytes), "hostile.bin");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), FW_STATUS_MODEL_FILE) << error.what();
    return error.what();
  }
}

/** Expects that the file is refused and that the message has each of the parts. */
void expect_refused(const ModelImage& image, std::initializer_list<std::string> parts) {
  const std::string message = refusal(image.bytes());
  for (const std::string& part : parts) {
    EXPECT_NE(message.find(part), std::string::npos) << "\"" << message << "\" lacks \"" << part << "\"";
  }
}

TEST(HostileModelFile, theImageItselfIsFine) { EXPECT_EQ(refusal(small_image().bytes()), ""); }

TEST(HostileModelFile, truncatedAtEveryField) {
  const ModelImage image = small_image();
  const std::vector<std::byte> whole = image.bytes();
  for (const size_t border : image.borders()) {
    if (border == whole.size()) continue;
    for (const size_t length : {border, border + 1}) {
      const std::string message = refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
      ASSERT_NE(message.find("expected"), std::string::npos) << length << " bytes: " << message;
      ASSERT_NE(message.find("found"), std::string::npos) << length << " bytes: " << message;
    }
  }
}

TEST(HostileModelFile, oneByteTooMuch) {
  std::vector<std::byte> bytes = small_image().bytes();
  bytes.push_back(std::byte{0});
  EXPECT_NE(refusal(bytes).find("the file's end after 1"), std::string::npos) << refusal(bytes);
}

TEST(HostileModelFile, aMessageSaysWhatWhereExpectedAndFound) {
  ModelImage image = small_image();
  image.magic = 0x46554747;
  EXPECT_EQ(refusal(image.bytes()),
            "hostile.bin: magic at byte 0: expected 0x67676d6c of a ggml Whisper file, found 0x46554747");
}

TEST(HostileModelFile, eachNumberOfTheHeadOutOfRange) {
  const char* names[] = {"n_vocab",      "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer", "n_text_ctx",
                         "n_text_state", "n_text_head", "n_text_layer",  "n_mels",       "ftype"};
  for (size_t i = 0; i != std::size(names); ++i) {
    for (const int32_t value : {-1, INT32_MIN, INT32_MAX, 1 << 20}) {
      ModelImage image = small_image();
      image.head[i] = value;
      expect_refused(image, {names[i], "at byte " + std::to_string(4 + 4 * i), "found " + std::to_string(value)});
    }
    if (i == 10) continue;
    ModelImage image = small_image();
    image.head[i] = 0;
    expect_refused(image, {names[i], "found 0"});
  }
}

TEST(HostileModelFile, headsThatDoNotDivideTheState) {
  ModelImage image = small_image();
  image.head[3] = 3;
  expect_refused(image, {"n_audio_head", "a divisor of n_audio_state 32", "found 3"});
}

TEST(HostileModelFile, anEncoderAndDecoderOfDifferentWidth) {
  ModelImage image = small_image();
  image.head[6] = 64;
  expect_refused(image, {"n_text_state", "expected 32", "found 64"});
}

TEST(HostileModelFile, fileTypesThatAreNotRead) {
  for (const int32_t ftype : {4, 5, 6, 10, 14, 15, 2010, -2007}) {
    ModelImage image = small_image();
    image.head[10] = ftype;
    expect_refused(image, {"ftype", "found " + std::to_string(ftype)});
  }
  for (const int32_t version : {0, 1, 3}) {
    ModelImage image = small_image();
    image.head[10] = 1000 * version + 7;
    expect_refused(image, {"quantisation version 2", "found " + std::to_string(version)});
  }
}

TEST(HostileModelFile, melFiltersOfAnotherSize) {
  ModelImage image = small_image();
  image.n_mels = 128;
  expect_refused(image, {"mel filters", "expected 80", "found 128"});
  image = small_image();
  image.n_bins = INT32_MAX;
  expect_refused(image, {"bins of the mel filters", "expected 201"});
}

TEST(HostileModelFile, absurdTokens) {
  for (const int32_t count : {-1, 0, 51865, INT32_MAX}) {
    ModelImage image = small_image();
    image.n_tokens = count;
    expect_refused(image, {"number of tokens", "found " + std::to_string(count)});
  }
  ModelImage image = small_image();
  image.tokens[7] = std::string(1025, 'x');
  expect_refused(image, {"length of a token", "found 1025"});
}

TEST(HostileModelFile, absurdDimensions) {
  for (const int32_t n_dims : {-1, 0, 5, INT32_MAX}) {
    ModelImage image = small_image();
    image.tensors[3].n_dims = n_dims;
    expect_refused(image, {"number of a tensor's dimensions", "expected 1 to 4", "found " + std::to_string(n_dims)});
  }
  for (const int32_t dim : {-1, 0, INT32_MIN}) {
    ModelImage image = small_image();
    image.tensor("decoder.token_embedding.weight").dims[0] = dim;
    expect_refused(image, {"size of a tensor", "found " + std::to_string(dim)});
  }
  ModelImage image = small_image();
  TensorImage& tensor = image.tensor("decoder.token_embedding.weight");
  tensor.n_dims = 4;
  tensor.dims = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX};
  expect_refused(image, {"sizes of \"decoder.token_embedding.weight\"", "expected [51864][32]"});
}

TEST(HostileModelFile, sizesThatAreTransposedOrFlattened) {
  ModelImage image = small_image();
  std::swap(image.tensor("encoder.blocks.0.mlp.0.weight").dims[0],
            image.tensor("encoder.blocks.0.mlp.0.weight").dims[1]);
  expect_refused(image, {"encoder.blocks.0.mlp.0.weight", "expected [128][32]", "found [32][128]"});
  image = small_image();
  image.tensor("encoder.conv1.weight").n_dims = 1;
  image.tensor("encoder.conv1.weight").dims = {32 * 80 * 3};
  expect_refused(image, {"encoder.conv1.weight", "expected [32][80][3]", "found [7680]"});
}

TEST(HostileModelFile, absurdNames) {
  for (const int32_t length : {-1, 0, 129, INT32_MAX}) {
    ModelImage image = small_image();
    image.tensors[0].n_name = length;
    expect_refused(image, {"length of a tensor's name", "found " + std::to_string(length)});
  }
  ModelImage image = small_image();
  image.tensors[0].name = std::string("evil\n\0\x1b[31m", 10);
  image.tensors[0].n_name = 10;
  expect_refused(image, {"name of a tensor", "found \"evil???[31\""});
}

TEST(HostileModelFile, aTensorTwice) {
  ModelImage image = small_image();
  image.tensors.push_back(image.tensor("decoder.ln.bias"));
  expect_refused(image, {"each tensor once", "\"decoder.ln.bias\" for the second time"});
}

TEST(HostileModelFile, eachTensorMissing) {
  const ModelImage whole = small_image();
  for (size_t i = 0; i != whole.tensors.size(); ++i) {
    ModelImage image = whole;
    image.tensors.erase(image.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    expect_refused(image, {"among them " + whole.tensors[i].name, "the file's end after"});
  }
}

TEST(HostileModelFile, aTensorThatNoModelHas) {
  ModelImage image = small_image();
  image.tensor("decoder.ln.bias").name = "decoder.ln.bios";
  expect_refused(image, {"expected a tensor of this shape", "found \"decoder.ln.bios\""});
}

TEST(HostileModelFile, tensorTypesThatAreNotRead) {
  for (const int32_t ttype : {-1, 4, 5, 9, 10, 14, 30, INT32_MAX}) {
    ModelImage image = small_image();
    image.tensor("decoder.token_embedding.weight").ttype = ttype;
    expect_refused(image, {"type of \"decoder.token_embedding.weight\"", "found " + std::to_string(ttype)});
  }
}

TEST(HostileModelFile, rowsThatAreNoWholeBlocks) {
  ModelImage image = small_image();
  image.tensor("encoder.conv1.weight").ttype = static_cast<int32_t>(StoredType::q5_0);
  expect_refused(image, {"rows of 3 values in whole blocks", "q5_0 with blocks of 32"});
}

TEST(HostileModelFile, aShapeOfTerabytesInAFileOfBytes) {
  ModelImage image = small_image();
  image.head[2] = image.head[6] = 8192;
  image.head[3] = image.head[7] = 256;
  image.head[4] = image.head[8] = 256;
  expect_refused(image, {"expected [1500][8192]", "found [1500][32]"});
}

}  // namespace
}  // namespace fw
