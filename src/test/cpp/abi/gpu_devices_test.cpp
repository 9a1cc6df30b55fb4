// GPUs as the C functions show them, with a library that only pretends. A process loads the library once, so each test
// looks from a process of its own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "fastwhisper.h"
#include "golden_data/golden_data.h"

namespace fw {
namespace {

fw_status status_of_opening(const char* device) {
  const std::string path = repository_path("models/ggml-demo.en-q8_0.bin");
  fw_model_params params = fw_model_default_params();
  params.path = path.c_str();
  params.device = device;
  fw_model* model = nullptr;
  const fw_status status = fw_model_open(&params, &model);
  fw_model_close(&model);
  return status;
}

/** Runs a look and ends the process: 0 where everything was as it should be. */
template <typename Look>
void end_after(Look&& look) {
  look();
  std::exit(::testing::Test::HasFailure() ? 1 : 0);
}

class GpuDevices : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

void see_two_gpus() {
  setenv("FASTWHISPER_CUDA_LIBRARY", FASTWHISPER_FAKE_CUDA, 1);
  ASSERT_EQ(fw_device_count(), 3);
  EXPECT_STREQ(fw_cuda_status(), "");
  fw_device_info info{};
  ASSERT_EQ(fw_device_describe(0, &info), FW_STATUS_OK);
  EXPECT_STREQ(info.id, "cpu");
  ASSERT_EQ(fw_device_describe(2, &info), FW_STATUS_OK);
  EXPECT_STREQ(info.id, "cuda:1");
  EXPECT_STREQ(info.name, "Fake GPU 1");
  EXPECT_STREQ(info.isa, "sm_90");
  EXPECT_EQ(info.precision, FW_PRECISION_F16);
  EXPECT_EQ(info.n_units, 132);
  EXPECT_EQ(info.memory_bytes, int64_t{80} << 30);
  EXPECT_EQ(fw_device_describe(3, &info), FW_STATUS_INVALID_ARGUMENT);
  fw_device_use use{};
  ASSERT_EQ(fw_device_measure(2, &use), FW_STATUS_OK) << fw_last_error();
  EXPECT_EQ(use.busy, 0.41);
  EXPECT_EQ(use.used_bytes, int64_t{2} << 30);
  EXPECT_EQ(fw_device_measure(0, &use), FW_STATUS_UNSUPPORTED);
  EXPECT_EQ(fw_device_measure(3, &use), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_device_measure(1, nullptr), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(status_of_opening("cuda:1"), FW_STATUS_OK) << fw_last_error();
  EXPECT_EQ(status_of_opening("auto"), FW_STATUS_OK) << fw_last_error();
  EXPECT_EQ(status_of_opening("cuda:2"), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(fw_last_error(), "device 'cuda:2': there are cpu and cuda:0 to cuda:1");
  setenv("FAKE_CUDA_OPEN_STATUS", "6", 1);
  EXPECT_EQ(status_of_opening("cuda:0"), FW_STATUS_DEVICE_LOST);
  EXPECT_STREQ(fw_last_error(), "cuda:0 answers 6");
}

void see_no_gpu() {
  setenv("FASTWHISPER_CUDA_LIBRARY", "/nowhere/libfastwhisper_cuda.so", 1);
  EXPECT_EQ(fw_device_count(), 1);
  const std::string why = fw_cuda_status();
  EXPECT_EQ(why.find("/nowhere/libfastwhisper_cuda.so does not load: "), 0u) << why;
  EXPECT_EQ(status_of_opening("cuda:0"), FW_STATUS_UNSUPPORTED);
  EXPECT_EQ(fw_last_error(), "device 'cuda:0': " + why);
  EXPECT_EQ(status_of_opening("auto"), FW_STATUS_OK) << fw_last_error();
}

TEST_F(GpuDevices, FollowTheCpuAndAreOpenedByTheirIds) {
  EXPECT_EXIT(end_after(see_two_gpus), ::testing::ExitedWithCode(0), "");
}

TEST_F(GpuDevices, AreNoneWithoutTheLibraryAndTheReasonIsTold) {
  EXPECT_EXIT(end_after(see_no_gpu), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fw
