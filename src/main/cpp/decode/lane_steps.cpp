// How the windows of a batch take their steps together.
#include <utility>

#include "decode/lane_work.h"

namespace fw {

void Lane::Step::clear() {
  rows.clear();
  parts.clear();
  n_picks = 0;
}

void Lane::put_together() {
  next_.clear();
  parts_running_.assign(slots_.size(), nullptr);
  for (const Step::Part& part : running_.parts) {
    if (part.slot != nullptr) parts_running_[static_cast<size_t>(part.slot->window)] = &part;
  }
  int32_t n_prompt_rows = prompt_rows_per_step;
  for (Slot& slot : slots_) {
    if (!slot.decoder || slot.decoder->done()) continue;
    const size_t n_before = next_.rows.size();
    size_t n_picks = 1;
    if (const Step::Part* part = parts_running_[static_cast<size_t>(slot.window)]; part != nullptr) {
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

}  // namespace fw
