#include "ops/log_mel.h"

#include <cmath>

#include "base/error.h"
#include "model_maker/model_maker.h"
#include "ops/op_test.h"

namespace fw {
namespace {

class LogMelTest : public OpTest {
 protected:
  std::vector<float> run(const Device& device, Executor& executor, std::span<const float> samples, int64_t n_frames,
                         int32_t n_mels) {
    const GuardedMatrix filters(device, n_mels, 201, mel_filters(n_mels), 0);
    const GuardedMatrix y(device, n_frames, n_mels);
    ops::log_mel(executor, {samples, filters.tensor(), y.tensor()});
    EXPECT_TRUE(y.guards_intact());
    return y.values();
  }

  void compare(std::span<const float> samples, int64_t n_frames, int32_t n_mels) {
    const std::vector<float> expected = run(*plain_device_, *plain_, samples, n_frames, n_mels);
    const std::vector<float> found = run(*device_, *executor_, samples, n_frames, n_mels);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], 1e-6) << samples.size() << " samples, " << n_frames << " frames, value " << i;
    }
  }
};

TEST_P(LogMelTest, EqualsThePlainTwinForAnyNumberOfSamples) {
  const std::vector<float> samples = random_values(2 * 160, 1);
  for (const size_t n : {0, 1, 159, 161, 320}) {
    compare(std::span(samples).first(n), 2, 80);
  }
}

TEST_P(LogMelTest, HoldsAToneAgainstItsFloor) {
  std::vector<float> tone(20 * 160);
  for (size_t i = 0; i < tone.size(); ++i) {
    tone[i] = static_cast<float>(std::sin(2.0 * 3.14159265358979 * 1000.0 * static_cast<double>(i) / 16000.0));
  }
  compare(tone, 20, 80);
}

TEST_P(LogMelTest, GivesSilenceItsFloor) {
  // log10 of 1e-10, clamped at 8 below the maximum, which is the same: (-10 + 4) / 4.
  for (const float value : run(*device_, *executor_, {}, 4, 80)) {
    ASSERT_EQ(value, -1.5f);
  }
}

TEST_P(LogMelTest, RefusesMoreSamplesThanFrames) {
  const std::vector<float> samples(321);
  EXPECT_THROW(run(*device_, *executor_, samples, 2, 80), Error);
}

FW_INSTANTIATE_OP_TEST(LogMelTest);

}  // namespace
}  // namespace fw
