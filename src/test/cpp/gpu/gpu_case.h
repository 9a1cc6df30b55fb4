#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "abi/engine_case.h"
#include "abi/talk_case.h"
#include "fastwhisper.h"

namespace fw {

/** What runs where a GPU can be used, and is skipped elsewhere with the reason. */
class GpuTest : public testing::Test {
 protected:
  void SetUp() override {
    if (fw_device_count() < 2) GTEST_SKIP() << fw_cuda_status();
  }
};

/** The same in each precision of a GPU. */
class GpuPrecisionTest : public GpuTest, public testing::WithParamInterface<fw_precision> {};

inline std::string precision_name(const testing::TestParamInfo<fw_precision>& precision) {
  return precision.param == FW_PRECISION_F32 ? "f32" : precision.param == FW_PRECISION_F16 ? "f16" : "bf16";
}

#define FW_INSTANTIATE_GPU_TEST(Suite)                                                                         \
  INSTANTIATE_TEST_SUITE_P(Gpu, Suite, testing::Values(FW_PRECISION_F32, FW_PRECISION_F16, FW_PRECISION_BF16), \
                           precision_name)

/** Threads of the oracle, which is the CPU in f32. */
int32_t oracle_threads();

/** The bundled model on a device, by the C functions; opened anew. */
ModelHandle open_bundled_model(const char* device, fw_precision precision);
/** What the C functions answer to opening it. */
fw_status bundled_model_status(const char* device);

/** The first minute of each sample talk, in the order of talk_names. */
const std::vector<std::vector<float>>& talks();

/** The windows of a talk that begin at its whole seconds, shorter at its end. */
std::vector<std::span<const float>> windows_at_whole_seconds(std::span<const float> talk);

}  // namespace fw
