// The case list that the benchmark of ops measures too.
#include <limits>
#include <map>
#include <tuple>

#include "model_maker/quantise.h"
#include "ops/linear.h"
#include "ops/op_test.h"

namespace fw {
namespace {

class OpCasesTest : public OpTest {
 protected:
  /** What the plain twin gives; computed once for all devices, for it takes longer than they do. */
  const std::vector<float>& expected(const OpCase& tested) {
    static std::map<std::string, std::vector<float>> computed;
    const auto [found, is_new] = computed.try_emplace(tested.name);
    if (is_new) {
      const std::unique_ptr<OpRun> twin = tested.prepare(*plain_device_, *plain_);
      twin->run();
      found->second = twin->result();
    }
    return found->second;
  }

  /** The bounds of a precision and type of activations, too. */
  const std::vector<double>& bounds(const OpCase& tested) const {
    static std::map<std::tuple<std::string, fw_precision, DataType>, std::vector<double>> computed;
    const DataType activations = device_->habits().activations;
    const auto [found, is_new] = computed.try_emplace({tested.name, GetParam().precision, activations});
    if (is_new) found->second = tested.bounds(GetParam().precision, activations);
    return found->second;
  }

  void compare(const OpCase& tested, Executor& executor) {
    SCOPED_TRACE(tested.name);
    const std::unique_ptr<OpRun> run = tested.prepare(*device_, executor);
    run->run();
    const std::vector<float> found = run->result();
    const std::vector<float>& twin = expected(tested);
    const std::vector<double>& allowed = bounds(tested);
    ASSERT_EQ(found.size(), twin.size());
    ASSERT_EQ(allowed.size(), twin.size());
    for (size_t i = 0; i < twin.size(); ++i) {
      ASSERT_NEAR(found[i], twin[i], allowed[i]) << "value " << i;
    }
    EXPECT_TRUE(run->guards_intact());
    EXPECT_GT(run->bytes(), 0.0);
  }
};

TEST_P(OpCasesTest, EqualThePlainTwinAtTheEdgesOfTiles) {
  for (const OpCase& tested : op_cases()) {
    if (tested.tested() && !tested.measured()) compare(tested, *executor_);
  }
}

TEST_P(OpCasesTest, TakeNothingThatEarlierOpsLeftInScratch) {
  // An infinity, and in eight bits the largest value twice, are no number when they meet a padding's zero.
  constexpr int64_t kRows = 64, kIn = 256, kOut = 16;
  const std::vector<float> infinities(kRows * kIn, std::numeric_limits<float>::infinity());
  const std::vector<float> ones(kRows * kIn, 1.0f);
  const GuardedMatrix left_behind[] = {activations(*device_, kRows, kIn, infinities),
                                       activations(*device_, kRows, kIn, ones)};
  const GuardedMatrix y = activations(*device_, kRows, kOut);
  const std::vector<std::byte> stored = quantise(StoredType::f32, random_values(kOut * kIn, 1));
  const std::unique_ptr<Weight> weight =
      device_->pack_stored({StoredType::f32, stored, kOut, kIn}, RowCount::many, false);
  // One thread: it has the scratch of all ops.
  const std::unique_ptr<Executor> executor = device_->open({1, 16, 1});
  for (const OpCase& tested : op_cases()) {
    if (!tested.tested() || tested.measured()) continue;
    for (const GuardedMatrix& x : left_behind) {
      ops::linear(*executor, {x.tensor(), weight.get(), {}, Activation::none, {}, y.tensor()});
      compare(tested, *executor);
    }
  }
}

TEST_P(OpCasesTest, EqualThePlainTwinInTheShapesOfModels) {
  for (const OpCase& tested : op_cases()) {
    if (tested.tested() && tested.measured()) compare(tested, *executor_);
  }
}

FW_INSTANTIATE_OP_TEST(OpCasesTest);

TEST(OpCases, AreEachTestedOrMeasured) {
  for (const OpCase& one : op_cases()) EXPECT_TRUE(one.tested() || one.measured()) << one.name;
}

}  // namespace
}  // namespace fw
