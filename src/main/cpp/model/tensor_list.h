#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/model_shape.h"

namespace fw {

/** A tensor that every model of a shape has. */
struct ListedTensor {
  std::string name;
  /** Sizes in PyTorch's order. A bias of a convolution is listed as [n]; files also have it as [n][1]. */
  std::vector<int64_t> sizes;
  /** Weight matrix of a product or the token embedding: what the file's type is about. */
  bool matrix = false;
};

/** All tensors of a model, in the order of OpenAI's checkpoints; names as in whisper.cpp's converter. */
std::vector<ListedTensor> list_tensors(const ModelShape& shape);

}  // namespace fw
