#pragma once

#include <dnnl.hpp>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "device/cpu/dnnl/dnnl_device.h"
#include "device/cpu/dnnl/packed_weight.h"
#include "device/cpu/dnnl/vector_kernels.h"
#include "device/cpu/portable/portable_executor.h"

namespace fw {

/** One lane's ops: products by oneDNN, each on one thread; this class cuts the work and finishes the rows. */
class DnnlExecutor final : public PortableExecutor {
 public:
  DnnlExecutor(const DnnlDevice& device, int32_t n_threads);

  void linear(const LinearArgs& args) override;
  void attention(const AttentionArgs& args) override;
  void embed(const EmbedArgs& args) override;

 private:
  /** A product with the memory objects of one thread. */
  struct Bound {
    const Product* product;
    dnnl::memory source;
    dnnl::memory weights;
    dnnl::memory target;
    dnnl::memory scratchpad;
  };

  /** A change of form with the memory objects of one thread. */
  struct Packing {
    dnnl::reorder primitive;
    dnnl::memory from;
    dnnl::memory to;
    dnnl::memory scratchpad;
  };

  /** One Bound a thread for a shape. Called before threads start: compiles, allocates, throws. */
  std::vector<Bound>& bind(const ProductShape& shape);
  void execute(Bound& bound, void* source, void* weights, void* target);
  std::vector<Packing>& bind_packing(const dnnl::memory::desc& from, const dnnl::memory::desc& to);
  void pack(Packing& packing, void* from, void* to);
  /** Rows [row, row + rows) of x as the weight's products read them, in `to`; int8 also the scale of each row. */
  void convert(const LinearArgs& args, ProductType type, int64_t row, int64_t rows, void* to, float* scales) const;
  /** One slice of the weight for rows that convert has prepared. */
  void multiply(const LinearArgs& args, const PackedWeight::Slice& slice, Bound& bound, int64_t row, int64_t rows,
                void* source, const float* scales, void* accumulator);

  const DnnlDevice& device_;
  const VectorKernels& vectors_;
  dnnl::stream stream_;
  std::map<ProductShape, std::vector<Bound>> bound_;
  std::list<std::pair<std::pair<dnnl::memory::desc, dnnl::memory::desc>, std::vector<Packing>>> packings_;
};

}  // namespace fw
