#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/stored_type.h"
#include "model/model_shape.h"
#include "model/vocabulary.h"

namespace fw {

class ByteSource;

/** One tensor of a model file: where its bytes lie and what they mean. */
struct StoredTensor {
  std::string name;
  StoredType type = StoredType::f32;
  /** Sizes in PyTorch's order, the last running fastest: matrices [n_out][n_in], convolutions [n_out][n_in][3]. */
  std::vector<int64_t> sizes;
  /** Place and number of its bytes in the file. */
  int64_t first_byte = 0;
  int64_t n_bytes = 0;

  /** Values of one row: the last size. */
  int64_t row_values() const { return sizes.back(); }
  /** All values over the row's. */
  int64_t n_rows() const;
  int64_t n_values() const { return n_rows() * row_values(); }
};

/**
 * A ggml Whisper file (whisper.cpp, models/convert-pt-to-ggml.py): hyper-parameters, mel filters, vocabulary and the
 * list of tensors are read and checked when it is opened; tensors' bytes are read when they are asked for, so that a
 * file of gigabytes is never in memory twice.
 *
 * Every tensor of the shape is there exactly once, with its sizes; anything else is refused with FW_STATUS_MODEL_FILE
 * and a text that says what, at which byte, what was expected and what was found. Immutable, for any thread.
 */
class ModelFile {
 public:
  using TensorMap = std::map<std::string, StoredTensor, std::less<>>;

  static ModelFile open(const std::string& path);
  /** A file that lies in memory; name stands in messages. */
  static ModelFile from_bytes(std::vector<std::byte> bytes, const std::string& name);
  ModelFile(ModelFile&&) noexcept;
  ModelFile& operator=(ModelFile&&) noexcept;
  ~ModelFile();

  const ModelShape& shape() const { return shape_; }
  /** Filters [n_mels][mel_n_bins] over the power spectrum. */
  std::span<const float> mel_filters() const { return mel_filters_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  /** Takes the vocabulary out, for a model that outlives this file. */
  Vocabulary take_vocabulary() { return std::move(vocabulary_); }
  /** The type of its matrices, by its head. */
  StoredType type() const { return type_; }

  /** All tensors by name. */
  const TensorMap& tensors() const { return tensors_; }
  /** One of the tensors that every model of this shape has; a name that it has not is a fault of the caller. */
  const StoredTensor& tensor(std::string_view name) const;

  /** All values of a tensor, row after row. */
  std::vector<float> read(std::string_view name) const;
  /** n_rows rows from first_row on; values has n_rows * row_values() places. */
  void read_rows(const StoredTensor& tensor, int64_t first_row, int64_t n_rows, std::span<float> values) const;
  /** The bytes as they are stored. */
  std::vector<std::byte> read_stored(const StoredTensor& tensor) const;

 private:
  ModelFile(std::unique_ptr<ByteSource> source, const ModelShape& shape, StoredType type,
            std::vector<float> mel_filters, Vocabulary vocabulary, TensorMap tensors);
  static ModelFile parse(std::unique_ptr<ByteSource> source);

  std::unique_ptr<ByteSource> source_;
  ModelShape shape_;
  StoredType type_;
  std::vector<float> mel_filters_;
  Vocabulary vocabulary_;
  TensorMap tensors_;
};

}  // namespace fw
