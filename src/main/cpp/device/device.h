#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/stored_type.h"
#include "device/tensor.h"
#include "fastwhisper.h"

namespace fw {

class Executor;

/** Memory of a device, freed with this object. All bytes are zero at first. */
class Memory {
 public:
  virtual ~Memory() = default;
  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 protected:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

/** A weight matrix [n_out][n_in] in the form and type that its device's products like best. Immutable. */
class Weight {
 public:
  virtual ~Weight() = default;
  int64_t n_out() const { return n_out_; }
  int64_t n_in() const { return n_in_; }
  /** Whether embed may read single rows of it. */
  bool lookup() const { return lookup_; }
  /** Device memory it takes. */
  virtual size_t bytes() const = 0;

 protected:
  Weight(int64_t n_out, int64_t n_in, bool lookup) : n_out_(n_out), n_in_(n_in), lookup_(lookup) {}

 private:
  int64_t n_out_;
  int64_t n_in_;
  bool lookup_;
};

/** A matrix [n_out][n_in] in host memory as a model file holds it: rows of whole blocks, without gaps. */
struct StoredMatrix {
  StoredType type = StoredType::f32;
  std::span<const std::byte> bytes;
  int64_t n_out = 0;
  int64_t n_in = 0;
};

/** How many rows the products of a weight have as a rule. */
enum class RowCount : uint8_t {
  /** A step of the decoder: bound by reading the weight. */
  few,
  /** The frames of a window: bound by arithmetic. */
  many
};

/** Sizes of a key/value cache. */
struct CacheShape {
  /** Sequences or windows whose keys and values are held. */
  int32_t n_slots = 0;
  int32_t n_layers = 0;
  /** Places (tokens or audio frames) of one slot. */
  int32_t n_places = 0;
  int32_t n_heads = 0;
  int32_t head_dim = 0;
  /** Keys and values in eight bits (device/eight_bit.h), not in the device's type. */
  bool eight_bit = false;
};

/** What a network sizes itself by, since its device runs best so. */
struct NetworkHabits {
  /** Type of activations between ops; the residual stream and logits are f32 everywhere. */
  DataType activations = DataType::f32;
  /** Logits that are held at a time; each such part of a call reads the output matrix anew. 64 rows are 13 MB. */
  int32_t logit_rows = 64;
  /** Windows that go through the encoder together. */
  int32_t encoded_windows = 1;
  /** Rows that go through the decoder together where there are many: prompts, and sequences to align. */
  int32_t pass_rows = 128;
  /** Whether a step should be started before the picks of the one before are known here. */
  bool steps_ahead = false;
};

/** What an executor is opened for. */
struct ExecutorOptions {
  /** Threads of a CPU at most. */
  int32_t n_threads = 1;
  /** Most rows of a step of the decoder, and most windows of a pass of the encoder. */
  int32_t n_rows = 128;
  int32_t n_windows = 1;
  /** Whether copies may overlap with computing; else all is done in order. */
  bool use_streams = true;

  ExecutorOptions(int32_t threads) : n_threads(threads) {}
  ExecutorOptions(int32_t threads, int32_t rows, int32_t windows, bool streams = true)
      : n_threads(threads), n_rows(rows), n_windows(windows), use_streams(streams) {}
};

/** Keys and values of attention, in the layout and type that their device reads fastest. All zero at first. */
class KeyValueCache {
 public:
  virtual ~KeyValueCache() = default;
  const CacheShape& shape() const { return shape_; }
  virtual size_t bytes() const = 0;

 protected:
  explicit KeyValueCache(const CacheShape& shape) : shape_(shape) {}

 private:
  CacheShape shape_;
};

/**
 * What computes: one GPU, or the processor by one of its paths, at one precision. Immutable and shared by the lanes;
 * every function may be called from any thread.
 */
class Device {
 public:
  virtual ~Device() = default;

  /** What computes the products: "plain", "portable:avx512", "onednn brgemm:avx512_core_vnni" ... */
  virtual std::string implementation() const = 0;
  /** Type of weights and products; never FW_PRECISION_AUTO. */
  virtual fw_precision precision() const = 0;

  /** Zeroed memory, aligned to 64 bytes. Throws FW_STATUS_OUT_OF_MEMORY. */
  virtual std::unique_ptr<Memory> allocate(size_t bytes) const = 0;
  /** Copies host bytes into device memory, and back; done on return. */
  virtual void upload(void* to, const void* from, size_t bytes) const = 0;
  virtual void download(void* to, const void* from, size_t bytes) const = 0;

  /**
   * Packs a matrix given as f32 rows in host memory, [n_out][n_in] without gaps; the rows are not needed afterwards.
   * lookup: embed reads single rows of it too (the token embedding, which is also the output matrix).
   */
  virtual std::unique_ptr<Weight> pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const = 0;
  /**
   * The same from a matrix as it is stored, so that a device of f32 may keep what is narrower; what it multiplies by
   * are the values of dequantise. This one dequantises and packs rows.
   */
  virtual std::unique_ptr<Weight> pack_stored(const StoredMatrix& matrix, RowCount rows, bool lookup) const;

  virtual std::unique_ptr<KeyValueCache> make_cache(const CacheShape& shape) const = 0;

  virtual NetworkHabits habits() const { return {}; }

  /** Bytes of the device's memory that are in use, by whatever uses it; 0 where that is not counted. */
  virtual int64_t used_bytes() const { return 0; }

  /** What runs the ops of one lane. The device must outlive it. */
  virtual std::unique_ptr<Executor> open(const ExecutorOptions& options) const = 0;
};

}  // namespace fw
