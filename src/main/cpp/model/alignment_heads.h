#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/model_shape.h"

namespace fw {

/** A head of the decoder's cross-attention whose weights follow the sound. */
struct AlignmentHead {
  int32_t layer;
  int32_t head;
  bool operator==(const AlignmentHead&) const = default;
};

/**
 * The heads that OpenAI published for the models of this shape; where the shape is none of theirs (distilled and own
 * models), all heads of the upper half of the decoder. large-v1 and large-v2 have one shape: taken are the heads of
 * large-v2, which replaced it.
 */
std::vector<AlignmentHead> alignment_heads_for(const ModelShape& shape);

/**
 * Reads "layer:head,layer:head"; blanks around numbers are allowed. Throws FW_STATUS_INVALID_ARGUMENT for an empty or
 * unreadable list, a head that the decoder does not have, and a head named twice.
 */
std::vector<AlignmentHead> parse_alignment_heads(std::string_view text, const ModelShape& shape);

}  // namespace fw
