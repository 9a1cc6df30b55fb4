// The case list that the benchmark of ops measures too.
#include "ops/op_test.h"

namespace fw {
namespace {

class OpCasesTest : public OpTest {};

TEST_P(OpCasesTest, EqualThePlainTwin) {
  for (const OpCase& tested : op_cases()) {
    if (!tested.tested()) continue;
    SCOPED_TRACE(tested.name);
    const std::unique_ptr<OpRun> twin = tested.prepare(*plain_device_, *plain_);
    const std::unique_ptr<OpRun> run = tested.prepare(*device_, *executor_);
    twin->run();
    run->run();
    const std::vector<float> expected = twin->result(), found = run->result();
    const std::vector<double> bounds = tested.bounds(GetParam().precision, device_->habits().activations);
    ASSERT_EQ(found.size(), expected.size());
    ASSERT_EQ(bounds.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], bounds[i]) << "value " << i;
    }
    EXPECT_TRUE(run->guards_intact());
    EXPECT_GT(run->bytes(), 0.0);
  }
}

FW_INSTANTIATE_OP_TEST(OpCasesTest);

}  // namespace
}  // namespace fw
