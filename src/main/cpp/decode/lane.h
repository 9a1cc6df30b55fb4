#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "decode/transcript.h"
#include "decode/window_decoder.h"
#include "decode/window_pieces.h"
#include "decode/window_request.h"
#include "model/network.h"
#include "model/vocabulary.h"

namespace fw {

/** Sizes of a lane; see fw_lane_params. */
struct LaneLimits {
  int32_t batch = 8;
  int32_t max_beam = 5;
  int32_t queue = 8;
};

/** What a network for these limits has to hold: each window of the batch has max_beam sequences of its own. */
NetworkLimits network_limits(const LaneLimits& limits, int32_t n_threads);

/**
 * One unit of concurrent work: takes windows in, decodes up to `batch` of them together on a thread of its own, and
 * gives results out in the order they finish. A window that finishes leaves the batch, and the next one takes its place
 * before the next step. Where the network steps ahead (Network::steps_ahead), a window's next row is under way before
 * its pick is known here; what follows an end is thrown away.
 *
 * A window whose work fails comes out as failed, alone: where a step of the whole batch fails, it is repeated for each
 * window by itself. Where the network encodes and aligns several windows faster than one after the other
 * (Network::group), those that are decoded wait a few steps for company. FW_STATUS_LANE_LOST and FW_STATUS_DEVICE_LOST
 * from the network end the lane: all its windows come out with that status, and it takes no more.
 *
 * All functions may be called from any thread; none waits for the network except the destructor, which waits for the
 * step that is running.
 */
class Lane {
 public:
  /** What the system calls a lane's thread; at most 15 characters. */
  static constexpr const char* thread_name = "fw-lane";

  /** The vocabulary must outlive the lane. */
  Lane(std::unique_ptr<Network> network, const Vocabulary& vocabulary, int32_t n_text_ctx, const LaneLimits& limits);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  const LaneLimits& limits() const { return limits_; }

  /** Takes the window over, or answers false where the lane is full. Throws the status of a lost lane. */
  bool submit(WindowRequest&& request);
  /** A finished window; nothing where none finishes in time, and at once where none is inside. */
  std::optional<WindowResult> poll(std::chrono::milliseconds timeout);
  /** Windows that can be submitted now; 0 where the lane is lost. A finished window holds its place until it is polled.
   */
  int32_t free_places() const;
  /** Drops the windows inside that have this tag: those that wait now, those in the batch at the next step. */
  void cancel(int64_t tag);

 private:
  using Clock = std::chrono::steady_clock;

  /** One place of the batch: free, or a window on its way: with a decoder once its piece is encoded. */
  struct Slot {
    int32_t window = 0;
    int32_t first_sequence = 0;
    /** In one place of memory: a draft of its text refers to it. */
    std::unique_ptr<WindowPieces> pieces;
    std::optional<WindowDecoder> decoder;
    Clock::time_point started;
  };
  /** Rows that go through the network together, and whose picks are whose. */
  struct Step {
    struct Part {
      /** Null where its row was put ahead of a pick that it does not follow. */
      Slot* slot;
      size_t first_pick;
      size_t n_picks;
    };
    std::vector<StepRow> rows;
    std::vector<Part> parts;
    size_t n_picks = 0;

    void clear();
  };
  /** What other threads need to know of a slot. */
  struct Occupant {
    int64_t tag = 0;
    bool busy = false;
    bool cancelled = false;
  };
  struct Failure {
    fw_status status;
    std::string message;
  };
  /**
   * A whole window that has left its place; the device aligns it and encodes those that come next while its words are
   * written down here.
   */
  struct Leaving {
    std::unique_ptr<WindowPieces> pieces;
    /** Whether it has text that is aligned. */
    bool aligned = false;
    Alignment alignment;
    Clock::time_point started;
    Occupant occupant;
    /** Why it could not be aligned. */
    std::optional<Failure> failure = std::nullopt;
  };

  void run() noexcept;
  bool wait_for_work();
  void drop_cancelled();
  /** Whether decoded windows and free places are worth looking after now, or more of them are waited for. */
  bool turn_is_due();
  bool any_decoded() const;
  /**
   * Aligns what is decoded and lets whole windows leave, then encodes what comes next in the free places; a group at a
   * time, so that the device encodes one while this thread writes down the words of another.
   */
  void turn_over();
  /** Of a group at most. */
  void start_aligning();
  /** Aligns pieces of windows that go on in their places, and goes on to the next piece of each. */
  void align_pieces(const std::vector<Slot*>& slots);
  std::vector<AlignRequest> alignments_of(const std::vector<Slot*>& slots) const;
  std::vector<Alignment> finished_alignments(size_t n);
  /** Gives the windows that leave their alignments, and lets them out. */
  void finish_aligning();
  void finish_leaving();
  void admit();
  void encode_admitted();
  /**
   * Starts the next step and takes the picks of the one before. Where the network steps ahead, its device never waits
   * for this thread: it works on rows whose tokens it has just picked itself.
   */
  void step();
  /** Fills next_: rows that follow those of the running step, and those of windows that are not in it. */
  void put_together();
  /** Takes the picks of the running step; rows of next_, where that was started too, become void if they do not follow.
   */
  void land(bool next_started);
  /** Puts each window's rows through the network alone. */
  void step_alone(std::span<const Step::Part> parts);
  std::vector<Pick> finished_picks(size_t n_picks);
  /** Calls work with the slots; where that throws, again with each alone, whose window fails where it throws again. */
  template <typename Work>
  void together_or_alone(const std::vector<Slot*>& slots, const Work& work);
  void leave(Slot& slot, WindowResult&& result);
  void lose(const Failure& failure);
  template <typename Work>
  static std::optional<Failure> try_to(Work&& work);
  /** Does work for one window, and lets it leave as failed where that throws. */
  template <typename Work>
  void work_on(Slot& slot, Work&& work);

  bool busy() const;
  bool stopping() const;
  bool cancelled(const Slot& slot) const;
  /** Under the mutex. */
  int32_t n_inside() const;

  std::unique_ptr<Network> network_;
  const Vocabulary& vocabulary_;
  const int32_t n_text_ctx_;
  const LaneLimits limits_;

  /** Touched by the lane's thread alone. */
  std::vector<Slot> slots_;
  /** Alignments that were started and not finished. */
  size_t n_aligning_ = 0;
  Step running_;
  /** The part of each slot in the running step, while the next is put together. */
  std::vector<const Step::Part*> parts_running_;
  Step next_;
  /** Steps for which decoded windows have waited for company. */
  int32_t n_waited_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable finished_any_;
  std::vector<WindowRequest> waiting_;
  std::vector<Occupant> occupants_;
  std::vector<Leaving> leaving_;
  std::vector<WindowResult> finished_;
  std::optional<Failure> lost_;
  bool stop_ = false;

  /** The last member: it runs on all the others. */
  std::thread thread_;
};

}  // namespace fw
