// What is left when a kernel has ended the CUDA context of the process: everything that needs the GPU says so at once.
// That lasts as long as the process, so a process of its own meets it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "base/error.h"
#include "device/executor.h"
#include "device/open_device.h"
#include "gpu/bad_read.h"
#include "gpu/gpu_case.h"
#include "ops/layer_norm.h"

namespace fw {
namespace {

constexpr int32_t any_time = 1'000'000;
constexpr int64_t width = 64;

WindowCase short_window() { return whole_window(noise(2 * FW_SAMPLE_RATE_HZ, 0.1)); }

LaneHandle short_lane(fw_model* model) { return open_lane(model, 2); }

void expect_lost(const char* what, const std::function<void()>& work) {
  SCOPED_TRACE(what);
  try {
    work();
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), FW_STATUS_DEVICE_LOST) << error.what();
    EXPECT_NE(std::string(error.what()).find("cudaErrorIllegalAddress"), std::string::npos) << error.what();
  }
}

/** The objects of the core that a lane is made of. */
class Parts {
 public:
  void expect_lost() {
    fw::expect_lost("opening", [] { open_device("cuda:0", FW_PRECISION_F16); });
    fw::expect_lost("allocating", [&] { device_->allocate(1); });
    fw::expect_lost("uploading", [&] { device_->upload(memory_->data(), host_, sizeof host_); });
    fw::expect_lost("downloading", [&] { device_->download(host_, memory_->data(), sizeof host_); });
    fw::expect_lost("packing", [&] { device_->pack(host_, 1, width, false); });
    fw::expect_lost("making a cache", [&] { device_->make_cache({1, 1, 8, 1, width}); });
    fw::expect_lost("opening an executor", [&] { device_->open(1); });
    fw::expect_lost("an op", [&] { run_op(); });
    fw::expect_lost("a batch of ops", [&] { executor_->batch([&] { run_op(); }); });
    fw::expect_lost("waiting", [&] { executor_->wait(); });
  }

  void run_op() {
    const Tensor row(memory_->data(), DataType::f32, 1, width);
    ops::layer_norm(*executor_, {row, row, row, row});
  }

 private:
  float host_[width] = {};
  const std::shared_ptr<const Device> device_ = open_device("cuda:0", FW_PRECISION_F16);
  const std::unique_ptr<Memory> memory_ = device_->allocate(sizeof host_);
  const std::unique_ptr<Executor> executor_ = device_->open(1);
};

/** A lane that has lost a window with the device. */
void expect_lost(fw_lane* lane) {
  EXPECT_EQ(submit(lane, short_window()), FW_STATUS_DEVICE_LOST);
  EXPECT_NE(std::string(fw_last_error()).find("cudaErrorIllegalAddress"), std::string::npos) << fw_last_error();
  EXPECT_EQ(fw_lane_free_places(lane), 0);
  fw_result* untouched = nullptr;
  EXPECT_EQ(fw_lane_poll(lane, any_time, &untouched), FW_STATUS_AGAIN) << "and does not wait for what cannot come";
}

/** A lane that hears of it with its next window. */
void expect_window_lost(fw_lane* lane) {
  ASSERT_EQ(submit(lane, short_window()), FW_STATUS_OK) << fw_last_error();
  const ResultHandle result = wait_for_result(lane);
  EXPECT_EQ(describe(result.get()).status, FW_STATUS_DEVICE_LOST);
  EXPECT_NE(std::string(fw_result_message(result.get())).find("cudaErrorIllegalAddress"), std::string::npos)
      << fw_result_message(result.get());
  expect_lost(lane);
}

void expect_nothing_opens(fw_model* model) {
  const fw_lane_params lane_params = fw_lane_default_params();
  fw_lane* lane = nullptr;
  EXPECT_EQ(fw_lane_open(model, &lane_params, &lane), FW_STATUS_DEVICE_LOST) << fw_last_error();
  EXPECT_EQ(lane, nullptr);
  EXPECT_NE(std::string(fw_last_error()).find("only a new process helps"), std::string::npos) << fw_last_error();
  EXPECT_EQ(bundled_model_status("cuda:0"), FW_STATUS_DEVICE_LOST) << fw_last_error();
}

void lose_the_device() {
  const ModelHandle model = open_bundled_model("cuda:0", FW_PRECISION_F16);
  const LaneHandle lane = short_lane(model.get()), other = short_lane(model.get());
  ASSERT_EQ(describe(transcribe(lane.get(), {short_window()})[0].get()).status, FW_STATUS_OK);
  Parts parts;
  ASSERT_NO_THROW(parts.run_op());
  ASSERT_TRUE(read_bad_address());
  expect_window_lost(lane.get());
  expect_window_lost(other.get());
  for (int i = 0; i != 2; ++i) {
    SCOPED_TRACE(i);
    parts.expect_lost();
    expect_nothing_opens(model.get());
    expect_lost(lane.get());
  }
  EXPECT_EQ(bundled_model_status("cpu"), FW_STATUS_OK) << fw_last_error();
}

/** Ends this process when all handles are closed: 0 where everything was as it should be. */
void end_after(void (*look)()) {
  look();
  std::exit(testing::Test::HasFailure() ? 1 : 0);
}

class LostDevice : public GpuTest {};

TEST_F(LostDevice, SaysSoAtEveryCallUntilTheProcessEnds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_after(lose_the_device), testing::ExitedWithCode(0), "");
  const ModelHandle model = open_bundled_model("cuda:0", FW_PRECISION_F16);
  const ResultHandle heard = std::move(transcribe(short_lane(model.get()).get(), {short_window()})[0]);
  EXPECT_EQ(describe(heard.get()).status, FW_STATUS_OK) << fw_result_message(heard.get());
}

}  // namespace
}  // namespace fw
