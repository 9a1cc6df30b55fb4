// Feeds the fuzzer's entry point without libFuzzer: changed model files from a seed, the same ones in every run.
//
//   model_file_fuzz [RUNS [SEED]]     changes the files that the model maker makes
//   model_file_fuzz --file FILE...    runs files once, to repeat a finding
//   model_file_fuzz --write FOLDER    writes the model maker's files there, for libFuzzer to begin with
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.h"
#include "model_maker/model_maker.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<std::byte>;

/** A good file and where its fields begin. */
struct Seed {
  Bytes bytes;
  std::vector<size_t> borders;
};

std::vector<Seed> make_corpus() {
  std::vector<Seed> corpus;
  const auto add = [&](const fw::ModelRecipe& recipe) {
    const fw::ModelImage image = fw::make_model(recipe);
    corpus.push_back({image.bytes(), image.borders()});
  };
  // As narrow as the types allow: the vocabulary's size alone makes the embedding large.
  for (const fw::StoredType type : {fw::StoredType::f32, fw::StoredType::f16}) {
    fw::ModelShape shape = fw::small_shape(51866, 128, 2);
    shape.n_audio_head = shape.n_text_head = 1;
    add({.shape = shape, .type = type, .tokens = fw::made_up_tokens(280)});
  }
  for (const fw::StoredType type :
       {fw::StoredType::q4_0, fw::StoredType::q4_1, fw::StoredType::q5_0, fw::StoredType::q5_1, fw::StoredType::q8_0}) {
    add({.shape = fw::small_shape(51864, 80, 32), .type = type, .tokens = fw::made_up_tokens(260)});
  }
  return corpus;
}

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  Bytes mutate(const std::vector<Seed>& corpus) {
    const Seed& seed = corpus[below(corpus.size())];
    Bytes bytes = seed.bytes;
    for (size_t n = 1 + below(4); n != 0; --n) change(bytes, seed.borders);
    return bytes;
  }

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_.next() % n); }

  /** A field's place: of the head and the tensors as often as of the many tokens. */
  size_t border(const Bytes& bytes, const std::vector<size_t>& borders) {
    const size_t kind = below(3);
    const size_t last = borders.size() - 1;
    const size_t index = kind == 0 ? below(20) : kind == 1 ? below(last) : last - below(std::min<size_t>(last, 400));
    return std::min(borders[index], bytes.size());
  }

  int32_t number() {
    static constexpr int32_t telling[] = {
        0,         1,         -1,           2,   3,    4,    5,    6,     7,     8,     31,      32,      33,
        80,        128,       201,          448, 1024, 1500, 2007, 51864, 51865, 51866, 1 << 16, 1 << 24, 1 << 30,
        INT32_MAX, INT32_MIN, INT32_MAX / 4};
    return below(2) == 0 ? telling[below(std::size(telling))] : static_cast<int32_t>(random_.next());
  }

  void change(Bytes& bytes, const std::vector<size_t>& borders) {
    const size_t at = border(bytes, borders);
    switch (below(6)) {
      case 0:
      case 1: {
        const int32_t value = number();
        if (bytes.size() - at >= sizeof(value)) std::memcpy(bytes.data() + at, &value, sizeof(value));
        break;
      }
      case 2:
        if (!bytes.empty()) bytes[below(bytes.size())] ^= static_cast<std::byte>(1u << below(8));
        break;
      case 3:
        bytes.resize(below(2) == 0 ? at : below(bytes.size() + 1));
        break;
      case 4: {  // A stretch is lost.
        const size_t to = border(bytes, borders);
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at, to)),
                    bytes.begin() + static_cast<std::ptrdiff_t>(std::max(at, to)));
        break;
      }
      default: {  // A stretch comes again elsewhere.
        const size_t to = border(bytes, borders);
        const Bytes stretch(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at, to)),
                            bytes.begin() + static_cast<std::ptrdiff_t>(std::max(at, to)));
        const size_t where = border(bytes, borders);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(where), stretch.begin(), stretch.end());
      }
    }
  }

  fw::SplitMix64 random_;
};

void run(const Bytes& bytes) { LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()); }

int run_files(int n, char** paths) {
  for (int i = 0; i != n; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    run({first, first + text.size()});
  }
  return 0;
}

int write_corpus(const std::string& folder) {
  int n = 0;
  for (const Seed& seed : make_corpus()) {
    std::ofstream file(folder + "/model-" + std::to_string(n++), std::ios::binary);
    file.write(reinterpret_cast<const char*>(seed.bytes.data()), static_cast<std::streamsize>(seed.bytes.size()));
    if (!file) {
      std::fprintf(stderr, "cannot write into %s\n", folder.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--file") == 0) return run_files(argc - 2, argv + 2);
  if (argc == 3 && std::strcmp(argv[1], "--write") == 0) return write_corpus(argv[2]);
  const long n_runs = argc > 1 ? std::atol(argv[1]) : 2000;
  const uint64_t first_seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::vector<Seed> corpus = make_corpus();
  for (const Seed& seed : corpus) run(seed.bytes);
  for (long i = 0; i != n_runs; ++i) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(i);
    if (i % 50 == 0) {
      // Tells where a crash was; each input depends on its own seed alone.
      std::printf("seeds from %llu on\n", static_cast<unsigned long long>(seed));
      std::fflush(stdout);
    }
    run(Mutator(seed).mutate(corpus));
  }
  std::printf("%ld changed model files from seed %llu\n", n_runs, static_cast<unsigned long long>(first_seed));
  return 0;
}
