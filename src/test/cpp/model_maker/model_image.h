#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fw {

/** One tensor as it will stand in a file, every number free to be wrong. */
struct TensorImage {
  std::string name;
  int32_t n_dims = 0;
  /** Length of the name that the file claims. */
  int32_t n_name = 0;
  int32_t ttype = 0;
  /** In the file's order: fastest first. */
  std::vector<int32_t> dims;
  /** Makes the values' bytes when the tensor is written, so that a large model is never in memory. */
  std::function<std::vector<std::byte>()> values;
};

/**
 * A model file before it is bytes: a test changes whatever it wants wrong. Where a count is not what follows it, the
 * file is what a hostile writer would make of it.
 */
struct ModelImage {
  uint32_t magic = 0x67676D6C;
  /** The eleven numbers of the head, from n_vocab to ftype. */
  std::array<int32_t, 11> head{};
  int32_t n_mels = 0;
  int32_t n_bins = 0;
  std::vector<float> mel_filters;
  /** Count of tokens that the file claims. */
  int32_t n_tokens = 0;
  std::vector<std::string> tokens;
  std::vector<TensorImage> tensors;

  /** The tensor of a name, which is there. */
  TensorImage& tensor(const std::string& name);

  std::vector<std::byte> bytes() const;
  /** Places in bytes() where a field begins, and its end: where a truncated file may break off. */
  std::vector<size_t> borders() const;
  /** Writes the file; throws std::runtime_error where it cannot. */
  void write(const std::string& path) const;
};

}  // namespace fw
