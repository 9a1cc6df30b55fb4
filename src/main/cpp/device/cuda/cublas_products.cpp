// The one file that calls cuBLAS.
#include "device/cuda/cublas_products.h"

#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <tuple>

#include "base/error.h"
#include "device/cuda/cuda_check.h"

namespace fw::cuda {
namespace {

constexpr size_t kWorkspace = size_t{32} << 20;
/** Algorithms that are tried for a product, and how often each is timed. */
constexpr int kCandidates = 12;
constexpr int kRuns = 3;

void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw Error(status == CUBLAS_STATUS_ALLOC_FAILED ? FW_STATUS_OUT_OF_MEMORY : FW_STATUS_LANE_LOST,
              std::string("cuBLAS: ") + what + ": " + cublasLtGetStatusName(status));
}

cudaDataType_t cuda_type(DataType type) {
  switch (type) {
    case DataType::f16:
      return CUDA_R_16F;
    case DataType::bf16:
      return CUDA_R_16BF;
    default:
      return CUDA_R_32F;
  }
}

template <typename Handle, cublasStatus_t (*destroy)(Handle)>
struct Destroy {
  using pointer = Handle;
  void operator()(Handle handle) const { destroy(handle); }
};
using Description = std::unique_ptr<void, Destroy<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>>;
using Layout = std::unique_ptr<void, Destroy<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>>;
using Preference = std::unique_ptr<void, Destroy<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>>;

/** Rows of `cols` elements are, to cuBLAS, columns. */
Layout make_layout(DataType type, int64_t cols, int64_t rows, int64_t stride) {
  cublasLtMatrixLayout_t layout = nullptr;
  check(cublasLtMatrixLayoutCreate(&layout, cuda_type(type), static_cast<uint64_t>(cols), static_cast<uint64_t>(rows),
                                   stride),
        "cublasLtMatrixLayoutCreate");
  return Layout(layout);
}

template <typename Value>
void set(cublasLtMatmulDesc_t description, cublasLtMatmulDescAttributes_t attribute, const Value& value) {
  check(cublasLtMatmulDescSetAttribute(description, attribute, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
}

/** Memory of the GPU for a trial; null where there is none. */
class TrialMemory {
 public:
  explicit TrialMemory(int64_t bytes) {
    if (cudaMalloc(&data_, static_cast<size_t>(std::max<int64_t>(bytes, 1))) == cudaSuccess) return;
    data_ = nullptr;
    // Not sticky, and not this product's fault.
    cudaGetLastError();
  }
  ~TrialMemory() { cudaFree(data_); }
  TrialMemory(const TrialMemory&) = delete;
  TrialMemory& operator=(const TrialMemory&) = delete;
  void* data() const { return data_; }

  /** Fills it with the bytes of another piece, again and again. */
  void fill(cudaStream_t stream, const void* from, int64_t from_bytes, int64_t bytes) const {
    for (int64_t at = 0; at < bytes; at += from_bytes) {
      cuda::check(
          cudaMemcpyAsync(static_cast<std::byte*>(data_) + at, from,
                          static_cast<size_t>(std::min(from_bytes, bytes - at)), cudaMemcpyDeviceToDevice, stream),
          "cudaMemcpyAsync");
    }
  }

 private:
  void* data_ = nullptr;
};

/** Whether two pieces differ; n takes a number on the GPU. */
bool differs(cudaStream_t stream, const void* a, const void* b, int64_t bytes, void* n) {
  uint32_t n_different = 0;
  count_different(stream, a, b, bytes, static_cast<uint32_t*>(n));
  cuda::check(cudaMemcpyAsync(&n_different, n, sizeof n_different, cudaMemcpyDeviceToHost, stream), "cudaMemcpyAsync");
  cuda::check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  return n_different != 0;
}

/** An event that tells time. */
class TimedEvent {
 public:
  TimedEvent() { cuda::check(cudaEventCreate(&event_), "cudaEventCreate"); }
  ~TimedEvent() { cudaEventDestroy(event_); }
  TimedEvent(const TimedEvent&) = delete;
  TimedEvent& operator=(const TimedEvent&) = delete;
  operator cudaEvent_t() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace

struct CublasProducts::State {
  /** All that the choice of an algorithm depends on: sizes, strides, types, last stage. */
  using Key = std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int, int, bool, bool, bool>;

  cublasLtHandle_t handle = nullptr;
  void* workspace = nullptr;
  std::map<Key, cublasLtMatmulAlgo_t> algorithms;

  ~State() {
    if (workspace != nullptr) cudaFree(workspace);
    if (handle != nullptr) cublasLtDestroy(handle);
  }

  Description describe(const LinearShape& s, const void* bias, DataType y_type) const {
    cublasLtMatmulDesc_t created = nullptr;
    check(cublasLtMatmulDescCreate(&created, CUBLAS_COMPUTE_32F, CUDA_R_32F), "cublasLtMatmulDescCreate");
    Description description(created);
    set(created, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
    const cublasLtEpilogue_t epilogue = bias != nullptr
                                            ? (s.gelu ? CUBLASLT_EPILOGUE_GELU_BIAS : CUBLASLT_EPILOGUE_BIAS)
                                        : s.gelu ? CUBLASLT_EPILOGUE_GELU
                                                 : CUBLASLT_EPILOGUE_DEFAULT;
    set(created, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
    if (bias != nullptr) {
      set(created, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, cuda_type(y_type));
      set(created, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    }
    return description;
  }

  void multiply(cudaStream_t stream, const LinearShape& s, int64_t n_rows, cublasLtMatmulDesc_t description,
                const cublasLtMatmulAlgo_t& algorithm, DataType type, const void* x, const void* w,
                const float* residual, DataType y_type, void* y) const {
    const Layout w_layout = make_layout(type, s.n_in, s.n_out, s.w_stride);
    const Layout x_layout = make_layout(type, s.n_in, n_rows, s.x_stride);
    const Layout d_layout = make_layout(y_type, s.n_out, n_rows, s.y_stride);
    const Layout c_layout = make_layout(y_type, s.n_out, n_rows, residual != nullptr ? s.residual_stride : s.y_stride);
    const float one = 1.0f, beta = residual != nullptr ? 1.0f : 0.0f;
    check(cublasLtMatmul(handle, description, &one, w, w_layout.get(), x, x_layout.get(), &beta,
                         residual != nullptr ? residual : y, c_layout.get(), y, d_layout.get(), &algorithm, workspace,
                         kWorkspace, stream),
          "cublasLtMatmul");
  }

  /**
   * The fastest of the algorithms that give the bits of the first, cuBLAS's own choice: so that what is chosen, which a
   * busy GPU may change, changes no result. The operands are made of the weight's own values. Where there is no memory
   * for a trial, or the stream is being captured, the first.
   */
  cublasLtMatmulAlgo_t fastest(cudaStream_t stream, const LinearShape& s, int64_t most,
                               cublasLtMatmulDesc_t description, DataType type, const void* w, bool adds,
                               DataType y_type, std::span<const cublasLtMatmulHeuristicResult_t> found) const {
    cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
    check(cudaStreamIsCapturing(stream, &capture), "cudaStreamIsCapturing");
    if (found.size() == 1 || capture != cudaStreamCaptureStatusNone) return found.front().algo;
    const auto element = static_cast<int64_t>(size_of(type)), y_element = static_cast<int64_t>(size_of(y_type));
    const int64_t w_bytes = s.n_out * s.w_stride * element, x_bytes = most * s.x_stride * element;
    const int64_t y_bytes = most * s.y_stride * y_element;
    const int64_t c_bytes = adds ? most * s.residual_stride * y_element : 0;
    const TrialMemory x(x_bytes), expected(y_bytes), y(y_bytes), c(c_bytes), n_different(sizeof(uint32_t));
    for (const TrialMemory* memory : {&x, &expected, &y, &c, &n_different}) {
      if (memory->data() == nullptr) return found.front().algo;
    }
    x.fill(stream, w, w_bytes, x_bytes);
    c.fill(stream, w, w_bytes, c_bytes);
    const float* residual = adds ? static_cast<const float*>(c.data()) : nullptr;
    const TimedEvent begun, ended;
    size_t best = 0;
    float best_ms = INFINITY;
    for (size_t i = 0; i < found.size(); ++i) {
      void* const to = i == 0 ? expected.data() : y.data();
      const auto once = [&] {
        multiply(stream, s, most, description, found[i].algo, type, x.data(), w, residual, y_type, to);
      };
      check(cudaMemsetAsync(to, 0, static_cast<size_t>(y_bytes), stream), "cudaMemsetAsync");
      try {
        once();
      } catch (const Error&) {
        // A proposal that does not run after all.
        if (i == 0) throw;
        continue;
      }
      if (i != 0 && differs(stream, expected.data(), to, y_bytes, n_different.data())) continue;
      for (int run = 0; run < kRuns; ++run) {
        check(cudaEventRecord(begun, stream), "cudaEventRecord");
        once();
        check(cudaEventRecord(ended, stream), "cudaEventRecord");
        check(cudaEventSynchronize(ended), "cudaEventSynchronize");
        float ms = 0.0f;
        check(cudaEventElapsedTime(&ms, begun, ended), "cudaEventElapsedTime");
        if (ms < best_ms) {
          best_ms = ms;
          best = i;
        }
      }
    }
    return found[best].algo;
  }

  cublasLtMatmulAlgo_t choose(cudaStream_t stream, const LinearShape& s, int64_t most, cublasLtMatmulDesc_t description,
                              DataType type, const void* w, bool adds, DataType y_type) const {
    cublasLtMatmulPreference_t created = nullptr;
    check(cublasLtMatmulPreferenceCreate(&created), "cublasLtMatmulPreferenceCreate");
    const Preference preference(created);
    const uint64_t bytes = kWorkspace;
    const uint32_t no_split = CUBLASLT_REDUCTION_SCHEME_NONE;
    check(cublasLtMatmulPreferenceSetAttribute(created, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes, sizeof bytes),
          "cublasLtMatmulPreferenceSetAttribute");
    check(cublasLtMatmulPreferenceSetAttribute(created, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &no_split,
                                               sizeof no_split),
          "cublasLtMatmulPreferenceSetAttribute");
    const Layout w_layout = make_layout(type, s.n_in, s.n_out, s.w_stride);
    const Layout x = make_layout(type, s.n_in, most, s.x_stride);
    const Layout c = make_layout(y_type, s.n_out, most, s.residual_stride != 0 ? s.residual_stride : s.y_stride);
    const Layout d = make_layout(y_type, s.n_out, most, s.y_stride);
    std::array<cublasLtMatmulHeuristicResult_t, kCandidates> found{};
    int n_found = 0;
    check(cublasLtMatmulAlgoGetHeuristic(handle, description, w_layout.get(), x.get(), c.get(), d.get(), created,
                                         kCandidates, found.data(), &n_found),
          "cublasLtMatmulAlgoGetHeuristic");
    if (n_found == 0) {
      throw Error(FW_STATUS_UNSUPPORTED, "cuBLAS has no product [" + std::to_string(most) + "][" +
                                             std::to_string(s.n_in) + "] x [" + std::to_string(s.n_out) + "]");
    }
    return fastest(stream, s, most, description, type, w, adds, y_type,
                   std::span(found).first(static_cast<size_t>(n_found)));
  }
};

CublasProducts::CublasProducts() : state_(std::make_unique<State>()) {
  check(cublasLtCreate(&state_->handle), "cublasLtCreate");
  check(cudaMalloc(&state_->workspace, kWorkspace), "cudaMalloc");
}

CublasProducts::~CublasProducts() = default;

void CublasProducts::run(cudaStream_t stream, const LinearShape& s, int64_t most_rows, DataType type, const void* x,
                         const void* w, const void* bias, const float* residual, DataType y_type, void* y) {
  const Description description = state_->describe(s, bias, y_type);
  const State::Key key{s.n_out,
                       s.n_in,
                       s.x_stride,
                       s.w_stride,
                       s.y_stride,
                       s.residual_stride,
                       most_rows,
                       static_cast<int>(type),
                       static_cast<int>(y_type),
                       s.gelu,
                       bias != nullptr,
                       residual != nullptr};
  auto chosen = state_->algorithms.find(key);
  if (chosen == state_->algorithms.end()) {
    chosen = state_->algorithms
                 .emplace(key, state_->choose(stream, s, std::max(s.n_rows, most_rows), description.get(), type, w,
                                              residual != nullptr, y_type))
                 .first;
  }
  state_->multiply(stream, s, s.n_rows, description.get(), chosen->second, type, x, w, residual, y_type, y);
}

}  // namespace fw::cuda
