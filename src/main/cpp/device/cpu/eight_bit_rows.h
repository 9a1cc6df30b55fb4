#pragma once

#include <vector>

#include "device/executor.h"

namespace fw {

/**
 * What a processor's cache stores: the rows as they are given, or, for a cache in eight bits, as such a cache gives
 * them back. A processor keeps those in its own type too: they are what a GPU's are held to, and no smaller.
 */
class EightBitRows {
 public:
  explicit EightBitRows(const StoreArgs& args);
  EightBitRows(const EightBitRows&) = delete;
  EightBitRows& operator=(const EightBitRows&) = delete;

  const StoreArgs& args() const { return args_; }

 private:
  StoreArgs args_;
  std::vector<float> key_;
  std::vector<float> value_;
};

}  // namespace fw
