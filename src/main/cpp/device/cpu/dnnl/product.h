#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <dnnl.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace fw {

/** Element types of a product: activations by weights, always summed in 32 bits. */
enum class ProductType : uint8_t {
  f32,
  bf16,
  /** Unsigned activations by signed weights into s32. */
  u8_by_s8
};

size_t activation_bytes(ProductType type);

/** Bytes of m rows of k activations with what a product may read behind them, see end_source. */
int64_t source_bytes(ProductType type, int64_t m, int64_t k);

/**
 * Makes what follows m rows of activations harmless. On AMX a product reads its rows in whole tiles of 64 bytes: behind
 * a row that is no multiple of that it takes in what follows, times the zeros of the weights' padding. That must be
 * numbers, and scratch may hold anything.
 */
void end_source(ProductType type, int64_t m, int64_t k, void* source);

/** c [m][n] = a [m][k] b [k][n]; a and c by rows without gaps, a ended by end_source. */
struct ProductShape {
  ProductType type;
  int64_t m;
  int64_t k;
  int64_t n;

  auto operator<=>(const ProductShape&) const = default;
};

/** A compiled product for one shape, on one thread. Immutable; any thread may execute it with memory of its own. */
class Product {
 public:
  /**
   * weights: the form that b lies in; nullptr takes the one that the shape likes best.
   * Throws FW_STATUS_UNSUPPORTED where oneDNN has none for this processor, or only its slow reference.
   */
  Product(const dnnl::engine& engine, const ProductShape& shape, const dnnl::memory::desc* weights);

  const dnnl::matmul& primitive() const { return primitive_; }
  const dnnl::memory::desc& source() const { return source_; }
  const dnnl::memory::desc& weights() const { return weights_; }
  const dnnl::memory::desc& target() const { return target_; }
  const dnnl::memory::desc& scratchpad() const { return scratchpad_; }
  /** oneDNN's name of what runs. */
  const std::string& implementation() const { return implementation_; }

 private:
  dnnl::matmul primitive_;
  dnnl::memory::desc source_;
  dnnl::memory::desc weights_;
  dnnl::memory::desc target_;
  dnnl::memory::desc scratchpad_;
  std::string implementation_;
};

/** The products of a device by shape, compiled on first use and shared by its lanes. */
class Products {
 public:
  explicit Products(const dnnl::engine& engine) : engine_(engine) {}

  /**
   * The product of a shape whose weights lie in the form that the largest block of rows likes best, so that one packed
   * copy serves every number of rows. The reference stays valid as long as this object.
   */
  const Product& find(const ProductShape& shape);

 private:
  dnnl::engine engine_;
  std::mutex mutex_;
  std::map<ProductShape, std::unique_ptr<const Product>> products_;
};

/** Most rows of one product: a block of more is cut, so that a block's sums stay in the second cache. */
inline constexpr int64_t kBlockRows = 64;

}  // namespace fw
