#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "device/device.h"
#include "device/token_rule.h"
#include "model/alignment_heads.h"
#include "model/model_file.h"
#include "model/model_shape.h"
#include "model/vocabulary.h"

namespace fw {

/** A linear layer: weight and bias [1][n_out], of the type of the layer's result. */
struct LinearLayer {
  std::unique_ptr<Weight> weight;
  Tensor bias;
};

/** Weight and bias [1][n] of a layer norm. */
struct NormLayer {
  Tensor weight;
  Tensor bias;
};

/** The two products of a block's end. */
struct MlpLayer {
  NormLayer norm;
  LinearLayer in;
  LinearLayer out;
};

/** Attention of a sequence to itself: query, key and value are one product [3 n_state][n_state]. */
struct SelfAttentionLayer {
  NormLayer norm;
  LinearLayer query_key_value;
  LinearLayer out;
};

/** Attention of the text to the audio: key and value are one product [2 n_text_state][n_audio_state]. */
struct CrossAttentionLayer {
  NormLayer norm;
  LinearLayer query;
  LinearLayer key_value;
  LinearLayer out;
};

struct EncoderLayer {
  SelfAttentionLayer attention;
  MlpLayer mlp;
};

struct DecoderLayer {
  SelfAttentionLayer attention;
  CrossAttentionLayer cross_attention;
  MlpLayer mlp;
};

/** The weights of a model in the memory of a device. */
struct ModelWeights {
  /** [n_mels][201]. */
  Tensor mel_filters;
  /** Convolutions of width 3 as products over three rows: weight [n_out][3][n_in]. */
  LinearLayer conv1;
  LinearLayer conv2;
  /** [n_audio_ctx][n_audio_state]. */
  Tensor audio_positions;
  std::vector<EncoderLayer> encoder;
  NormLayer encoder_norm;
  /** [n_vocab][n_text_state]: the token embedding, and the output matrix. */
  std::unique_ptr<Weight> token_embedding;
  /** [n_text_ctx][n_text_state]. */
  Tensor text_positions;
  std::vector<DecoderLayer> decoder;
  NormLayer decoder_norm;
  TokenKinds token_kinds;
};

/**
 * A Whisper model on a device: weights packed once, vocabulary, alignment heads. Immutable, shared by the networks of
 * all lanes; for any thread.
 */
class Model {
 public:
  /** Packs the file's tensors one after the other; the file is closed on return. */
  static std::shared_ptr<const Model> load(ModelFile file, std::shared_ptr<const Device> device,
                                           std::vector<AlignmentHead> alignment_heads);

  const ModelShape& shape() const { return shape_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const std::vector<AlignmentHead>& alignment_heads() const { return alignment_heads_; }
  const Device& device() const { return *device_; }
  const ModelWeights& weights() const { return weights_; }
  /** Device memory that the weights take. */
  size_t weights_bytes() const { return weights_bytes_; }
  /** Type of the file's matrices: "f16", "q8_0" ... */
  std::string_view file_type() const { return file_type_; }

 private:
  friend class ModelLoader;
  explicit Model(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}

  ModelShape shape_;
  Vocabulary vocabulary_;
  std::vector<AlignmentHead> alignment_heads_;
  std::shared_ptr<const Device> device_;
  /** What the tensors of weights_ lie in. */
  std::vector<std::unique_ptr<Memory>> memory_;
  ModelWeights weights_;
  size_t weights_bytes_ = 0;
  std::string_view file_type_;
};

}  // namespace fw
