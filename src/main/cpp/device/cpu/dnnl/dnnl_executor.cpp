#include "device/cpu/dnnl/dnnl_executor.h"

#include "device/cpu/chosen_tokens.h"
#include "device/cpu/dnnl/instruction_set.h"
#include "device/cpu/dnnl/one_thread.h"

namespace fw {

DnnlExecutor::DnnlExecutor(const DnnlDevice& device, int32_t n_threads)
    : PortableExecutor(device.kernel_set(), n_threads, OneThread::for_good),
      device_(device),
      vectors_(instruction_set().kernels()),
      stream_(device.engine()) {}

std::vector<DnnlExecutor::Bound>& DnnlExecutor::bind(const ProductShape& shape) {
  std::vector<Bound>& threads = bound_[shape];
  if (threads.empty()) {
    const Product& product = device_.products().find(shape);
    for (int32_t i = 0; i < pool().n_threads(); ++i) {
      threads.push_back({&product, dnnl::memory(product.source(), device_.engine(), DNNL_MEMORY_NONE),
                         dnnl::memory(product.weights(), device_.engine(), DNNL_MEMORY_NONE),
                         dnnl::memory(product.target(), device_.engine(), DNNL_MEMORY_NONE),
                         dnnl::memory(product.scratchpad(), device_.engine())});
    }
  }
  return threads;
}

void DnnlExecutor::execute(Bound& bound, void* source, void* weights, void* target) {
  dnnl_memory_set_data_handle(bound.source.get(), source);
  dnnl_memory_set_data_handle(bound.weights.get(), weights);
  dnnl_memory_set_data_handle(bound.target.get(), target);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, bound.source.get()},
                                  {DNNL_ARG_WEIGHTS, bound.weights.get()},
                                  {DNNL_ARG_DST, bound.target.get()},
                                  {DNNL_ARG_SCRATCHPAD, bound.scratchpad.get()}};
  dnnl_primitive_execute(bound.product->primitive().get(), stream_.get(), 4, args);
}

void DnnlExecutor::embed(const EmbedArgs& args) {
  if (dynamic_cast<const PanelWeight*>(args.table) != nullptr) {
    PortableExecutor::embed(args);
    return;
  }
  const auto& table = static_cast<const PackedWeight&>(*args.table);
  for (size_t i = 0; i < args.tokens.size(); ++i) {
    float* y = args.y.f32(static_cast<int64_t>(i));
    const float* position = args.positions.f32(args.places[i]);
    table.read_row(token_of(args, i), y);
    for (int64_t d = 0; d < args.y.cols; ++d) y[d] += position[d];
  }
}

}  // namespace fw
