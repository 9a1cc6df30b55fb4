#include "decode/lane.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "decode/lane_work.h"

namespace fw {
namespace {

/** The shortest text context in which every prompt leaves places for a text. */
constexpr int32_t min_text_ctx = 16;

}  // namespace

NetworkLimits network_limits(const LaneLimits& limits, int32_t n_threads) {
  return {.n_windows = limits.batch, .n_sequences = limits.batch * limits.max_beam, .n_threads = n_threads};
}

Lane::Lane(std::unique_ptr<Network> network, const Vocabulary& vocabulary, int32_t n_text_ctx, const LaneLimits& limits)
    : network_(std::move(network)),
      vocabulary_(vocabulary),
      n_text_ctx_(n_text_ctx),
      limits_(limits),
      slots_(static_cast<size_t>(limits.batch)),
      occupants_(static_cast<size_t>(limits.batch)) {
  if (n_text_ctx < min_text_ctx) {
    throw Error(FW_STATUS_UNSUPPORTED, "the model's text context is " + std::to_string(n_text_ctx) +
                                           " tokens; a lane needs at least " + std::to_string(min_text_ctx));
  }
  for (int32_t s = 0; s != limits.batch; ++s) {
    slots_[static_cast<size_t>(s)].window = s;
    slots_[static_cast<size_t>(s)].first_sequence = s * limits.max_beam;
  }
  // Nothing inside the lane then needs memory to change its queue.
  const size_t n_places = static_cast<size_t>(limits.batch + limits.queue);
  waiting_.reserve(n_places);
  parts_running_.reserve(slots_.size());
  leaving_.reserve(static_cast<size_t>(limits.batch));
  finished_.reserve(n_places);
  for (Step* step : {&running_, &next_}) {
    step->rows.reserve(static_cast<size_t>(limits.batch * limits.max_beam + prompt_rows_per_step));
    step->parts.reserve(static_cast<size_t>(limits.batch));
  }
  thread_ = std::thread([this] { run(); });
}

Lane::~Lane() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  finished_any_.notify_all();
  thread_.join();
}

int32_t Lane::n_inside() const {
  const auto n_busy = std::count_if(occupants_.begin(), occupants_.end(), [](const Occupant& o) { return o.busy; });
  const auto n_leaving =
      std::count_if(leaving_.begin(), leaving_.end(), [](const Leaving& l) { return l.occupant.busy; });
  return static_cast<int32_t>(waiting_.size() + finished_.size()) + static_cast<int32_t>(n_busy + n_leaving);
}

bool Lane::submit(WindowRequest&& request) {
  {
    const std::lock_guard lock(mutex_);
    if (lost_) throw Error(lost_->status, lost_->message);
    if (n_inside() >= limits_.batch + limits_.queue) return false;
    waiting_.push_back(std::move(request));
  }
  work_.notify_one();
  return true;
}

std::optional<WindowResult> Lane::poll(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  finished_any_.wait_for(lock, timeout, [this] { return !finished_.empty() || stop_ || n_inside() == 0; });
  if (finished_.empty()) return std::nullopt;
  std::optional<WindowResult> result(std::move(finished_.front()));
  finished_.erase(finished_.begin());
  return result;
}

int32_t Lane::free_places() const {
  const std::lock_guard lock(mutex_);
  return lost_ ? 0 : limits_.batch + limits_.queue - n_inside();
}

void Lane::cancel(int64_t tag) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](const WindowRequest& request) {
      if (request.tag != tag) return false;
      finished_.push_back(cancelled_result(tag));
      return true;
    });
    for (Occupant& occupant : occupants_) occupant.cancelled |= occupant.busy && occupant.tag == tag;
    for (Leaving& leaving : leaving_) leaving.occupant.cancelled |= leaving.occupant.tag == tag;
  }
  finished_any_.notify_all();
}

bool Lane::busy() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.decoder.has_value(); });
}

bool Lane::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_ || lost_.has_value();
}

bool Lane::wait_for_work() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stop_ || lost_ || !waiting_.empty() || busy(); });
  return !stop_ && !lost_;
}

void Lane::run() noexcept {
  // So that tools which list threads, and tests which starve one, tell lanes from the rest of the process.
  pthread_setname_np(pthread_self(), thread_name);
  try {
    while (wait_for_work()) {
      drop_cancelled();
      turn_over();
      step();
    }
  } catch (...) {
    // Not even a failure could be written down. The text is short enough to need no memory.
    lose({FW_STATUS_LANE_LOST, "out of memory"});
  }
}

void Lane::drop_cancelled() {
  for (Slot& slot : slots_) {
    if (slot.decoder && cancelled(slot)) leave(slot, cancelled_result(slot.pieces->tag()));
  }
}

bool Lane::cancelled(const Slot& slot) const {
  const std::lock_guard lock(mutex_);
  return occupants_[static_cast<size_t>(slot.window)].cancelled;
}

void Lane::leave(Slot& slot, WindowResult&& result) {
  result.elapsed_ms = std::chrono::duration<float, std::milli>(Clock::now() - slot.started).count();
  slot.decoder.reset();
  {
    const std::lock_guard lock(mutex_);
    Occupant& occupant = occupants_[static_cast<size_t>(slot.window)];
    finished_.push_back(occupant.cancelled ? cancelled_result(occupant.tag) : std::move(result));
    occupant = {};
  }
  // The result may have been part of it.
  slot.pieces.reset();
  finished_any_.notify_all();
}

void Lane::lose(const Failure& failure) {
  {
    const std::lock_guard lock(mutex_);
    lost_ = failure;
    const auto give_back = [&](Occupant& occupant) {
      if (occupant.busy) finished_.push_back(failed(occupant.tag, failure.status, failure.message));
      occupant = {};
    };
    for (Occupant& occupant : occupants_) give_back(occupant);
    for (Leaving& leaving : leaving_) give_back(leaving.occupant);
    for (const WindowRequest& request : waiting_)
      finished_.push_back(failed(request.tag, failure.status, failure.message));
    waiting_.clear();
  }
  finished_any_.notify_all();
}

}  // namespace fw
