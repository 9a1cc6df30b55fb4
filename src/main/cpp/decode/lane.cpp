#include "decode/lane.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "base/error.h"

namespace fw {
namespace {

/** Rows of prompts that one step takes; it bounds the network's scratch and how long a step keeps the others waiting.
 */
constexpr int32_t prompt_rows_per_step = 256;

bool ends_the_lane(fw_status status) { return status == FW_STATUS_LANE_LOST || status == FW_STATUS_DEVICE_LOST; }

WindowResult failed(int64_t tag, fw_status status, std::string message) {
  WindowResult result;
  result.tag = tag;
  result.status = status;
  result.message = std::move(message);
  return result;
}

WindowResult cancelled_result(int64_t tag) { return failed(tag, FW_STATUS_CANCELLED, "cancelled"); }

/** Steps that a decoded window waits at most for others to be aligned with. */
constexpr int32_t most_steps_waited = 4;

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

bool Lane::turn_is_due() {
  int32_t n_running = 0, n_due = 0, n_free = 0;
  for (const Slot& slot : slots_) {
    if (!slot.decoder) {
      ++n_free;
    } else {
      ++(slot.decoder->done() ? n_due : n_running);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    n_due += std::min(n_free, static_cast<int32_t>(waiting_.size()));
  }
  if (n_due == 0) return false;
  const bool due = n_running == 0 || n_due >= network_->group() || n_waited_ == most_steps_waited;
  n_waited_ = due ? 0 : n_waited_ + 1;
  return due;
}

void Lane::turn_over() {
  if (!turn_is_due()) return;
  if (!running_.parts.empty()) land(false);
  while (!stopping()) {
    align_decoded();
    if (!stopping()) {
      admit();
      // The device works on what comes next while the words of what leaves are written down here.
      encode_admitted();
    }
    finish_leaving();
    if (!any_decoded()) return;
  }
}

bool Lane::any_decoded() const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [](const Slot& slot) { return slot.decoder && slot.decoder->done(); });
}

void Lane::align_decoded() {
  std::vector<Slot*> decoded;
  for (Slot& slot : slots_) {
    if (slot.decoder && slot.decoder->done() && static_cast<int32_t>(decoded.size()) < network_->group()) {
      decoded.push_back(&slot);
      slot.pieces->take(*slot.decoder, vocabulary_);
    }
  }
  together_or_alone(decoded, [&](const std::vector<Slot*>& slots) {
    std::vector<AlignRequest> requests;
    for (const Slot* slot : slots) {
      const auto request = slot->pieces->alignment(slot->window, slot->first_sequence);
      if (request) requests.push_back(*request);
    }
    std::vector<Alignment> alignments = network_->align(requests);
    if (alignments.size() != requests.size()) {
      throw Error(FW_STATUS_INTERNAL, "an alignment of " + std::to_string(requests.size()) + " windows gave " +
                                          std::to_string(alignments.size()));
    }
    auto alignment = alignments.begin();
    for (Slot* slot : slots) {
      const bool aligned = slot->pieces->alignment(slot->window, slot->first_sequence).has_value();
      if (slot->pieces->is_last()) {
        const std::lock_guard lock(mutex_);
        Occupant& occupant = occupants_[static_cast<size_t>(slot->window)];
        leaving_.push_back({std::move(slot->pieces), aligned ? std::optional(std::move(*alignment)) : std::nullopt,
                            slot->started, std::exchange(occupant, {})});
      } else {
        slot->pieces->finish(vocabulary_.special(), aligned ? &*alignment : nullptr);
        slot->pieces->next();
      }
      slot->decoder.reset();
      if (aligned) ++alignment;
    }
  });
}

void Lane::finish_leaving() {
  const auto milliseconds_since = [](Clock::time_point start) {
    return std::chrono::duration<float, std::milli>(Clock::now() - start).count();
  };
  for (Leaving& leaving : leaving_) {
    WindowResult result;
    const std::optional<Failure> failure = try_to([&] {
      leaving.pieces->finish(vocabulary_.special(), leaving.alignment ? &*leaving.alignment : nullptr);
      result = leaving.pieces->result();
    });
    if (failure) result = failed(leaving.pieces->tag(), failure->status, failure->message);
    result.elapsed_ms = milliseconds_since(leaving.started);
    const std::lock_guard lock(mutex_);
    Occupant& occupant = leaving.occupant;
    finished_.push_back(occupant.cancelled ? cancelled_result(occupant.tag) : std::move(result));
    occupant = {};
    finished_any_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  leaving_.clear();
}

void Lane::admit() {
  const std::lock_guard lock(mutex_);
  for (size_t s = 0; s != slots_.size() && !waiting_.empty(); ++s) {
    Slot& slot = slots_[s];
    if (slot.pieces) continue;
    slot.pieces = std::make_unique<WindowPieces>(std::move(waiting_.front()));
    waiting_.erase(waiting_.begin());
    slot.started = Clock::now();
    occupants_[s] = {.tag = slot.pieces->tag(), .busy = true};
  }
}

void Lane::encode_admitted() {
  std::vector<Slot*> admitted;
  for (Slot& slot : slots_) {
    if (slot.pieces && !slot.decoder) admitted.push_back(&slot);
  }
  together_or_alone(admitted, [&](const std::vector<Slot*>& slots) {
    std::vector<EncodeRequest> requests;
    for (const Slot* slot : slots) requests.push_back({slot->window, slot->pieces->piece().samples});
    network_->encode(requests);
    for (Slot* slot : slots) {
      work_on(*slot, [&] {
        slot->decoder.emplace(vocabulary_, n_text_ctx_, slot->pieces->piece(), slot->window, slot->first_sequence,
                              slot->pieces->may_divide());
      });
    }
  });
}

void Lane::drop_cancelled() {
  for (Slot& slot : slots_) {
    if (slot.decoder && cancelled(slot)) leave(slot, cancelled_result(slot.pieces->tag()));
  }
}

void Lane::Step::clear() {
  rows.clear();
  parts.clear();
  n_picks = 0;
}

void Lane::put_together() {
  next_.clear();
  std::vector<const Step::Part*> running(slots_.size());
  for (const Step::Part& part : running_.parts) {
    if (part.slot != nullptr) running[static_cast<size_t>(part.slot->window)] = &part;
  }
  int32_t n_prompt_rows = prompt_rows_per_step;
  for (Slot& slot : slots_) {
    if (!slot.decoder || slot.decoder->done()) continue;
    const size_t n_before = next_.rows.size();
    size_t n_picks = 1;
    if (const Step::Part* part = running[static_cast<size_t>(slot.window)]; part != nullptr) {
      if (!slot.decoder->sees_ahead()) continue;
      slot.decoder->append_row_ahead(next_.rows, static_cast<int32_t>(part->first_pick + part->n_picks) - 1);
    } else {
      const AppendedRows appended = slot.decoder->append_rows(next_.rows, n_prompt_rows);
      n_prompt_rows -= appended.n_prompt;
      n_picks = static_cast<size_t>(appended.n_picks);
    }
    if (next_.rows.size() == n_before) continue;
    next_.parts.push_back({&slot, next_.n_picks, n_picks});
    next_.n_picks += n_picks;
  }
}

void Lane::step() {
  put_together();
  if (stopping()) return;
  const std::optional<Failure> failure =
      next_.parts.empty() ? std::nullopt : try_to([&] { network_->start_step(next_.rows); });
  if (failure && ends_the_lane(failure->status)) return lose(*failure);
  if (!running_.parts.empty()) land(!failure && !next_.parts.empty());
  if (failure) {
    step_alone(next_.parts);
    next_.clear();
    return;
  }
  std::swap(running_, next_);
  if (!network_->steps_ahead() && !running_.parts.empty()) land(false);
}

void Lane::land(bool next_started) {
  std::vector<Pick> picks;
  const std::optional<Failure> failure = try_to([&] { picks = finished_picks(running_.n_picks); });
  if (failure && ends_the_lane(failure->status)) return lose(*failure);
  if (failure) {
    if (next_started) try_to([&] { finished_picks(next_.n_picks); });
    next_.clear();
    step_alone(running_.parts);
  } else {
    for (const Step::Part& part : running_.parts) {
      if (stopping()) return;
      // A cancelled window has left.
      if (part.slot == nullptr || !part.slot->decoder) continue;
      bool goes_on = false;
      work_on(*part.slot, [&] {
        goes_on = part.slot->decoder->take(std::span(picks).subspan(part.first_pick, part.n_picks), *network_);
      });
      if (goes_on) continue;
      for (Step::Part& ahead : next_.parts) {
        if (ahead.slot == part.slot) ahead.slot = nullptr;
      }
    }
  }
  running_.clear();
}

void Lane::step_alone(std::span<const Step::Part> parts) {
  // Whose fault it was cannot be told from a step of all: each window repeats it alone, which changes none of its
  // results.
  for (const Step::Part& part : parts) {
    if (stopping()) return;
    if (part.slot == nullptr || !part.slot->decoder) continue;
    work_on(*part.slot, [&] {
      std::vector<StepRow> rows;
      const AppendedRows appended = part.slot->decoder->append_rows(rows, prompt_rows_per_step);
      network_->start_step(rows);
      part.slot->decoder->take(finished_picks(static_cast<size_t>(appended.n_picks)), *network_);
    });
  }
}

std::vector<Pick> Lane::finished_picks(size_t n_picks) {
  std::vector<Pick> picks = network_->finish_step();
  if (picks.size() != n_picks) {
    throw Error(FW_STATUS_INTERNAL,
                "a step gave " + std::to_string(picks.size()) + " picks; expected " + std::to_string(n_picks));
  }
  return picks;
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
    for (Occupant& occupant : occupants_) {
      if (occupant.busy) finished_.push_back(failed(occupant.tag, failure.status, failure.message));
      occupant = {};
    }
    for (const WindowRequest& request : waiting_)
      finished_.push_back(failed(request.tag, failure.status, failure.message));
    waiting_.clear();
  }
  finished_any_.notify_all();
}

}  // namespace fw
