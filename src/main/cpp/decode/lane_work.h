#pragma once

#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "decode/lane.h"

/** How a lane does work that may fail: shared by the files that its functions are in. */
namespace fw {

/** Rows of prompts that one step takes; it bounds the network's scratch and how long a step keeps the others waiting.
 */
inline constexpr int32_t prompt_rows_per_step = 256;

inline bool ends_the_lane(fw_status status) { return status == FW_STATUS_LANE_LOST || status == FW_STATUS_DEVICE_LOST; }

inline WindowResult failed(int64_t tag, fw_status status, std::string message) {
  WindowResult result;
  result.tag = tag;
  result.status = status;
  result.message = std::move(message);
  return result;
}

inline WindowResult cancelled_result(int64_t tag) { return failed(tag, FW_STATUS_CANCELLED, "cancelled"); }

template <typename Work>
std::optional<Lane::Failure> Lane::try_to(Work&& work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return Failure{error.status(), error.what()};
  } catch (const std::bad_alloc&) {
    return Failure{FW_STATUS_OUT_OF_MEMORY, "out of host memory"};
  } catch (const std::exception& error) {
    return Failure{FW_STATUS_INTERNAL, error.what()};
  }
}

template <typename Work>
void Lane::work_on(Slot& slot, Work&& work) {
  const std::optional<Failure> failure = try_to(std::forward<Work>(work));
  if (!failure) return;
  if (ends_the_lane(failure->status)) {
    lose(*failure);
  } else {
    leave(slot, failed(slot.pieces->tag(), failure->status, failure->message));
  }
}

template <typename Work>
void Lane::together_or_alone(const std::vector<Slot*>& slots, const Work& work) {
  if (slots.empty()) return;
  const std::optional<Failure> failure = try_to([&] { work(slots); });
  if (!failure) return;
  if (ends_the_lane(failure->status)) {
    lose(*failure);
    return;
  }
  // Whose fault it was cannot be told from a call for all: each repeats it alone, which changes none of its results.
  for (Slot* slot : slots) {
    if (stopping()) return;
    // Those that had left before it failed are gone.
    if (slot->pieces) work_on(*slot, [&] { work({slot}); });
  }
}

}  // namespace fw
