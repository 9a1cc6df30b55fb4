#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/stored_type.h"
#include "model/model_shape.h"
#include "model_maker/model_image.h"

namespace fw {

/** A token that a planted model prefers, and its logit; tokens that are not planted have 0. */
struct PlantedToken {
  int32_t token;
  float logit;
};

/**
 * What a planted model says, whatever the sound: its decoder's layers add nothing, and its final norm and embeddings
 * give these logits. Encoder and attention weights stay random.
 */
struct Script {
  /** Logits in every place. */
  std::vector<PlantedToken> everywhere;
  /** Logits of what comes after the token in a place (the place of the start token is 0); places 0 to width - 2. */
  std::map<int32_t, std::vector<PlantedToken>> after_place;

  bool empty() const { return everywhere.empty() && after_place.empty(); }
};

/** A model whose weights are made by the rule of src/test/golden/README.md (v3), from the tensors' names alone. */
struct ModelRecipe {
  ModelShape shape;
  /** Type of the matrices; convolutions are f16 then, or f32 where this is f32, everything else is f32. */
  StoredType type = StoredType::f32;
  /** Multiplies the rule's weights of matrices and convolutions. */
  float scale = 1.0f;
  /** Text tokens; empty takes made_up_tokens. */
  std::vector<std::string> tokens = {};
  /** Needs a width that is a power of two. */
  Script script = {};
};

/** The shape of v3.json: 128 mels, 51,866 tokens, 2 + 2 layers of width 128. */
ModelShape golden_v3_shape();
/** A shape for quick tests: n_layers + n_layers layers of a width with heads of 32. */
ModelShape small_shape(int32_t n_vocab, int32_t n_mels, int32_t width = 64, int32_t n_layers = 1);
/** OpenAI's shape of a name ("tiny", "base.en", "large-v3", "large-v3-turbo" ...); throws std::runtime_error. */
ModelShape published_shape(std::string_view name);

/** The rule's values of a tensor, row after row. */
std::vector<float> rule_values(std::string_view name, int64_t n_values, float scale = 1.0f);

/** n tokens: the 256 bytes in GPT-2's order, then words of a blank and four letters: " aaaa", " aaab" ... */
std::vector<std::string> made_up_tokens(int32_t n);

/** Mel filters on Slaney's scale, as librosa and Whisper have them, [n_mels][201]. */
std::vector<float> mel_filters(int32_t n_mels);

ModelImage make_model(const ModelRecipe& recipe);

}  // namespace fw
