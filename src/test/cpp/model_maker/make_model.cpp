// Writes a ggml Whisper file with made-up weights of a real model's shape, for benchmarks.
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

#include "model_maker/model_maker.h"

namespace {

constexpr const char* usage =
    "Usage: fastwhisper_make_model SHAPE TYPE FILE\n"
    "  SHAPE  tiny, base, small, medium (each also with .en), large-v1, large-v2, large-v3, large-v3-turbo,\n"
    "         small-test (2 + 2 layers of width 128, English), golden-v3 (the layout of src/test/golden/v3.json)\n"
    "  TYPE   f32, f16, q8_0, q5_0, q5_1, q4_0, q4_1\n";

fw::ModelRecipe recipe_for(const std::string& shape, fw::StoredType type) {
  fw::ModelRecipe recipe;
  recipe.type = type;
  if (shape == "golden-v3") {
    recipe.shape = fw::golden_v3_shape();
  } else if (shape == "small-test") {
    recipe.shape = fw::small_shape(51864, 80, 128, 2);
  } else {
    recipe.shape = fw::published_shape(shape);
    // The rule's scales suit a width of 128; a wider sum of as large weights would saturate every softmax.
    recipe.scale = std::sqrt(128.0f / static_cast<float>(recipe.shape.n_audio_state));
  }
  return recipe;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs(usage, stderr);
    return 2;
  }
  for (const fw::StoredType type :
       {fw::StoredType::f32, fw::StoredType::f16, fw::StoredType::q8_0, fw::StoredType::q5_0, fw::StoredType::q5_1,
        fw::StoredType::q4_0, fw::StoredType::q4_1}) {
    if (fw::stored_type_name(type) != argv[2]) continue;
    try {
      fw::make_model(recipe_for(argv[1], type)).write(argv[3]);
      return 0;
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s\n%s", failure.what(), usage);
      return 2;
    }
  }
  std::fprintf(stderr, "no type is called %s\n%s", argv[2], usage);
  return 2;
}
