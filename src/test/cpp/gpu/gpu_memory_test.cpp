// Memory that another process holds: a lane that finds too little of it says so, and one that needs less works.
#include <gtest/gtest.h>

#include <string>

#include "gpu/gpu_case.h"
#include "gpu/memory_holder.h"

namespace fw {
namespace {

/** Less than the caches of the large lane, which are 3 GB, and far more than the small one needs. */
constexpr size_t left_bytes = size_t{1} << 30;

fw_lane_params lane_of(int32_t batch) {
  fw_lane_params params = fw_lane_default_params();
  params.batch = batch;
  return params;
}

void expect_out_of_memory(fw_model* model) {
  const fw_lane_params large = lane_of(256);
  fw_lane* lane = nullptr;
  EXPECT_EQ(fw_lane_open(model, &large, &lane), FW_STATUS_OUT_OF_MEMORY) << fw_last_error();
  EXPECT_NE(std::string(fw_last_error()).find("cudaErrorMemoryAllocation"), std::string::npos) << fw_last_error();
  EXPECT_EQ(lane, nullptr);
}

class GpuMemory : public GpuTest {};

TEST_F(GpuMemory, TakenByAnotherProcessFailsALargeLaneAndASmallLaneOfTheSameModelWorks) {
  const WindowCase window = whole_window({talks()[0].begin(), talks()[0].begin() + FW_WINDOW_MAX_SAMPLES});
  const ModelHandle model = open_bundled_model("cuda:0", FW_PRECISION_F16);
  const auto hear = [&] {
    return fingerprint(transcribe(open_lane(model.get(), lane_of(4)).get(), {window})[0].get());
  };
  const std::string heard = hear();
  EXPECT_NE(heard.find("flour"), std::string::npos) << heard;
  {
    const MemoryHolder other(left_bytes);
    ASSERT_TRUE(other.holds());
    expect_out_of_memory(model.get());
    EXPECT_EQ(hear(), heard);
    expect_out_of_memory(model.get());
    EXPECT_EQ(hear(), heard);
  }
  EXPECT_NE(open_lane(model.get(), lane_of(256)), nullptr) << "the memory is free again";
}

}  // namespace
}  // namespace fw
