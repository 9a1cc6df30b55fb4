// What is left when a lane's thread finds no memory, wherever that happens: the C functions still answer, and the model
// and its other lanes go on.
#include <gtest/gtest.h>

#include <filesystem>

#include "abi/engine_case.h"
#include "model_maker/model_maker.h"
#include "starved_lane/starved_lane.h"

namespace fw {
namespace {

constexpr int64_t any_time = 1'000'000;

/** A model of a small shape, so that a lane can be lost at many places in little time; opened once for all tests. */
fw_model* small_model() {
  static const ModelHandle model = [] {
    const std::string path = (std::filesystem::temp_directory_path() / "fastwhisper-lost-lane-test.bin").string();
    make_model({.shape = small_shape(51864, 80), .type = StoredType::f32, .scale = 1.0f, .tokens = {}, .script = {}})
        .write(path);
    ModelHandle opened = open_model(path);
    std::filesystem::remove(path);
    return opened;
  }();
  return model.get();
}

/** A lane whose work runs on its own thread alone, so that no other thread of it can starve. */
LaneHandle lane_of_one_thread() {
  fw_lane_params params = fw_lane_default_params();
  params.batch = 2;
  params.n_threads = 1;
  params.queue = 2;
  return open_lane(small_model(), params);
}

WindowCase short_window(int64_t tag) {
  WindowCase window = whole_window(noise(3 * FW_SAMPLE_RATE_HZ, 0.1), tag);
  window.params.max_tokens = 12;
  window.params.n_temperatures = 1;
  return window;
}

std::string hear(fw_lane* lane) { return fingerprint(transcribe(lane, {short_window(0)})[0].get()); }

/** Hands windows to a lane that loses its memory at the n-th request; false where it needed fewer for them. */
bool lose(fw_lane* lane, int32_t nth, fw_status& submitted_last) {
  fastwhisper_starve_a_lane = nth;
  int32_t n_inside = 0;
  // The lane may be lost before the last is handed in.
  for (int64_t tag = 0; tag != 3; ++tag) {
    submitted_last = submit(lane, short_window(tag));
    n_inside += submitted_last == FW_STATUS_OK;
  }
  EXPECT_GE(n_inside, 1);
  int32_t n_lost = 0;
  for (; n_inside != 0; --n_inside) {
    const ResultHandle result = wait_for_result(lane);
    const fw_result_info info = describe(result.get());
    if (info.status == FW_STATUS_LANE_LOST) {
      EXPECT_STREQ(fw_result_message(result.get()), "out of memory");
      EXPECT_EQ(info.n_words, 0);
      ++n_lost;
    } else {
      EXPECT_EQ(info.status, FW_STATUS_OK) << "a window that was out before";
    }
  }
  return fastwhisper_starve_a_lane.exchange(0) == 0 && n_lost != 0;
}

void expect_lost(fw_lane* lane) {
  EXPECT_EQ(submit(lane, short_window(7)), FW_STATUS_LANE_LOST);
  EXPECT_STREQ(fw_last_error(), "out of memory");
  EXPECT_EQ(fw_lane_free_places(lane), 0);
  fw_result* untouched = nullptr;
  EXPECT_EQ(fw_lane_poll(lane, any_time, &untouched), FW_STATUS_AGAIN) << "and does not wait for what cannot come";
  EXPECT_EQ(untouched, nullptr);
  EXPECT_EQ(fw_lane_cancel(lane, 7), FW_STATUS_OK);
}

TEST(LostLane, SaysSoAtOnceWhileTheModelAndItsOtherLanesGoOn) {
  const LaneHandle other = lane_of_one_thread();
  const std::string heard = hear(other.get());
  LaneHandle lane = lane_of_one_thread();
  fw_status last = FW_STATUS_OK;
  ASSERT_TRUE(lose(lane.get(), 1, last));
  EXPECT_TRUE(last == FW_STATUS_OK || last == FW_STATUS_LANE_LOST) << last;
  expect_lost(lane.get());
  EXPECT_EQ(hear(other.get()), heard);
  expect_lost(lane.get());
  lane.reset();
  EXPECT_EQ(hear(lane_of_one_thread().get()), heard);
}

TEST(LostLane, GivesItsWindowsBackWhereverMemoryRunsOut) {
  const std::string heard = hear(lane_of_one_thread().get());
  int32_t n_lost = 0;
  // A window takes hundreds of allocations: the first are tried one by one, later ones at growing distances.
  for (int32_t nth = 2;; nth += 1 + nth / 2) {
    const LaneHandle lane = lane_of_one_thread();
    fw_status last = FW_STATUS_OK;
    if (!lose(lane.get(), nth, last)) break;
    ++n_lost;
    expect_lost(lane.get());
  }
  EXPECT_GT(n_lost, 10);
  EXPECT_EQ(hear(lane_of_one_thread().get()), heard);
}

}  // namespace
}  // namespace fw
