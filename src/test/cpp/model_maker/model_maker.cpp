#include "model_maker/model_maker.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "base/random.h"
#include "model/special_tokens.h"
#include "model/tensor_list.h"
#include "model_maker/quantise.h"

namespace fw {
namespace {

/** The rule's scales: the first whose text is part of the name (v3.json, "scales"). */
constexpr std::pair<std::string_view, float> scales[] = {
    {"embedding", 0.5f},       {"query.weight", 0.25f}, {"key.weight", 0.25f}, {"conv", 0.0625f},
    {"mlp.2.weight", 0.0625f}, {"bias", 0.0625f},       {"", 0.125f}};

float scale_of(std::string_view name) {
  for (const auto& [part, scale] : scales) {
    if (name.find(part) != std::string_view::npos) return scale;
  }
  return 0.0f;
}

bool is_norm_weight(std::string_view name) {
  return name.ends_with("_ln.weight") || name.ends_with("ln_post.weight") || name.ends_with("decoder.ln.weight");
}

/** Row `code` of a Walsh matrix: rows are orthogonal, and all but row 0 have mean 0. */
float walsh(uint32_t code, uint32_t i) { return std::popcount(code & i) % 2 == 0 ? 1.0f : -1.0f; }

/**
 * Weights that speak a script. A place's positional embedding is a Walsh row, which the final norm hands on as it is,
 * as nothing is added to it; a planted token's embedding is that row too, times its logit. Row 0, all ones, is the
 * final norm's bias: what speaks in every place.
 */
class ScriptedWeights {
 public:
  explicit ScriptedWeights(const ModelRecipe& recipe) : recipe_(recipe), width_(recipe.shape.n_text_state) {
    if (!std::has_single_bit(static_cast<uint32_t>(width_))) {
      throw std::runtime_error("a script needs a width that is a power of two");
    }
  }

  /** Puts the script's values in place of the rule's, where the script has any. */
  void apply(const ListedTensor& tensor, std::vector<float>& values) const {
    const std::string& name = tensor.name;
    if (name == "decoder.ln.weight" || name == "decoder.ln.bias") {
      std::fill(values.begin(), values.end(), 1.0f);
    } else if (name == "decoder.positional_embedding") {
      for (size_t i = 0; i != values.size(); ++i) values[i] = place_scale * walsh(code_of(row(i)), column(i));
    } else if (name == "decoder.token_embedding.weight") {
      std::fill(values.begin(), values.end(), 0.0f);
      for (const PlantedToken& planted : recipe_.script.everywhere) plant(planted, 0, values);
      for (const auto& [place, tokens] : recipe_.script.after_place) {
        for (const PlantedToken& planted : tokens) plant(planted, code_of(static_cast<uint32_t>(place)), values);
      }
    } else if (name.starts_with("decoder.blocks.") &&
               (name.find(".out.") != std::string::npos || name.find(".mlp.2.") != std::string::npos)) {
      std::fill(values.begin(), values.end(), 0.0f);
    }
  }

 private:
  /** Large against the embedding of the token read, so that the norm sees the place alone. */
  static constexpr float place_scale = 256.0f;

  uint32_t row(size_t i) const { return static_cast<uint32_t>(i / static_cast<size_t>(width_)); }
  uint32_t column(size_t i) const { return static_cast<uint32_t>(i % static_cast<size_t>(width_)); }
  uint32_t code_of(uint32_t place) const { return 1 + place % static_cast<uint32_t>(width_ - 1); }

  void plant(const PlantedToken& planted, uint32_t code, std::vector<float>& values) const {
    float* embedding = values.data() + static_cast<size_t>(planted.token) * static_cast<size_t>(width_);
    const float each = planted.logit / static_cast<float>(width_);
    for (uint32_t i = 0; i != static_cast<uint32_t>(width_); ++i) embedding[i] += each * walsh(code, i);
  }

  const ModelRecipe& recipe_;
  int32_t width_;
};

StoredType type_of(const ListedTensor& tensor, StoredType matrices) {
  if (tensor.matrix) return matrices;
  // As whisper.cpp's converter and quantiser leave them.
  return tensor.sizes.size() == 3 && matrices != StoredType::f32 ? StoredType::f16 : StoredType::f32;
}

TensorImage make_tensor(const ListedTensor& listed, const ModelRecipe& recipe) {
  TensorImage image;
  image.name = listed.name;
  image.n_name = static_cast<int32_t>(listed.name.size());
  const StoredType type = type_of(listed, recipe.type);
  image.ttype = static_cast<int32_t>(type);
  if (listed.name.ends_with("conv1.bias") || listed.name.ends_with("conv2.bias")) image.dims.push_back(1);
  for (auto size = listed.sizes.rbegin(); size != listed.sizes.rend(); ++size) {
    image.dims.push_back(static_cast<int32_t>(*size));
  }
  image.n_dims = static_cast<int32_t>(image.dims.size());
  int64_t n_values = 1;
  for (const int64_t size : listed.sizes) n_values *= size;
  const bool scaled = listed.matrix || listed.sizes.size() == 3;
  image.values = [listed, recipe, type, n_values, scaled] {
    std::vector<float> values = rule_values(listed.name, n_values, scaled ? recipe.scale : 1.0f);
    if (!recipe.script.empty()) ScriptedWeights(recipe).apply(listed, values);
    return quantise(type, values);
  };
  return image;
}

double mel_of(double hertz) {
  return hertz < 1000.0 ? hertz * 3.0 / 200.0 : 15.0 + 27.0 * std::log(hertz / 1000.0) / std::log(6.4);
}
double hertz_of(double mel) {
  return mel < 15.0 ? mel * 200.0 / 3.0 : 1000.0 * std::exp((mel - 15.0) * std::log(6.4) / 27.0);
}

}  // namespace

ModelShape golden_v3_shape() {
  ModelShape shape = small_shape(51866, 128, 128, 2);
  shape.n_audio_head = shape.n_text_head = 2;
  return shape;
}

ModelShape small_shape(int32_t n_vocab, int32_t n_mels, int32_t width, int32_t n_layers) {
  ModelShape shape;
  shape.n_vocab = n_vocab;
  shape.n_audio_ctx = whisper_audio_ctx;
  shape.n_audio_state = shape.n_text_state = width;
  shape.n_audio_head = shape.n_text_head = width / 32;
  shape.n_audio_layer = shape.n_text_layer = n_layers;
  shape.n_text_ctx = 448;
  shape.n_mels = n_mels;
  return shape;
}

ModelShape published_shape(std::string_view name) {
  const bool english = name.ends_with(".en");
  const std::string_view size = english ? name.substr(0, name.size() - 3) : name;
  const auto shape = [&](int32_t width, int32_t n_audio_layer, int32_t n_text_layer, bool v3 = false) {
    ModelShape made = small_shape(english ? 51864 : v3 ? 51866 : 51865, v3 ? 128 : 80, width, n_audio_layer);
    made.n_audio_head = made.n_text_head = width / 64;
    made.n_text_layer = n_text_layer;
    return made;
  };
  if (size == "tiny") return shape(384, 4, 4);
  if (size == "base") return shape(512, 6, 6);
  if (size == "small") return shape(768, 12, 12);
  if (size == "medium") return shape(1024, 24, 24);
  if (!english && (size == "large-v1" || size == "large-v2")) return shape(1280, 32, 32);
  if (!english && size == "large-v3") return shape(1280, 32, 32, true);
  if (!english && size == "large-v3-turbo") return shape(1280, 32, 4, true);
  throw std::runtime_error("no model is called " + std::string(name));
}

std::vector<float> rule_values(std::string_view name, int64_t n_values, float scale) {
  const float offset = is_norm_weight(name) ? 1.0f : 0.0f;
  const float twice = 2.0f * scale * scale_of(name);
  SplitMix64 random(fnv1a64(name));
  std::vector<float> values(static_cast<size_t>(n_values));
  for (float& value : values) value = (static_cast<float>(random.next() >> 53) / 2048.0f - 0.5f) * twice + offset;
  return values;
}

std::vector<std::string> made_up_tokens(int32_t n) {
  std::vector<std::string> tokens;
  // GPT-2 puts the printable bytes first (openai/gpt-2, encoder.py bytes_to_unicode).
  const auto printable = [](int byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
  };
  for (const bool wanted : {true, false}) {
    for (int byte = 0; byte != 256; ++byte) {
      if (printable(byte) == wanted) tokens.emplace_back(1, static_cast<char>(byte));
    }
  }
  for (int32_t word = 0; static_cast<int32_t>(tokens.size()) < n; ++word) {
    std::string text = " aaaa";
    for (int32_t rest = word, letter = 4; letter != 0; --letter, rest /= 26) {
      text[static_cast<size_t>(letter)] = static_cast<char>('a' + rest % 26);
    }
    tokens.push_back(text);
  }
  tokens.resize(static_cast<size_t>(n));
  return tokens;
}

std::vector<float> mel_filters(int32_t n_mels) {
  const double top = mel_of(8000.0);
  std::vector<double> edges(static_cast<size_t>(n_mels) + 2);
  for (size_t i = 0; i != edges.size(); ++i) edges[i] = hertz_of(top * static_cast<double>(i) / (n_mels + 1));
  std::vector<float> filters;
  for (size_t mel = 0; mel != static_cast<size_t>(n_mels); ++mel) {
    for (int bin = 0; bin != mel_n_bins; ++bin) {
      const double hertz = 40.0 * bin;
      const double rise = (hertz - edges[mel]) / (edges[mel + 1] - edges[mel]);
      const double fall = (edges[mel + 2] - hertz) / (edges[mel + 2] - edges[mel + 1]);
      filters.push_back(static_cast<float>(std::max(0.0, std::min(rise, fall)) * 2.0 / (edges[mel + 2] - edges[mel])));
    }
  }
  return filters;
}

ModelImage make_model(const ModelRecipe& recipe) {
  const ModelShape& shape = recipe.shape;
  ModelImage image;
  const int32_t ftype = file_number(recipe.type) + (block_values(recipe.type) == 1 ? 0 : 2000);
  image.head = {shape.n_vocab,
                shape.n_audio_ctx,
                shape.n_audio_state,
                shape.n_audio_head,
                shape.n_audio_layer,
                shape.n_text_ctx,
                shape.n_text_state,
                shape.n_text_head,
                shape.n_text_layer,
                shape.n_mels,
                ftype};
  image.n_mels = shape.n_mels;
  image.n_bins = mel_n_bins;
  image.mel_filters = mel_filters(shape.n_mels);
  image.tokens = recipe.tokens;
  if (image.tokens.empty()) image.tokens = made_up_tokens(SpecialTokens::for_vocabulary(shape.n_vocab)->end);
  image.n_tokens = static_cast<int32_t>(image.tokens.size());
  for (const ListedTensor& listed : list_tensors(shape)) image.tensors.push_back(make_tensor(listed, recipe));
  return image;
}

}  // namespace fw
