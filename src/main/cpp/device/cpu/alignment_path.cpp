#include "device/cpu/alignment_path.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace fw {
namespace {

constexpr int32_t kMedianReach = 3;
/** Keeps frames that no token differs in from dividing by zero (openai/whisper has no such guard; the golden values
 * do). */
constexpr double kLeastDeviation = 1e-9;

/** Place reflected at both ends of [0, n) without repeating the end itself. */
int32_t reflect(int32_t place, int32_t n) {
  if (n == 1) return 0;
  const int32_t period = 2 * (n - 1);
  const int32_t inside = std::abs(place) % period;
  return std::min(inside, period - inside);
}

/** Puts the smaller of two values into a and the larger into b. */
inline void order(float& a, float& b) {
  const float low = std::min(a, b);
  b = std::max(a, b);
  a = low;
}

/** The median of seven by a selection network of 13 exchanges: no branch, so that a loop over places becomes vector
 * code. */
inline float median(float a, float b, float c, float d, float e, float f, float g) {
  order(a, f);
  order(a, d);
  order(b, g);
  order(c, e);
  order(a, b);
  order(d, f);
  order(c, g);
  order(c, d);
  order(d, g);
  order(e, f);
  order(b, e);
  order(b, d);
  order(d, e);
  return d;
}

/** For each frame the factor and the offset that normalise it over the n_tokens rows of one head. */
void normalisation(const float* weights, int32_t n_tokens, int64_t stride, int32_t n_frames, std::vector<double>& mean,
                   std::vector<double>& scale) {
  mean.assign(n_frames, 0.0);
  scale.assign(n_frames, 0.0);
  for (int32_t t = 0; t != n_tokens; ++t) {
    const float* row = weights + t * stride;
    for (int32_t f = 0; f != n_frames; ++f) mean[f] += row[f];
  }
  for (double& m : mean) m /= n_tokens;
  for (int32_t t = 0; t != n_tokens; ++t) {
    const float* row = weights + t * stride;
    for (int32_t f = 0; f != n_frames; ++f) scale[f] += (row[f] - mean[f]) * (row[f] - mean[f]);
  }
  for (double& s : scale) s = 1.0 / (std::sqrt(s / n_tokens) + kLeastDeviation);
}

enum Step : uint8_t { kDiagonal, kDown, kRight };

}  // namespace

CostMatrix attention_cost(const AlignmentPathArgs& args) {
  const int32_t n_frames = args.n_frames;
  CostMatrix cost{args.n_rows, n_frames, std::vector<float>(static_cast<size_t>(args.n_rows) * n_frames, 0.0f)};
  std::vector<double> mean;
  std::vector<double> scale;
  std::vector<float> padded(n_frames + 2 * kMedianReach);
  const float share = -1.0f / static_cast<float>(args.n_heads);
  for (int32_t h = 0; h != args.n_heads; ++h) {
    const Tensor weights = args.weights.rows_from(static_cast<int64_t>(h) * args.n_tokens, args.n_tokens);
    normalisation(weights.f32(), args.n_tokens, weights.stride, n_frames, mean, scale);
    for (int32_t r = 0; r != args.n_rows; ++r) {
      const float* row = weights.f32(args.first_row + r);
      float* normal = padded.data() + kMedianReach;
      for (int32_t f = 0; f != n_frames; ++f) normal[f] = static_cast<float>((row[f] - mean[f]) * scale[f]);
      for (int32_t i = 1; i <= kMedianReach; ++i) {
        normal[-i] = normal[reflect(-i, n_frames)];
        normal[n_frames - 1 + i] = normal[reflect(n_frames - 1 + i, n_frames)];
      }
      float* out = cost.values.data() + static_cast<size_t>(r) * n_frames;
      const float* in = padded.data();
      for (int32_t f = 0; f != n_frames; ++f) {
        out[f] += share * median(in[f], in[f + 1], in[f + 2], in[f + 3], in[f + 4], in[f + 5], in[f + 6]);
      }
    }
  }
  return cost;
}

std::vector<int32_t> dtw_first_columns(const CostMatrix& cost) {
  const int32_t n_rows = cost.n_rows;
  const int32_t n_columns = cost.n_columns;
  if (n_rows < 1 || n_columns < 1) return {};
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<uint8_t> steps(static_cast<size_t>(n_rows) * n_columns);
  // above[c + 1] is the cheapest way to the row above at column c; column 0 stands for no way, except before the first
  // cell.
  std::vector<double> above(n_columns + 1, kNever);
  above[0] = 0.0;
  for (int32_t r = 0; r != n_rows; ++r) {
    const float* values = cost.values.data() + static_cast<size_t>(r) * n_columns;
    uint8_t* step = steps.data() + static_cast<size_t>(r) * n_columns;
    double diagonal = above[0];
    double left = kNever;
    above[0] = kNever;
    for (int32_t c = 0; c != n_columns; ++c) {
      const double down = above[c + 1];
      double best = diagonal;
      uint8_t taken = kDiagonal;
      if (down < best) {
        best = down;
        taken = kDown;
      }
      if (left < best) {
        best = left;
        taken = kRight;
      }
      diagonal = down;
      left = best + values[c];
      above[c + 1] = left;
      step[c] = taken;
    }
  }
  std::vector<int32_t> first(n_rows, 0);
  int32_t r = n_rows - 1;
  int32_t c = n_columns - 1;
  while (r >= 0 && c >= 0) {
    first[r] = c;
    const uint8_t taken = steps[static_cast<size_t>(r) * n_columns + c];
    if (taken != kRight) --r;
    if (taken != kDown) --c;
  }
  return first;
}

void find_alignment_path(const AlignmentPathArgs& args) {
  const std::vector<int32_t> first = dtw_first_columns(attention_cost(args));
  std::copy(first.begin(), first.end(), args.first.begin());
}

}  // namespace fw
