#pragma once

#include <memory>
#include <vector>

#include "audio/window_plan.h"
#include "decode/lane.h"
#include "fastwhisper.h"
#include "model/model.h"

// What the opaque handles of the C ABI are.
struct fw_model {
  std::shared_ptr<const fw::Model> model;
};

struct fw_lane {
  /** Keeps the vocabulary that the lane uses. */
  std::shared_ptr<const fw::Model> model;
  std::unique_ptr<fw::Lane> lane;
};

struct fw_window_plan {
  std::vector<fw::WindowSpans> windows;
};

struct fw_result {
  fw::WindowResult result;
  /** What C sees of its cues and words; their texts are the result's. */
  std::vector<fw_cue> cues;
  std::vector<fw_word> words;
};

namespace fw {

/** Makes what C sees of a result; it must not be moved afterwards. */
void fill_views(fw_result& result);
/** Makes a result, whose views could not be made, one that failed for want of memory. */
void drop_views(fw_result& result) noexcept;

}  // namespace fw
