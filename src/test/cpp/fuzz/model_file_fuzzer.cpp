// What a fuzzer does with bytes that might be a model file: libFuzzer's entry point, which fuzz_driver.cpp calls too.
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "model/alignment_heads.h"
#include "model/model_file.h"

namespace {

/** Uses everything that an accepted file offers. */
void use(const fw::ModelFile& file) {
  for (const auto& [name, tensor] : file.tensors()) file.read(name);
  const fw::Vocabulary& vocabulary = file.vocabulary();
  vocabulary.decode(vocabulary.encode(" It's 42 o'clock,  n\u00e4mlich\xff"));
  for (int32_t token = -1; token <= 512; ++token) vocabulary.bytes(token);
  fw::alignment_heads_for(file.shape());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    use(fw::ModelFile::from_bytes({bytes, bytes + size}, "input"));
  } catch (const fw::Error&) {
    // Refusing is what is asked for; anything else ends the program.
  }
  return 0;
}
