#include "model/model.h"

#include <algorithm>
#include <utility>

#include "base/half.h"
#include "base/stored_type.h"

namespace fw {

/** Brings a file's tensors onto a device, in the form that the network wants. */
class ModelLoader {
 public:
  ModelLoader(ModelFile file, std::shared_ptr<const Device> device)
      : file_(std::move(file)), model_(new Model(file_.take_vocabulary())) {
    model_->device_ = std::move(device);
    model_->shape_ = file_.shape();
    model_->file_type_ = stored_type_name(file_.type());
  }

  std::shared_ptr<const Model> load(std::vector<AlignmentHead> alignment_heads) {
    model_->alignment_heads_ = std::move(alignment_heads);
    const ModelShape& shape = model_->shape_;
    ModelWeights& weights = model_->weights_;
    weights.mel_filters = constant(file_.mel_filters(), shape.n_mels);
    weights.conv1 = convolution("encoder.conv1", shape.n_audio_state, shape.n_mels, Result::activations);
    weights.conv2 = convolution("encoder.conv2", shape.n_audio_state, shape.n_audio_state, Result::residual);
    weights.audio_positions = constant(file_.read("encoder.positional_embedding"), shape.n_audio_ctx);
    for (int32_t i = 0; i < shape.n_audio_layer; ++i) {
      const std::string block = "encoder.blocks." + std::to_string(i) + ".";
      weights.encoder.push_back({self_attention(block, shape.n_audio_state, RowCount::many),
                                 mlp(block, shape.n_audio_state, RowCount::many)});
    }
    weights.encoder_norm = norm("encoder.ln_post");
    weights.token_embedding =
        matrix({"decoder.token_embedding.weight"}, shape.n_vocab, shape.n_text_state, RowCount::few, true);
    weights.text_positions = constant(file_.read("decoder.positional_embedding"), shape.n_text_ctx);
    for (int32_t i = 0; i < shape.n_text_layer; ++i) {
      const std::string block = "decoder.blocks." + std::to_string(i) + ".";
      weights.decoder.push_back({self_attention(block, shape.n_text_state, RowCount::few), cross_attention(block),
                                 mlp(block, shape.n_text_state, RowCount::few)});
    }
    weights.decoder_norm = norm("decoder.ln");
    weights.token_kinds = token_kinds();
    return std::shared_ptr<const Model>(std::move(model_));
  }

 private:
  /** What a layer's result becomes: the input of the next op, or a part of the residual stream. */
  enum class Result : uint8_t { activations, residual };

  const Device& device() const { return *model_->device_; }

  Tensor bias_of(std::span<const float> values, Result result) {
    return result == Result::activations ? activations(values) : constant(values, 1);
  }

  std::unique_ptr<Weight> keep(std::unique_ptr<Weight> weight) {
    model_->weights_bytes_ += weight->bytes();
    return weight;
  }

  void* keep_bytes(const void* bytes, size_t n) {
    model_->memory_.push_back(device().allocate(n));
    Memory& memory = *model_->memory_.back();
    device().upload(memory.data(), bytes, n);
    model_->weights_bytes_ += n;
    return memory.data();
  }

  /** f32 values on the device as rows. */
  Tensor constant(std::span<const float> values, int64_t rows) {
    return {keep_bytes(values.data(), values.size_bytes()), DataType::f32, rows,
            static_cast<int64_t>(values.size()) / rows};
  }

  NormLayer norm(const std::string& name) {
    return {constant(file_.read(name + ".weight"), 1), constant(file_.read(name + ".bias"), 1)};
  }

  /** Matrices [n_out][n_in] below one another, as they are stored where all are stored alike. */
  std::unique_ptr<Weight> matrix(const std::vector<std::string>& names, int64_t n_out, int64_t n_in, RowCount count,
                                 bool lookup) {
    const auto n_rows = static_cast<int64_t>(names.size()) * n_out;
    const StoredType type = file_.tensor(names.front()).type;
    const auto alike = [&](const std::string& name) { return file_.tensor(name).type == type; };
    if (std::all_of(names.begin(), names.end(), alike)) {
      std::vector<std::byte> bytes = file_.read_stored(file_.tensor(names.front()));
      for (size_t i = 1; i < names.size(); ++i) {
        const std::vector<std::byte> part = file_.read_stored(file_.tensor(names[i]));
        bytes.insert(bytes.end(), part.begin(), part.end());
      }
      return keep(device().pack_stored({type, bytes, n_rows, n_in}, count, lookup));
    }
    std::vector<float> rows;
    for (const std::string& name : names) {
      const std::vector<float> part = file_.read(name);
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return keep(device().pack(rows, n_rows, n_in, lookup));
  }

  /** The same in the device's type of activations: the bias of a layer whose result has it. */
  Tensor activations(std::span<const float> values) {
    const DataType type = device().habits().activations;
    if (type == DataType::f32) return constant(values, 1);
    std::vector<uint16_t> narrow(values.size());
    std::transform(values.begin(), values.end(), narrow.begin(), type == DataType::f16 ? float_to_half : float_to_bf16);
    return {keep_bytes(narrow.data(), narrow.size() * sizeof(uint16_t)), type, 1, static_cast<int64_t>(values.size())};
  }

  /** Products over the same input as one. A missing bias (keys have none) is zero. */
  LinearLayer linear(const std::vector<std::string>& names, int64_t n_out, int64_t n_in, RowCount count,
                     Result result) {
    std::vector<std::string> weights;
    std::vector<float> bias;
    for (const std::string& name : names) {
      weights.push_back(name + ".weight");
      if (file_.tensors().contains(name + ".bias")) {
        const std::vector<float> values = file_.read(name + ".bias");
        bias.insert(bias.end(), values.begin(), values.end());
      } else {
        bias.resize(bias.size() + static_cast<size_t>(n_out), 0.0f);
      }
    }
    return {matrix(weights, n_out, n_in, count, false), bias_of(bias, result)};
  }

  /** [n_out][n_in][3] of the file becomes [n_out][3][n_in], so that three rows of the input are one row of a product.
   */
  LinearLayer convolution(const std::string& name, int64_t n_out, int64_t n_in, Result result) {
    const std::vector<float> values = file_.read(name + ".weight");
    std::vector<float> rows(values.size());
    for (int64_t out = 0; out < n_out; ++out) {
      for (int64_t in = 0; in < n_in; ++in) {
        for (int64_t tap = 0; tap < 3; ++tap) {
          rows[static_cast<size_t>((out * 3 + tap) * n_in + in)] =
              values[static_cast<size_t>((out * n_in + in) * 3 + tap)];
        }
      }
    }
    return {keep(device().pack(rows, n_out, 3 * n_in, false)), bias_of(file_.read(name + ".bias"), result)};
  }

  SelfAttentionLayer self_attention(const std::string& block, int64_t state, RowCount count) {
    return {norm(block + "attn_ln"),
            linear({block + "attn.query", block + "attn.key", block + "attn.value"}, state, state, count,
                   Result::activations),
            linear({block + "attn.out"}, state, state, count, Result::residual)};
  }

  CrossAttentionLayer cross_attention(const std::string& block) {
    const int64_t text = model_->shape_.n_text_state, audio = model_->shape_.n_audio_state;
    return {norm(block + "cross_attn_ln"),
            linear({block + "cross_attn.query"}, text, text, RowCount::few, Result::activations),
            linear({block + "cross_attn.key", block + "cross_attn.value"}, text, audio, RowCount::many,
                   Result::activations),
            linear({block + "cross_attn.out"}, text, text, RowCount::few, Result::residual)};
  }

  MlpLayer mlp(const std::string& block, int64_t state, RowCount count) {
    return {norm(block + "mlp_ln"), linear({block + "mlp.0"}, 4 * state, state, count, Result::activations),
            linear({block + "mlp.2"}, state, 4 * state, count, Result::residual)};
  }

  TokenKinds token_kinds() {
    const Vocabulary& vocabulary = model_->vocabulary_;
    const SpecialTokens& special = vocabulary.special();
    std::vector<uint8_t> suppressed(static_cast<size_t>(special.n_vocab), 0);
    for (const int32_t token : vocabulary.suppressed()) {
      suppressed[static_cast<size_t>(token)] = 1;
    }
    TokenKinds kinds;
    // A vocabulary without a blank has nothing more to mask at the first place than end-of-text.
    kinds.blank = vocabulary.blank().value_or(special.end);
    kinds.end = special.end;
    kinds.no_speech = special.no_speech;
    kinds.no_timestamps = special.no_timestamps;
    kinds.timestamp_begin = special.timestamp_begin;
    kinds.suppressed = {keep_bytes(suppressed.data(), suppressed.size()), DataType::u8, 1, special.n_vocab};
    return kinds;
  }

  ModelFile file_;
  std::unique_ptr<Model> model_;
};

std::shared_ptr<const Model> Model::load(ModelFile file, std::shared_ptr<const Device> device,
                                         std::vector<AlignmentHead> alignment_heads) {
  return ModelLoader(std::move(file), std::move(device)).load(std::move(alignment_heads));
}

}  // namespace fw
