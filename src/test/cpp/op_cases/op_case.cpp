#include "op_cases/op_case.h"

#include <algorithm>
#include <cmath>

#include "base/stored_type.h"
#include "model_maker/model_maker.h"
#include "model_maker/quantise.h"
#include "op_cases/guarded_matrix.h"
#include "ops/attention.h"
#include "ops/cached_attention.h"
#include "ops/layer_norm.h"
#include "ops/linear.h"
#include "ops/log_mel.h"

namespace fw {
namespace {

size_t count(int64_t rows, int64_t cols) { return static_cast<size_t>(rows * cols); }

using Bounds = std::function<std::vector<double>(fw_precision, DataType)>;

/** The same for all values; magnitude: how large they may be, for their rounding to a narrow type of activations. */
Bounds same_bound(size_t n, double f32, double narrower, double magnitude) {
  return [=](fw_precision precision, DataType activations) {
    const double computed = precision == FW_PRECISION_F32 ? f32 : narrower;
    return std::vector<double>(n, computed + magnitude * activation_error(activations));
  };
}

/** A run whose result is one matrix. */
class MatrixRun : public OpRun {
 public:
  std::vector<float> result() const override { return y_.values(); }
  bool guards_intact() const override { return y_.guards_intact(); }

 protected:
  MatrixRun(const Device& device, Executor& executor, int64_t rows, int64_t cols, DataType type)
      : executor_(executor), y_(device, rows, cols, 8, type) {}

  Executor& executor_;
  GuardedMatrix y_;
};

DataType activations(const Device& device) { return device.habits().activations; }

struct LinearSize {
  int64_t m, n, k;
  StoredType type;
  RowCount count;
};

/** GELU and bias; the weight as a file stores it. */
class LinearRun final : public MatrixRun {
 public:
  LinearRun(const Device& device, Executor& executor, const LinearSize& size)
      : MatrixRun(device, executor, size.m, size.n, activations(device)),
        weight_(device.pack_stored({size.type, bytes(size), size.n, size.k}, size.count, false)),
        x_(device, size.m, size.k, random_values(count(size.m, size.k), 1), 8, activations(device)),
        bias_(device, 1, size.n, random_values(static_cast<size_t>(size.n), 3), 8, activations(device)) {}

  void run() override {
    ops::linear(executor_, {x_.tensor(), weight_.get(), bias_.tensor(), Activation::gelu, {}, y_.tensor()});
  }
  double bytes() const override {
    return static_cast<double>(weight_->bytes()) +
           4.0 * static_cast<double>(x_.tensor().rows) * static_cast<double>(weight_->n_in() + weight_->n_out());
  }

  static std::vector<std::byte> bytes(const LinearSize& size) {
    return quantise(size.type, random_values(count(size.n, size.k), 2));
  }

 private:
  std::unique_ptr<Weight> weight_;
  GuardedMatrix x_;
  GuardedMatrix bias_;
};

OpCase linear(const LinearSize& s, bool speed) {
  OpCase made;
  made.name = "linear " + std::to_string(s.m) + " x " + std::to_string(s.n) + " x " + std::to_string(s.k) + " " +
              std::string(stored_type_name(s.type)) + (s.count == RowCount::few ? " step" : " frames");
  made.speed = speed;
  made.operations = 2.0 * static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.k);
  made.prepare = [s](const Device& device, Executor& executor) {
    return std::make_unique<LinearRun>(device, executor, s);
  };
  made.bounds = [s](fw_precision precision, DataType activations) {
    const std::vector<float> x = random_values(count(s.m, s.k), 1);
    std::vector<float> w(count(s.n, s.k));
    dequantise(s.type, LinearRun::bytes(s), w);
    std::vector<double> bounds;
    for (int64_t row = 0; row < s.m; ++row) {
      for (int64_t col = 0; col < s.n; ++col) {
        // GELU's slope is 1.13 at most.
        bounds.push_back(1.13 * product_bound(precision, row_of(x, row, s.k), row_of(w, col, s.k), activations) +
                         gelu_error(activations));
      }
    }
    return bounds;
  };
  return made;
}

class LayerNormRun final : public MatrixRun {
 public:
  LayerNormRun(const Device& device, Executor& executor, int64_t m, int64_t n)
      : MatrixRun(device, executor, m, n, activations(device)),
        x_(device, m, n, random_values(count(m, n), 1, true)),
        weight_(device, 1, n, random_values(static_cast<size_t>(n), 2)),
        bias_(device, 1, n, random_values(static_cast<size_t>(n), 3)) {}

  void run() override { ops::layer_norm(executor_, {x_.tensor(), weight_.tensor(), bias_.tensor(), y_.tensor()}); }
  double bytes() const override {
    return 8.0 * static_cast<double>(x_.tensor().rows) * static_cast<double>(x_.tensor().cols);
  }

 private:
  GuardedMatrix x_;
  GuardedMatrix weight_;
  GuardedMatrix bias_;
};

OpCase layer_norm(int64_t m, int64_t n, bool speed) {
  return {
      "layer_norm " + std::to_string(m) + " x " + std::to_string(n), speed, false,
      // Mean, deviation, and what is done with them.
      4.0 * static_cast<double>(m * n),
      [=](const Device& device, Executor& executor) { return std::make_unique<LayerNormRun>(device, executor, m, n); },
      same_bound(count(m, n), 2e-5, 2e-5, 40)};
}

class AttentionRun final : public MatrixRun {
 public:
  AttentionRun(const Device& device, Executor& executor, int64_t n, int64_t dim, int32_t n_heads, int32_t n_windows)
      : MatrixRun(device, executor, n * n_windows, dim * n_heads, activations(device)),
        n_heads_(n_heads),
        n_windows_(n_windows),
        qkv_(device, n * n_windows, 3 * dim * n_heads, random_values(count(n * n_windows, 3 * dim * n_heads), 1), 8,
             activations(device)) {}

  void run() override { ops::attention(executor_, {qkv_.tensor(), n_heads_, y_.tensor(), n_windows_}); }
  double bytes() const override {
    return 16.0 * static_cast<double>(y_.tensor().rows) * static_cast<double>(y_.tensor().cols);
  }

 private:
  int32_t n_heads_;
  int32_t n_windows_;
  GuardedMatrix qkv_;
};

OpCase attention(int64_t n, int64_t dim, int32_t n_heads, bool speed, int32_t n_windows = 1) {
  // The scores are sums of dim products below 1, over the root of dim: an error e of them changes weights by 2 e.
  const double scores = 2 * 0x1p-9 * std::sqrt(static_cast<double>(dim));
  return {"attention " + std::to_string(n) + " places, " + std::to_string(n_heads) + " x " + std::to_string(dim) +
              (n_windows > 1 ? ", " + std::to_string(n_windows) + " windows" : ""),
          speed,
          false,
          4.0 * n_windows * static_cast<double>(n * n) * static_cast<double>(dim * n_heads),
          [=](const Device& device, Executor& executor) {
            return std::make_unique<AttentionRun>(device, executor, n, dim, n_heads, n_windows);
          },
          same_bound(count(n * n_windows, dim * n_heads), 1e-5, 2 * scores + 3 * 0x1p-9, 1)};
}

/** Each row with keys and values of its own. */
class CachedAttentionRun final : public MatrixRun {
 public:
  CachedAttentionRun(const Device& device, Executor& executor, int32_t n_rows, int32_t length, int32_t n_heads,
                     bool eight_bit)
      : MatrixRun(device, executor, n_rows, n_heads * 64, activations(device)),
        cache_(device.make_cache({n_rows, 1, length, n_heads, 64, eight_bit})),
        query_(device, n_rows, n_heads * 64, random_values(count(n_rows, n_heads * 64), 1), 8, activations(device)) {
    const int64_t width = n_heads * 64;
    const GuardedMatrix key(device, length, width, random_values(count(length, width), 2), 8, activations(device));
    const GuardedMatrix value(device, length, width, random_values(count(length, width), 3), 8, activations(device));
    for (int32_t row = 0; row < n_rows; ++row) {
      std::vector<CachePlace> places;
      for (int32_t place = 0; place < length; ++place) places.push_back({row, place});
      ops::store(executor, {cache_.get(), 0, key.tensor(), value.tensor(), places});
      reach_.push_back({row, length});
    }
  }

  void run() override { ops::cached_attention(executor_, {query_.tensor(), cache_.get(), 0, reach_, y_.tensor()}); }
  double bytes() const override { return static_cast<double>(cache_->bytes()); }

 private:
  std::unique_ptr<KeyValueCache> cache_;
  GuardedMatrix query_;
  std::vector<CacheReach> reach_;
};

OpCase cached_attention(int32_t n_rows, int32_t length, int32_t n_heads, bool speed, bool eight_bit = false) {
  return {"cached_attention " + std::to_string(n_rows) + " x " + std::to_string(length) + " places, " +
              std::to_string(n_heads) + " x 64" + (eight_bit ? ", eight bits" : ""),
          speed,
          false,
          4.0 * n_rows * length * n_heads * 64,
          [=](const Device& device, Executor& executor) {
            return std::make_unique<CachedAttentionRun>(device, executor, n_rows, length, n_heads, eight_bit);
          },
          same_bound(count(n_rows, n_heads * 64), 1e-5, 35 * 0x1p-9, 1)};
}

class LogMelRun final : public MatrixRun {
 public:
  LogMelRun(const Device& device, Executor& executor, int64_t n_frames, int32_t n_mels)
      : MatrixRun(device, executor, n_frames, n_mels, activations(device)),
        samples_(random_values(static_cast<size_t>(n_frames * 160 - 7), 1)),
        filters_(device, n_mels, 201, mel_filters(n_mels), 0) {}

  void run() override { ops::log_mel(executor_, {samples_, filters_.tensor(), y_.tensor()}); }
  double bytes() const override {
    return 4.0 * static_cast<double>(samples_.size()) +
           4.0 * static_cast<double>(y_.tensor().rows) * static_cast<double>(y_.tensor().cols);
  }

 private:
  std::vector<float> samples_;
  GuardedMatrix filters_;
};

OpCase log_mel(int64_t n_frames, int32_t n_mels, bool speed) {
  // A transform of 400 points in radix 5 and 4, about 5 n log2 n operations, and the filters' few hundred weights.
  return {"log_mel " + std::to_string(n_frames) + " x " + std::to_string(n_mels),
          speed,
          false,
          static_cast<double>(n_frames) * (5 * 400 * std::log2(400.0) / 2 + 2 * 400),
          [=](const Device& device, Executor& executor) {
            return std::make_unique<LogMelRun>(device, executor, n_frames, n_mels);
          },
          same_bound(count(n_frames, n_mels), 1e-6, 1e-6, 2.0)};
}

/** Half a unit in the last place of a product's operands, relative. */
double operand_error(fw_precision precision) {
  switch (precision) {
    case FW_PRECISION_BF16:
      return 0x1p-8;
    case FW_PRECISION_F16:
      return 0x1p-11;
    case FW_PRECISION_INT8:
      return 0.5 / 63;  // of the largest value of its row: seven bits where the processor's products saturate at eight
    default:
      return 0x1p-24;
  }
}

}  // namespace

double activation_error(DataType type) {
  return type == DataType::f16 ? 0x1p-11 : type == DataType::bf16 ? 0x1p-8 : 0.0;
}

double gelu_error(DataType activations) { return activations == DataType::f32 ? 0.0 : 1e-3; }

double product_bound(fw_precision precision, std::span<const float> x, std::span<const float> w, DataType activations) {
  double products = 0.0, sum_x = 0.0, sum_w = 0.0, max_x = 0.0, max_w = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    products += std::abs(static_cast<double>(x[i]) * w[i]);
    sum_x += std::abs(x[i]);
    sum_w += std::abs(w[i]);
    max_x = std::max(max_x, static_cast<double>(std::abs(x[i])));
    max_w = std::max(max_w, static_cast<double>(std::abs(w[i])));
  }
  const double sums = products * (1e-6 + activation_error(activations)) + 1e-6;
  if (precision == FW_PRECISION_INT8) {
    return sums + 1.1 * operand_error(precision) * (max_x * sum_w + max_w * sum_x);
  }
  return sums + 2.1 * operand_error(precision) * products;
}

std::vector<OpCase> op_cases() {
  std::vector<OpCase> cases;
  const auto odd = [&](int64_t m, int64_t n, int64_t k) {
    cases.push_back(linear({m, n, k, StoredType::f32, RowCount::few}, false));
    cases.push_back(linear({m, n, k, StoredType::f32, RowCount::many}, false));
  };
  odd(1, 1, 1);
  odd(2, 31, 3);
  odd(3, 33, 64);
  odd(5, 16, 240);
  odd(11, 64, 65);
  odd(12, 129, 64);
  odd(13, 32, 385);
  odd(97, 130, 96);
  odd(200, 130, 64);
  // Rows that a GPU shares out among the blocks of a cluster.
  odd(1, 17, 1280);
  odd(9, 33, 1288);
  odd(17, 40, 2560);
  odd(3, 16, 5128);
  for (const int64_t n : {1, 2, 15, 24, 31, 32, 33, 63, 64, 65, 80}) cases.push_back(attention(n, 64, 2, false));
  cases.push_back(attention(50, 32, 3, false));
  cases.push_back(attention(41, 64, 2, false, 3));
  for (const int32_t length : {1, 31, 32, 77}) cases.push_back(cached_attention(3, length, 2, false));
  for (const auto& [m, n] : {std::pair<int64_t, int64_t>{1, 1}, {3, 2}, {2, 15}, {2, 16}, {4, 17}, {2, 385}}) {
    cases.push_back(layer_norm(m, n, false));
  }
  for (const int64_t n_frames : {15, 16, 17, 40}) cases.push_back(log_mel(n_frames, 80, false));
  cases.push_back(log_mel(40, 128, false));

  // Tiny and base: width, heads.
  for (const auto& [state, n_heads] : {std::pair<int64_t, int32_t>{384, 6}, {512, 8}}) {
    for (const StoredType type : {StoredType::f16, StoredType::q8_0, StoredType::q5_1}) {
      for (const int64_t m : {1, 8}) {
        cases.push_back(linear({m, 3 * state, state, type, RowCount::few}, true));
        cases.push_back(linear({m, state, 4 * state, type, RowCount::few}, true));
        cases.push_back(linear({m, 51864, state, type, RowCount::few}, true));
      }
    }
    cases.push_back(linear({1500, 3 * state, state, StoredType::f16, RowCount::many}, true));
    cases.push_back(linear({1500, state, 4 * state, StoredType::f16, RowCount::many}, true));
    cases.push_back(attention(1500, 64, n_heads, true));
    for (const int32_t n_rows : {1, 8}) cases.push_back(cached_attention(n_rows, 1500, n_heads, true));
    cases.push_back(layer_norm(1500, state, true));
  }
  cases.push_back(log_mel(3000, 80, true));

  // Large-v3: width 1,280 in 20 heads; a pass of eight windows, and steps of some rows.
  const auto on_gpu = [&](OpCase made) {
    made.gpu_speed = true;
    cases.push_back(std::move(made));
  };
  const int64_t state = 1280;
  for (const auto& [n, k] : {std::pair<int64_t, int64_t>{3 * state, state},
                             {state, state},
                             {4 * state, state},
                             {state, 4 * state},
                             {2 * state, state}}) {
    on_gpu(linear({12000, n, k, StoredType::f16, RowCount::many}, false));
  }
  on_gpu(attention(1500, 64, 20, false, 8));
  on_gpu(layer_norm(12000, state, false));
  for (const int64_t m : {1, 8, 16, 32, 64, 128}) {
    on_gpu(linear({m, 3 * state, state, StoredType::f16, RowCount::few}, false));
    on_gpu(linear({m, state, state, StoredType::f16, RowCount::few}, false));
    on_gpu(linear({m, state, 4 * state, StoredType::f16, RowCount::few}, false));
  }
  on_gpu(linear({128, 51864, state, StoredType::f16, RowCount::few}, false));
  on_gpu(layer_norm(128, state, false));
  for (const int32_t n_rows : {1, 8, 128}) on_gpu(cached_attention(n_rows, 1500, 20, false));
  on_gpu(cached_attention(128, 1500, 20, false, true));
  on_gpu(cached_attention(128, 60, 20, false));

  // Medium: width 1,024 in 16 heads, steps of some rows.
  const int64_t narrow = 1024;
  for (const auto& [n, k] : {std::pair<int64_t, int64_t>{3 * narrow, narrow},
                             {narrow, narrow},
                             {4 * narrow, narrow},
                             {narrow, 4 * narrow}}) {
    for (const int64_t m : {32, 64, 128}) on_gpu(linear({m, n, k, StoredType::f16, RowCount::few}, false));
  }
  on_gpu(layer_norm(128, narrow, false));
  on_gpu(cached_attention(128, 1500, 16, false));
  return cases;
}

}  // namespace fw
