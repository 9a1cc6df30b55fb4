#include "model/model_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "golden_data/golden_data.h"
#include "model_maker/model_maker.h"
#include "model_maker/quantise.h"

namespace fw {
namespace {

std::string bundled_path() { return repository_path("models/ggml-demo.en-q8_0.bin"); }

ModelFile open_image(const ModelImage& image) { return ModelFile::from_bytes(image.bytes(), "image"); }

TEST(ModelFile, opensTheBundledModel) {
  const ModelFile file = ModelFile::open(bundled_path());
  const ModelShape expected{51864, 1500, 256, 4, 6, 448, 256, 4, 3, 80};
  EXPECT_EQ(file.shape(), expected);
  EXPECT_EQ(file.type(), StoredType::q8_0);
  EXPECT_EQ(file.mel_filters().size(), 80u * 201u);
  EXPECT_EQ(file.vocabulary().bytes(256), " t");
  EXPECT_EQ(file.tensors().size(), 10u + 1u + 15u * 6u + 24u * 3u);
  const StoredTensor& embedding = file.tensor("decoder.token_embedding.weight");
  EXPECT_EQ(embedding.sizes, (std::vector<int64_t>{51864, 256}));
  EXPECT_EQ(embedding.type, StoredType::q8_0);
  EXPECT_EQ(file.tensor("encoder.conv1.weight").sizes, (std::vector<int64_t>{256, 80, 3}));
  EXPECT_EQ(file.tensor("encoder.conv1.bias").sizes, (std::vector<int64_t>{256}));
}

TEST(ModelFile, itsMelFiltersAreSlaneys) {
  const ModelFile file = ModelFile::open(bundled_path());
  const std::vector<float> expected = mel_filters(80);
  for (size_t i = 0; i != expected.size(); ++i) ASSERT_NEAR(file.mel_filters()[i], expected[i], 1e-6f) << i;
}

TEST(ModelFile, rowsReadAloneAreTheRowsOfTheWhole) {
  const ModelFile file = ModelFile::open(bundled_path());
  const std::string name = "decoder.token_embedding.weight";
  const StoredTensor& tensor = file.tensor(name);
  const std::vector<float> whole = file.read(name);
  ASSERT_EQ(whole.size(), 51864u * 256u);
  for (const int64_t row : {int64_t{0}, int64_t{50256}, int64_t{51863}}) {
    std::vector<float> alone(256);
    file.read_rows(tensor, row, 1, alone);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), whole.begin() + row * 256)) << row;
  }
  std::vector<float> values(256);
  EXPECT_THROW(file.read_rows(tensor, 51864, 1, values), Error);
  EXPECT_THROW(file.read_rows(tensor, -1, 1, values), Error);
  EXPECT_THROW(file.read_rows(tensor, 0, 2, values), Error);
  EXPECT_THROW(file.tensor("decoder.nothing"), Error);
}

TEST(ModelFile, storedBytesMeanTheValues) {
  const ModelFile file = ModelFile::open(bundled_path());
  const StoredTensor& tensor = file.tensor("encoder.blocks.0.mlp.0.weight");
  const std::vector<std::byte> stored = file.read_stored(tensor);
  EXPECT_EQ(stored.size(), 1024u * 256u / 32u * 34u);
  std::vector<float> values(static_cast<size_t>(tensor.n_values()));
  dequantise(tensor.type, stored, values);
  EXPECT_EQ(values, file.read(tensor.name));
}

TEST(ModelFile, theRuleMakesTheGoldenWeights) {
  const Json golden = golden_json("v3.json");
  const ModelFile file = open_image(make_model({.shape = golden_v3_shape()}));
  EXPECT_EQ(file.shape().n_vocab, golden["n_vocab"].integer());
  EXPECT_EQ(file.shape().n_mels, golden["mels"].integer());
  EXPECT_EQ(file.shape().n_text_state, golden["width"].integer());
  EXPECT_EQ(file.shape().n_text_head, golden["heads"].integer());
  EXPECT_EQ(file.vocabulary().special().n_languages, 100);
  for (const auto& [name, first] : golden["checks"].object()) {
    const std::vector<float> values = file.read(name);
    for (size_t i = 0; i != first.array().size(); ++i)
      EXPECT_EQ(values[i], static_cast<float>(first.array()[i].number())) << name;
  }
}

TEST(ModelFile, theRuleIsExactInHalves) {
  const ModelFile in_floats = open_image(make_model({.shape = golden_v3_shape()}));
  const ModelFile in_halves = open_image(make_model({.shape = golden_v3_shape(), .type = StoredType::f16}));
  for (const auto& [name, tensor] : in_floats.tensors()) EXPECT_EQ(in_floats.read(name), in_halves.read(name)) << name;
}

class EachFileType : public testing::TestWithParam<StoredType> {};
INSTANTIATE_TEST_SUITE_P(Types, EachFileType,
                         testing::Values(StoredType::f32, StoredType::f16, StoredType::q4_0, StoredType::q4_1,
                                         StoredType::q5_0, StoredType::q5_1, StoredType::q8_0),
                         [](const auto& type) { return std::string(stored_type_name(type.param)); });

TEST_P(EachFileType, everyTensorIsReadAsItWasWritten) {
  for (const auto& [n_vocab, n_mels] : {std::pair(51864, 80), std::pair(51865, 80), std::pair(51866, 128)}) {
    const ModelRecipe recipe{.shape = small_shape(n_vocab, n_mels, 32), .type = GetParam()};
    const ModelFile file = open_image(make_model(recipe));
    EXPECT_EQ(file.shape(), recipe.shape);
    EXPECT_EQ(file.type(), GetParam());
    for (const auto& [name, tensor] : file.tensors()) {
      std::vector<float> expected = rule_values(name, tensor.n_values());
      dequantise(tensor.type, quantise(tensor.type, expected), expected);
      EXPECT_EQ(file.read(name), expected) << name;
    }
    EXPECT_EQ(file.tensor("decoder.token_embedding.weight").type, GetParam());
    EXPECT_EQ(file.tensor("encoder.conv1.bias").type, StoredType::f32);
  }
}

/** Logits after a place in a model whose decoder layers add nothing: the final norm of the embeddings' sum. */
std::vector<float> logits_after(const ModelFile& file, int32_t token, int32_t place) {
  const auto width = static_cast<size_t>(file.shape().n_text_state);
  const std::vector<float> embedding = file.read("decoder.token_embedding.weight");
  const std::vector<float> places = file.read("decoder.positional_embedding");
  const std::vector<float> gain = file.read("decoder.ln.weight");
  const std::vector<float> bias = file.read("decoder.ln.bias");
  std::vector<double> x(width);
  double mean = 0;
  double square = 0;
  for (size_t i = 0; i != width; ++i) {
    x[i] = embedding[static_cast<size_t>(token) * width + i] + places[static_cast<size_t>(place) * width + i];
    mean += x[i] / static_cast<double>(width);
    square += x[i] * x[i] / static_cast<double>(width);
  }
  const double deviation = std::sqrt(square - mean * mean + 1e-5);
  std::vector<float> logits(embedding.size() / width);
  for (size_t t = 0; t != logits.size(); ++t) {
    double sum = 0;
    for (size_t i = 0; i != width; ++i)
      sum += embedding[t * width + i] * ((x[i] - mean) / deviation * gain[i] + bias[i]);
    logits[t] = static_cast<float>(sum);
  }
  return logits;
}

TEST(PlantedModel, saysItsScriptWhateverWasRead) {
  ModelRecipe recipe{.shape = small_shape(51865, 80), .type = StoredType::f16};
  recipe.script.everywhere = {{50257, 3.0f}};
  recipe.script.after_place = {{0, {{50261, 20.0f}, {50262, 19.0f}}}, {3, {{300, 15.0f}}}, {62, {{300, -15.0f}}}};
  const ModelFile file = open_image(make_model(recipe));
  for (const int32_t read : {50258, 300, 50261}) {
    const std::vector<float> first = logits_after(file, read, 0);
    EXPECT_NEAR(first[50261], 20.0f, 0.1f);
    EXPECT_NEAR(first[50262], 19.0f, 0.1f);
    EXPECT_NEAR(first[50257], 3.0f, 0.1f);
    EXPECT_NEAR(first[300], 0.0f, 0.1f);
    EXPECT_EQ(first[7], 0.0f);
    EXPECT_NEAR(logits_after(file, read, 3)[300], 15.0f, 0.1f);
    EXPECT_NEAR(logits_after(file, read, 62)[300], -15.0f, 0.1f);
    EXPECT_NEAR(logits_after(file, read, 9)[50257], 3.0f, 0.1f);
  }
  for (const char* name : {"attn.out.weight", "attn.out.bias", "cross_attn.out.weight", "mlp.2.weight", "mlp.2.bias"}) {
    const std::vector<float> values = file.read(std::string("decoder.blocks.0.") + name);
    EXPECT_EQ(values, std::vector<float>(values.size())) << name;
  }
}

TEST(ModelFile, tensorsMayComeInAnyOrder) {
  ModelImage image = make_model({.shape = small_shape(51864, 80, 32)});
  std::reverse(image.tensors.begin(), image.tensors.end());
  EXPECT_EQ(open_image(image).read("decoder.ln.bias"), rule_values("decoder.ln.bias", 32));
}

TEST(ModelFile, aVocabularyTakenOutWorksAfterTheFileIsGone) {
  std::optional<ModelFile> file(ModelFile::open(bundled_path()));
  const Vocabulary vocabulary = file->take_vocabulary();
  file.reset();
  EXPECT_EQ(vocabulary.decode(vocabulary.encode(" Hello")), " Hello");
}

TEST(ModelFile, aFileThatIsCutShortAfterItWasOpenedIsAnError) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("fastwhisper-cut-" + std::to_string(::getpid()));
  make_model({.shape = small_shape(51864, 80, 32)}).write(path);
  const ModelFile file = ModelFile::open(path);
  std::filesystem::resize_file(path, 1000);
  EXPECT_THROW(file.read("decoder.ln.bias"), Error);
  std::filesystem::remove(path);
}

TEST(ModelFile, whatIsNoRegularFileIsRefused) {
  EXPECT_THROW(ModelFile::open("/does/not/exist.bin"), Error);
  EXPECT_THROW(ModelFile::open("/"), Error);
  EXPECT_THROW(ModelFile::open("/dev/zero"), Error);
  EXPECT_THROW(ModelFile::open(""), Error);
}

}  // namespace
}  // namespace fw
