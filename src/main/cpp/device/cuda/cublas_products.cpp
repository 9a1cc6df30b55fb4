// The one file that calls cuBLAS.
#include "device/cuda/cublas_products.h"

#include <cublasLt.h>

#include <map>
#include <string>
#include <tuple>

#include "base/error.h"
#include "device/cuda/cuda_check.h"

namespace fw::cuda {
namespace {

constexpr size_t kWorkspace = size_t{32} << 20;

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

  cublasLtMatmulAlgo_t choose(const LinearShape& s, int64_t most, cublasLtMatmulDesc_t description, DataType type,
                              DataType y_type) const {
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
    const Layout w = make_layout(type, s.n_in, s.n_out, s.w_stride), x = make_layout(type, s.n_in, most, s.x_stride);
    const Layout c = make_layout(y_type, s.n_out, most, s.residual_stride != 0 ? s.residual_stride : s.y_stride);
    const Layout d = make_layout(y_type, s.n_out, most, s.y_stride);
    cublasLtMatmulHeuristicResult_t found{};
    int n_found = 0;
    check(cublasLtMatmulAlgoGetHeuristic(handle, description, w.get(), x.get(), c.get(), d.get(), created, 1, &found,
                                         &n_found),
          "cublasLtMatmulAlgoGetHeuristic");
    if (n_found == 0) {
      throw Error(FW_STATUS_UNSUPPORTED, "cuBLAS has no product [" + std::to_string(most) + "][" +
                                             std::to_string(s.n_in) + "] x [" + std::to_string(s.n_out) + "]");
    }
    return found.algo;
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
                 .emplace(key, state_->choose(s, std::max(s.n_rows, most_rows), description.get(), type, y_type))
                 .first;
  }
  const Layout w_layout = make_layout(type, s.n_in, s.n_out, s.w_stride);
  const Layout x_layout = make_layout(type, s.n_in, s.n_rows, s.x_stride);
  const Layout d_layout = make_layout(y_type, s.n_out, s.n_rows, s.y_stride);
  const Layout c_layout = make_layout(y_type, s.n_out, s.n_rows, residual != nullptr ? s.residual_stride : s.y_stride);
  const float one = 1.0f, beta = residual != nullptr ? 1.0f : 0.0f;
  check(cublasLtMatmul(state_->handle, description.get(), &one, w, w_layout.get(), x, x_layout.get(), &beta,
                       residual != nullptr ? residual : y, c_layout.get(), y, d_layout.get(), &chosen->second,
                       state_->workspace, kWorkspace, stream),
        "cublasLtMatmul");
}

}  // namespace fw::cuda
