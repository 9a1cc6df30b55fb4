#include "device/cpu/plain/plain_device.h"

#include "device/cpu/plain/plain_executor.h"

namespace fw {
namespace {

class PlainDevice final : public CpuDevice {
 public:
  std::string implementation() const override { return "plain"; }
  fw_precision precision() const override { return FW_PRECISION_F32; }
  std::unique_ptr<Weight> pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const override {
    return std::make_unique<PlainWeight>(rows, n_out, n_in, lookup);
  }
  std::unique_ptr<KeyValueCache> make_cache(const CacheShape& shape) const override {
    return std::make_unique<PlainCache>(shape);
  }
  std::unique_ptr<Executor> open(const ExecutorOptions&) const override { return std::make_unique<PlainExecutor>(); }
};

}  // namespace

PlainCache::PlainCache(const CacheShape& shape) : KeyValueCache(shape) {
  const auto n = static_cast<size_t>(static_cast<int64_t>(shape.n_slots) * shape.n_layers * shape.n_places * width());
  keys_.resize(n);
  values_.resize(n);
}

std::shared_ptr<const Device> make_plain_device() { return std::make_shared<PlainDevice>(); }

}  // namespace fw
