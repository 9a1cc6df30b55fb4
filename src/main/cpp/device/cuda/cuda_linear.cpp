// Which of the four products a linear op is.
#include "base/error.h"
#include "device/cuda/cuda_check.h"
#include "device/cuda/cuda_executor.h"

namespace fw::cuda {
namespace {

/** Outputs beyond a multiple of it make cuBLAS write single values: a vocabulary of 51,866 took 30 times as long. */
constexpr int64_t kOutputsAtATime = 8;

const void* elements_from(const void* data, DataType type, int64_t first) {
  if (data == nullptr) return nullptr;
  return static_cast<const std::byte*>(data) + first * static_cast<int64_t>(size_of(type));
}

/** A weight with more outputs has so many blocks that its rows are normed sooner by themselves. */
constexpr int64_t kMostNormedOutputs = 8192;

LinearShape shape_of(const LinearArgs& args, const CudaWeight& weight) {
  return {.n_rows = args.x.rows,
          .n_out = weight.n_out(),
          .n_in = weight.n_in(),
          .x_stride = args.x.stride,
          .w_stride = weight.stride(),
          .y_stride = args.y.stride,
          .residual_stride = args.residual ? args.residual.stride : 0,
          .gelu = args.activation == Activation::gelu};
}

}  // namespace

int64_t CudaExecutor::most_rows_of(const LinearArgs& args) const {
  if (args.most_rows != 0) return args.most_rows;
  const bool few = static_cast<const CudaWeight&>(*args.weight).count() == RowCount::few;
  return few ? options_.n_rows : int64_t{1500} * options_.n_windows;
}

bool CudaExecutor::is_of_few_rows(const LinearArgs& args) const {
  return static_cast<const CudaWeight&>(*args.weight).count() == RowCount::few && most_rows_of(args) <= few_rows;
}

void CudaExecutor::normed_linear(const LayerNormArgs& norm, const LinearArgs& args) {
  const auto& weight = static_cast<const CudaWeight&>(*args.weight);
  const bool folds = weight.type() != DataType::f32 && is_of_few_rows(args) && args.x.rows <= most_normed_rows &&
                     weight.n_in() % 8 == 0 && weight.n_in() <= most_normed_inputs &&
                     weight.n_out() <= kMostNormedOutputs && begins_at_16(norm.x) && begins_at_16(args.x) &&
                     begins_at_16(norm.weight) && begins_at_16(norm.bias);
  if (!folds) {
    Executor::normed_linear(norm, args);
    return;
  }
  if (!launches("normed_linear", norm.x, norm.weight.data, norm.bias.data, weight.data(), args.bias,
                static_cast<int>(args.activation), args.residual, args.y)) {
    return;
  }
  linear_few(stream_, shape_of(args, weight), weight.type(), nullptr, weight.data(), args.bias.data,
             static_cast<const float*>(args.residual.data), args.y.type, args.y.data,
             {norm.x.f32(), norm.x.stride, norm.weight.f32(), norm.bias.f32()});
  if (mode_ == Mode::alone) check_launch("normed_linear");
}

void CudaExecutor::linear(const LinearArgs& args) {
  const auto& weight = static_cast<const CudaWeight&>(*args.weight);
  if (!launches("linear", args.x, weight.data(), args.bias, static_cast<int>(args.activation), args.residual, args.y,
                args.most_rows)) {
    return;
  }
  LinearShape shape = shape_of(args, weight);
  const void* x = args.x.data;
  const auto* residual = static_cast<const float*>(args.residual.data);
  // What the tensor cores can load, and what cuBLAS takes beyond that.
  const bool wide = weight.type() != DataType::f32 && begins_at_16(args.x) && weight.n_in() % 8 == 0;
  const bool overlaps = args.x.stride < weight.n_in() && args.x.rows > 1;
  // GELU comes before the residual; cuBLAS's last stage adds the residual first.
  const bool adds_after = shape.gelu && args.residual;
  const bool whole = begins_at_16(args.y) && (!args.residual || begins_at_16(args.residual)) &&
                     !(adds_after && residual == args.y.data) &&
                     !(overlaps && args.x.rows * weight.n_in() > patch_elements);
  const int64_t most_rows = most_rows_of(args);
  if (wide && is_of_few_rows(args)) {
    linear_few(stream_, shape, weight.type(), x, weight.data(), args.bias.data, residual, args.y.type, args.y.data);
  } else if (wide && weight.count() == RowCount::few && takes_linear_split(shape, most_rows)) {
    linear_split(stream_, shape, most_rows, weight.type(), x, weight.data(), args.bias.data, residual, args.y.type,
                 args.y.data);
  } else if (wide && whole) {
    if (overlaps) {
      // A convolution's rows, side by side.
      gather_rows(stream_, args.x, patches_->data());
      x = patches_->data();
      shape.x_stride = weight.n_in();
    }
    if (adds_after) shape.residual_stride = 0;
    multiply_many(shape, most_rows, args, x, adds_after ? nullptr : residual);
    if (adds_after) add_rows(stream_, args.residual, args.y);
  } else {
    linear_plain(stream_, shape, weight.type(), x, weight.data(), args.bias.data, residual, args.y.type, args.y.data);
  }
  if (mode_ == Mode::alone) check_launch("linear");
}

void CudaExecutor::multiply_many(const LinearShape& shape, int64_t most_rows, const LinearArgs& args, const void* x,
                                 const float* residual) {
  const auto& weight = static_cast<const CudaWeight&>(*args.weight);
  LinearShape most = shape, rest = shape;
  if (shape.n_out > kOutputsAtATime) most.n_out = shape.n_out / kOutputsAtATime * kOutputsAtATime;
  rest.n_out = shape.n_out - most.n_out;
  products_.run(stream_, most, most_rows, weight.type(), x, weight.data(), args.bias.data, residual, args.y.type,
                args.y.data);
  if (rest.n_out == 0) return;
  linear_few(stream_, rest, weight.type(), x, elements_from(weight.data(), weight.type(), most.n_out * shape.w_stride),
             elements_from(args.bias.data, args.bias.type, most.n_out),
             residual == nullptr ? nullptr : residual + most.n_out, args.y.type,
             const_cast<void*>(elements_from(args.y.data, args.y.type, most.n_out)));
}

}  // namespace fw::cuda
