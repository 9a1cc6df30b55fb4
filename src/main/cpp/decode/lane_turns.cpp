// How windows enter and leave the batch of a lane.
#include <algorithm>
#include <utility>

#include "decode/lane_work.h"

namespace fw {
namespace {

/** Steps that a decoded window waits at most for others to be aligned with. */
constexpr int32_t most_steps_waited = 4;

}  // namespace

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
    start_aligning();
    if (!stopping()) {
      admit();
      encode_admitted();
    }
    finish_aligning();
    if (!any_decoded()) return;
  }
}

bool Lane::any_decoded() const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [](const Slot& slot) { return slot.decoder && slot.decoder->done(); });
}

void Lane::start_aligning() {
  std::vector<Slot*> whole, parts;
  for (Slot& slot : slots_) {
    if (!slot.decoder || !slot.decoder->done()) continue;
    if (static_cast<int32_t>(whole.size() + parts.size()) == network_->group()) break;
    slot.pieces->take(*slot.decoder, vocabulary_);
    (slot.pieces->is_last() ? whole : parts).push_back(&slot);
  }
  together_or_alone(parts, [&](const std::vector<Slot*>& slots) { align_pieces(slots); });
  together_or_alone(whole, [&](const std::vector<Slot*>& slots) {
    const std::vector<AlignRequest> requests = alignments_of(slots);
    network_->start_align(requests);
    n_aligning_ = requests.size();
    {
      const std::lock_guard lock(mutex_);
      for (Slot* slot : slots) {
        const bool aligned = slot->pieces->alignment(slot->window, slot->first_sequence).has_value();
        leaving_.push_back({std::move(slot->pieces),
                            aligned,
                            {},
                            slot->started,
                            std::exchange(occupants_[static_cast<size_t>(slot->window)], {})});
        slot->decoder.reset();
      }
    }
    const bool alone = slots.size() != whole.size();
    if (alone) finish_aligning();
  });
}

std::vector<AlignRequest> Lane::alignments_of(const std::vector<Slot*>& slots) const {
  std::vector<AlignRequest> requests;
  for (const Slot* slot : slots) {
    const auto request = slot->pieces->alignment(slot->window, slot->first_sequence);
    if (request) requests.push_back(*request);
  }
  return requests;
}

std::vector<Alignment> Lane::finished_alignments(size_t n) {
  std::vector<Alignment> alignments = network_->finish_align();
  if (alignments.size() != n) {
    throw Error(FW_STATUS_INTERNAL,
                "an alignment of " + std::to_string(n) + " windows gave " + std::to_string(alignments.size()));
  }
  return alignments;
}

void Lane::align_pieces(const std::vector<Slot*>& slots) {
  const std::vector<AlignRequest> requests = alignments_of(slots);
  network_->start_align(requests);
  const std::vector<Alignment> alignments = finished_alignments(requests.size());
  auto alignment = alignments.begin();
  for (Slot* slot : slots) {
    const bool aligned = slot->pieces->alignment(slot->window, slot->first_sequence).has_value();
    slot->pieces->finish(vocabulary_.special(), aligned ? &*alignment++ : nullptr);
    slot->pieces->next();
    slot->decoder.reset();
  }
}

void Lane::finish_aligning() {
  if (leaving_.empty()) return;
  std::vector<Alignment> alignments;
  const std::optional<Failure> failure = try_to([&] { alignments = finished_alignments(n_aligning_); });
  if (failure && ends_the_lane(failure->status)) lose(*failure);
  auto alignment = alignments.begin();
  for (Leaving& leaving : leaving_) {
    if (failure) leaving.failure = failure;
    if (!failure && leaving.aligned) leaving.alignment = std::move(*alignment++);
  }
  finish_leaving();
}

void Lane::finish_leaving() {
  const auto milliseconds_since = [](Clock::time_point start) {
    return std::chrono::duration<float, std::milli>(Clock::now() - start).count();
  };
  for (Leaving& leaving : leaving_) {
    // A lane that was lost has given it back.
    if (!leaving.occupant.busy) continue;
    WindowResult result;
    std::optional<Failure> failure = leaving.failure;
    if (!failure) {
      failure = try_to([&] {
        leaving.pieces->finish(vocabulary_.special(), leaving.aligned ? &leaving.alignment : nullptr);
        result = leaving.pieces->result();
      });
    }
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

}  // namespace fw
