#include "device/cpu/dnnl/product.h"

#include <cstring>

#include "base/error.h"
#include "device/cpu/dnnl/one_thread.h"

namespace fw {
namespace {

using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

/** A row of an AMX tile; other instruction sets read less behind their rows. */
constexpr int64_t kTileRowBytes = 64;

Type source_type(ProductType type) {
  switch (type) {
    case ProductType::bf16:
      return Type::bf16;
    case ProductType::u8_by_s8:
      return Type::u8;
    default:
      return Type::f32;
  }
}

Type weights_type(ProductType type) {
  switch (type) {
    case ProductType::bf16:
      return Type::bf16;
    case ProductType::u8_by_s8:
      return Type::s8;
    default:
      return Type::f32;
  }
}

}  // namespace

size_t activation_bytes(ProductType type) { return dnnl::memory::data_type_size(source_type(type)); }

int64_t source_bytes(ProductType type, int64_t m, int64_t k) {
  return m * k * static_cast<int64_t>(activation_bytes(type)) + kTileRowBytes;
}

void end_source(ProductType type, int64_t m, int64_t k, void* source) {
  const int64_t bytes = m * k * static_cast<int64_t>(activation_bytes(type));
  std::memset(static_cast<std::byte*>(source) + bytes, 0, kTileRowBytes);
}

Product::Product(const dnnl::engine& engine, const ProductShape& shape, const dnnl::memory::desc* weights) {
  const OneThread one_thread;  // oneDNN plans a product for the threads that it finds
  const std::string what =
      "product " + std::to_string(shape.m) + " x " + std::to_string(shape.k) + " x " + std::to_string(shape.n);
  try {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::memory::desc a({shape.m, shape.k}, source_type(shape.type), Tag::ab);
    const dnnl::memory::desc b =
        weights != nullptr ? *weights : dnnl::memory::desc({shape.k, shape.n}, weights_type(shape.type), Tag::any);
    const dnnl::memory::desc c({shape.m, shape.n}, shape.type == ProductType::u8_by_s8 ? Type::s32 : Type::f32,
                               Tag::ab);
    const dnnl::matmul::primitive_desc description(engine, a, b, c, attributes);
    implementation_ = description.impl_info_str();
    if (implementation_.starts_with("ref")) {
      throw Error(FW_STATUS_UNSUPPORTED, what + ": oneDNN has only its reference for this processor");
    }
    source_ = description.src_desc();
    weights_ = description.weights_desc();
    target_ = description.dst_desc();
    scratchpad_ = description.scratchpad_desc();
    primitive_ = dnnl::matmul(description);
  } catch (const dnnl::error& error) {
    throw Error(FW_STATUS_UNSUPPORTED, what + ": oneDNN: " + error.message);
  }
}

const Product& Products::find(const ProductShape& shape) {
  const std::lock_guard lock(mutex_);
  const auto make = [&](const ProductShape& wanted, const dnnl::memory::desc* weights) -> const Product& {
    auto& place = products_[wanted];
    if (!place) place = std::make_unique<const Product>(engine_, wanted, weights);
    return *place;
  };
  ProductShape largest = shape;
  largest.m = kBlockRows;
  const Product& form = make(largest, nullptr);
  return shape.m == kBlockRows ? form : make(shape, &form.weights());
}

}  // namespace fw
