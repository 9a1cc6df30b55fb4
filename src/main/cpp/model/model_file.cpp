#include "model/model_file.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/checked.h"
#include "base/error.h"
#include "model/byte_source.h"
#include "model/tensor_list.h"

namespace fw {
namespace {

constexpr uint32_t magic = 0x67676D6C;
/** A quantised file's type carries the version of its block layout in thousands; this is the only one in use. */
constexpr int32_t quantisation_version = 2;
constexpr int32_t quantisation_factor = 1000;

/** Bounds of the header's numbers: well above large-v3 (1280 wide, 32 layers), far below what takes the memory away. */
constexpr int32_t max_state = 8192;
constexpr int32_t max_heads = 256;
constexpr int32_t max_layers = 256;
constexpr int32_t min_text_ctx = 16;
constexpr int32_t max_text_ctx = 8192;
/** The longest byte pair of the GPT-2 and Whisper vocabularies has 128 bytes. */
constexpr int32_t max_token_bytes = 1024;
constexpr int32_t max_name_bytes = 128;
constexpr int32_t max_dims = 4;

std::string sizes_text(const std::vector<int64_t>& sizes) {
  std::string text;
  for (const int64_t size : sizes) text.append(1, '[').append(std::to_string(size)).append(1, ']');
  return text;
}

/** Bytes of a name as they may stand in a message. */
std::string printable(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += (c >= 0x20 && c < 0x7F) ? c : '?';
  return text + "\"";
}

class Parser {
 public:
  explicit Parser(const ByteSource& source) : cursor_(source) {}

  ModelShape read_header(StoredType& type) {
    const auto found = static_cast<uint32_t>(cursor_.read_int32("magic"));
    if (found != magic) {
      cursor_.fail("magic", 0, "0x67676d6c of a ggml Whisper file", hexadecimal(found));
    }
    ModelShape shape;
    vocabulary_size(shape.n_vocab);
    number("n_audio_ctx", shape.n_audio_ctx, whisper_audio_ctx, whisper_audio_ctx);
    number("n_audio_state", shape.n_audio_state, 1, max_state);
    number("n_audio_head", shape.n_audio_head, 1, max_heads);
    divides("n_audio_state", shape.n_audio_state, "n_audio_head", shape.n_audio_head);
    number("n_audio_layer", shape.n_audio_layer, 1, max_layers);
    number("n_text_ctx", shape.n_text_ctx, min_text_ctx, max_text_ctx);
    // The format has one size for the decoder's cross-attention and the encoder's output.
    number("n_text_state", shape.n_text_state, shape.n_audio_state, shape.n_audio_state);
    number("n_text_head", shape.n_text_head, 1, max_heads);
    divides("n_text_state", shape.n_text_state, "n_text_head", shape.n_text_head);
    number("n_text_layer", shape.n_text_layer, 1, max_layers);
    const int64_t at = cursor_.position();
    shape.n_mels = cursor_.read_int32("n_mels");
    if (shape.n_mels != 80 && shape.n_mels != 128)
      cursor_.fail("n_mels", at, "80 or 128", std::to_string(shape.n_mels));
    type = read_file_type();
    return shape;
  }

  std::vector<float> read_mel_filters(const ModelShape& shape) {
    int32_t n_mels = 0;
    int32_t n_bins = 0;
    number("mel filters", n_mels, shape.n_mels, shape.n_mels);
    number("bins of the mel filters", n_bins, mel_n_bins, mel_n_bins);
    return cursor_.read_floats("mel filters", static_cast<int64_t>(n_mels) * n_bins);
  }

  Vocabulary read_vocabulary(const ModelShape& shape) {
    int32_t n_tokens = 0;
    number("number of tokens", n_tokens, 1, shape.n_vocab);
    std::vector<std::string> tokens;
    tokens.reserve(static_cast<size_t>(n_tokens));
    for (int32_t token = 0; token != n_tokens; ++token) {
      int32_t n_bytes = 0;
      number("length of a token", n_bytes, 0, max_token_bytes);
      tokens.push_back(cursor_.read_text("bytes of a token", n_bytes));
    }
    return Vocabulary(shape.n_vocab, std::move(tokens));
  }

  ModelFile::TensorMap read_tensors(const ModelShape& shape) {
    std::unordered_map<std::string, std::vector<int64_t>> expected;
    for (ListedTensor& listed : list_tensors(shape)) expected.emplace(std::move(listed.name), std::move(listed.sizes));
    ModelFile::TensorMap tensors;
    while (cursor_.remaining() != 0) {
      const int64_t at = cursor_.position();
      StoredTensor tensor = read_tensor(expected);
      std::string name = tensor.name;
      if (!tensors.emplace(std::move(name), std::move(tensor)).second) {
        cursor_.fail("tensor", at, "each tensor once", last_name_ + " for the second time");
      }
    }
    for (const auto& [name, sizes] : expected) {
      if (!tensors.contains(name)) {
        cursor_.fail("tensors", cursor_.position(), std::to_string(expected.size()) + " of them, among them " + name,
                     "the file's end after " + std::to_string(tensors.size()));
      }
    }
    return tensors;
  }

 private:
  static std::string hexadecimal(uint32_t value) {
    std::string text = "0x";
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(value >> shift) & 15u];
    return text;
  }

  void number(std::string_view what, int32_t& value, int32_t from, int32_t to) {
    const int64_t at = cursor_.position();
    value = cursor_.read_int32(what);
    if (value < from || value > to) {
      const std::string range = from == to ? std::to_string(from) : std::to_string(from) + " to " + std::to_string(to);
      cursor_.fail(what, at, range, std::to_string(value));
    }
  }

  void vocabulary_size(int32_t& value) {
    const int64_t at = cursor_.position();
    value = cursor_.read_int32("n_vocab");
    if (!SpecialTokens::for_vocabulary(value)) {
      cursor_.fail("n_vocab", at, "51864 (English), 51865 or 51866 (multilingual)", std::to_string(value));
    }
  }

  void divides(std::string_view state_name, int32_t state, std::string_view head_name, int32_t heads) const {
    if (state % heads == 0) return;
    cursor_.fail(head_name, cursor_.position() - 4,
                 "a divisor of " + std::string(state_name) + " " + std::to_string(state), std::to_string(heads));
  }

  StoredType read_file_type() {
    const int64_t at = cursor_.position();
    const int32_t value = cursor_.read_int32("ftype");
    const int32_t version = value / quantisation_factor;
    const auto type = value < 0 ? std::nullopt : stored_type_of_file(value % quantisation_factor);
    if (!type) {
      cursor_.fail("ftype", at, "f32 (0), f16 (1), q4_0 (2), q4_1 (3), q8_0 (7), q5_0 (8) or q5_1 (9)",
                   std::to_string(value));
    }
    if (block_values(*type) != 1 && version != quantisation_version) {
      cursor_.fail("ftype", at, "quantisation version " + std::to_string(quantisation_version),
                   std::to_string(version));
    }
    return *type;
  }

  StoredTensor read_tensor(const std::unordered_map<std::string, std::vector<int64_t>>& expected) {
    int32_t n_dims = 0;
    int32_t n_name = 0;
    number("number of a tensor's dimensions", n_dims, 1, max_dims);
    number("length of a tensor's name", n_name, 1, max_name_bytes);
    const int64_t type_at = cursor_.position();
    const int32_t ttype = cursor_.read_int32("type of a tensor");
    const int64_t sizes_at = cursor_.position();
    StoredTensor tensor;
    tensor.sizes.resize(static_cast<size_t>(n_dims));
    // The file's order is fastest first.
    for (auto size = tensor.sizes.rbegin(); size != tensor.sizes.rend(); ++size) {
      int32_t value = 0;
      number("size of a tensor", value, 1, INT32_MAX);
      *size = value;
    }
    const int64_t name_at = cursor_.position();
    tensor.name = cursor_.read_text("name of a tensor", n_name);
    last_name_ = printable(tensor.name);

    const auto known = expected.find(tensor.name);
    if (known == expected.end()) cursor_.fail("name of a tensor", name_at, "a tensor of this shape", last_name_);
    const auto type = stored_type_of_tensor(ttype);
    if (!type) {
      cursor_.fail("type of " + last_name_, type_at,
                   "f32 (0), f16 (1), q4_0 (2), q4_1 (3), q5_0 (6), q5_1 (7) or q8_0 (8)", std::to_string(ttype));
    }
    tensor.type = *type;
    // Converters write the bias of a convolution with a second size of 1, so that it adds to all frames.
    const bool column = tensor.sizes.size() == 2 && tensor.sizes.back() == 1 && known->second.size() == 1;
    if (column) tensor.sizes.pop_back();
    if (tensor.sizes != known->second) {
      cursor_.fail("sizes of " + last_name_, sizes_at, sizes_text(known->second), sizes_text(tensor.sizes));
    }
    if (tensor.row_values() % block_values(tensor.type) != 0) {
      cursor_.fail(
          "type of " + last_name_, type_at,
          "rows of " + std::to_string(tensor.row_values()) + " values in whole blocks",
          std::string(stored_type_name(tensor.type)) + " with blocks of " + std::to_string(block_values(tensor.type)));
    }
    place(tensor, sizes_at);
    return tensor;
  }

  /** Sets where the tensor's bytes lie, and goes behind them. */
  void place(StoredTensor& tensor, int64_t sizes_at) {
    std::optional<int64_t> n_bytes = tensor.row_values() / block_values(tensor.type) * block_bytes(tensor.type);
    for (size_t i = 0; i + 1 < tensor.sizes.size() && n_bytes; ++i)
      n_bytes = checked_product(*n_bytes, tensor.sizes[i]);
    if (!n_bytes) cursor_.fail("sizes of " + last_name_, sizes_at, "fewer than 2^63 bytes", sizes_text(tensor.sizes));
    tensor.first_byte = cursor_.position();
    tensor.n_bytes = *n_bytes;
    cursor_.skip("values of " + last_name_, tensor.n_bytes);
  }

  ByteCursor cursor_;
  std::string last_name_;
};

}  // namespace

int64_t StoredTensor::n_rows() const {
  int64_t rows = 1;
  for (size_t i = 0; i + 1 < sizes.size(); ++i) rows *= sizes[i];
  return rows;
}

ModelFile::ModelFile(std::unique_ptr<ByteSource> source, const ModelShape& shape, StoredType type,
                     std::vector<float> mel_filters, Vocabulary vocabulary, TensorMap tensors)
    : source_(std::move(source)),
      shape_(shape),
      type_(type),
      mel_filters_(std::move(mel_filters)),
      vocabulary_(std::move(vocabulary)),
      tensors_(std::move(tensors)) {}
ModelFile::ModelFile(ModelFile&&) noexcept = default;
ModelFile& ModelFile::operator=(ModelFile&&) noexcept = default;
ModelFile::~ModelFile() = default;

ModelFile ModelFile::parse(std::unique_ptr<ByteSource> source) {
  Parser parser(*source);
  StoredType type{};
  const ModelShape shape = parser.read_header(type);
  std::vector<float> mel_filters = parser.read_mel_filters(shape);
  Vocabulary vocabulary = parser.read_vocabulary(shape);
  TensorMap tensors = parser.read_tensors(shape);
  return ModelFile(std::move(source), shape, type, std::move(mel_filters), std::move(vocabulary), std::move(tensors));
}

ModelFile ModelFile::open(const std::string& path) { return parse(open_file_source(path)); }

ModelFile ModelFile::from_bytes(std::vector<std::byte> bytes, const std::string& name) {
  return parse(make_memory_source(std::move(bytes), name));
}

const StoredTensor& ModelFile::tensor(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(FW_STATUS_INTERNAL, source_->name() + ": no model of this shape has a tensor " + std::string(name));
  }
  return found->second;
}

std::vector<float> ModelFile::read(std::string_view name) const {
  const StoredTensor& stored = tensor(name);
  std::vector<float> values(static_cast<size_t>(stored.n_values()));
  read_rows(stored, 0, stored.n_rows(), values);
  return values;
}

void ModelFile::read_rows(const StoredTensor& tensor, int64_t first_row, int64_t n_rows,
                          std::span<float> values) const {
  const int64_t row_values = tensor.row_values();
  if (first_row < 0 || n_rows < 0 || n_rows > tensor.n_rows() - first_row ||
      static_cast<int64_t>(values.size()) != n_rows * row_values) {
    throw Error(FW_STATUS_INTERNAL, tensor.name + ": rows " + std::to_string(first_row) + " to " +
                                        std::to_string(first_row + n_rows) + " of " + std::to_string(tensor.n_rows()) +
                                        " into " + std::to_string(values.size()) + " values");
  }
  const int64_t row_bytes = row_values / block_values(tensor.type) * block_bytes(tensor.type);
  // By the megabyte, so that the stored bytes of a large tensor are not in memory beside all of its floats.
  const int64_t rows_at_once = std::max<int64_t>(1, (int64_t{1} << 20) / row_bytes);
  std::vector<std::byte> stored(static_cast<size_t>(std::min(rows_at_once, n_rows) * row_bytes));
  for (int64_t done = 0; done != n_rows;) {
    const int64_t rows = std::min(rows_at_once, n_rows - done);
    const auto bytes = std::span(stored).first(static_cast<size_t>(rows * row_bytes));
    source_->read(tensor.first_byte + (first_row + done) * row_bytes, bytes);
    dequantise(tensor.type, bytes,
               values.subspan(static_cast<size_t>(done * row_values), static_cast<size_t>(rows * row_values)));
    done += rows;
  }
}

std::vector<std::byte> ModelFile::read_stored(const StoredTensor& tensor) const {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.n_bytes));
  source_->read(tensor.first_byte, bytes);
  return bytes;
}

}  // namespace fw
