// The case list that the benchmark of ops measures too.
#include <map>
#include <tuple>

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

  void compare(const OpCase& tested) {
    SCOPED_TRACE(tested.name);
    const std::unique_ptr<OpRun> run = tested.prepare(*device_, *executor_);
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
    if (tested.tested() && !tested.measured()) compare(tested);
  }
}

TEST_P(OpCasesTest, EqualThePlainTwinInTheShapesOfModels) {
  for (const OpCase& tested : op_cases()) {
    if (tested.tested() && tested.measured()) compare(tested);
  }
}

FW_INSTANTIATE_OP_TEST(OpCasesTest);

}  // namespace
}  // namespace fw
