#include "ops/cached_attention.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/half.h"
#include "ops/op_test.h"

namespace fw {
namespace {

constexpr CacheShape kShape = {3, 2, 77, 2, 64};
constexpr CacheShape kEightBits = {3, 2, 77, 2, 64, true};
constexpr int64_t kWidth = 128;

/** Values that every type of activations has, so that all of them become the same bytes. */
std::vector<float> bf16_values(size_t n, uint64_t seed) {
  std::vector<float> values = random_values(n, seed);
  for (float& value : values) value = bf16_to_float(float_to_bf16(value));
  return values;
}

/** A device's cache with random keys and values in every place but the last of slot 2, which stays empty. */
class FilledCache {
 public:
  FilledCache(const Device& device, Executor& executor, const CacheShape& shape = kShape)
      : device_(device), executor_(executor) {
    cache_ = device.make_cache(shape);
    for (int32_t slot = 0; slot < 2; ++slot) {
      for (int32_t layer = 0; layer < shape.n_layers; ++layer) {
        std::vector<CachePlace> places;
        for (int32_t place = 0; place < shape.n_places; ++place) {
          places.push_back({slot, place});
        }
        store(layer, places, static_cast<uint64_t>(10 + slot * 2 + layer));
      }
    }
  }

  void store(int32_t layer, const std::vector<CachePlace>& places, uint64_t seed) {
    const auto n = static_cast<int64_t>(places.size());
    // Side by side, as the product of a layer leaves them.
    const GuardedMatrix rows(device_, n, 2 * kWidth, bf16_values(static_cast<size_t>(n * 2 * kWidth), seed), 8,
                             device_.habits().activations);
    ops::store(executor_, {cache_.get(), layer, rows.tensor().cols_from(0, kWidth),
                           rows.tensor().cols_from(kWidth, kWidth), places});
  }

  std::vector<float> attend(int32_t layer, const std::vector<CacheReach>& reach, std::span<const float> query) {
    const auto n = static_cast<int64_t>(reach.size());
    const DataType type = device_.habits().activations;
    const GuardedMatrix in(device_, n, kWidth, query, 8, type), y(device_, n, kWidth, 8, type);
    ops::cached_attention(executor_, {in.tensor(), cache_.get(), layer, reach, y.tensor()});
    EXPECT_TRUE(y.guards_intact());
    return y.values();
  }

  std::vector<float> weights(int32_t layer, int32_t head, CacheReach reach, int64_t n, std::span<const float> query) {
    const GuardedMatrix in(device_, n, kWidth, query, 8, device_.habits().activations);
    const GuardedMatrix weights(device_, n, reach.length);
    ops::attention_weights(executor_, {in.tensor(), cache_.get(), layer, head, reach, weights.tensor()});
    EXPECT_TRUE(weights.guards_intact());
    return weights.values();
  }

  KeyValueCache& cache() { return *cache_; }

 private:
  const Device& device_;
  Executor& executor_;
  std::unique_ptr<KeyValueCache> cache_;
};

class CachedAttentionTest : public OpTest {
 protected:
  /** Keys and values are below 1: see AttentionTest. */
  double bound() const { return f32() ? 1e-5 : 2 * 0x1p-9 * 8 * 2 + 3 * 0x1p-9; }

  void expect_near(const std::vector<float>& found, const std::vector<float>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], bound()) << "value " << i;
    }
  }

  void expect_the_twin_for_every_reach(FilledCache& tested, FilledCache& twin) {
    std::vector<CacheReach> reach;
    for (int32_t length = 1; length <= kShape.n_places; ++length) {
      reach.push_back({length % 2, length});
    }
    for (const int32_t length : {77, 1, 16, 17, 31, 32, 33, 64, 65}) {
      reach.push_back({1, length});
    }
    const std::vector<float> query = random_values(reach.size() * kWidth, 2, true);
    for (int32_t layer = 0; layer < kShape.n_layers; ++layer) {
      expect_near(tested.attend(layer, reach, query), twin.attend(layer, reach, query));
    }
  }

  /** Each `every`th row gets by itself the bits that it has among all. */
  static void expect_the_same_alone(FilledCache& tested, int32_t layer, const std::vector<CacheReach>& reach,
                                    const std::vector<float>& query, const std::vector<float>& all, size_t every = 1) {
    for (size_t i = 0; i < reach.size(); i += every) {
      const auto row = static_cast<int64_t>(i);
      const std::vector<float> alone = tested.attend(layer, {reach[i]}, row_of(query, row, kWidth));
      EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + row * kWidth)) << "row " << i;
    }
  }

  void expect_weights_of_the_twin(FilledCache& tested, FilledCache& twin) {
    for (const int32_t length : {1, 31, 32, 77}) {
      const int64_t n = 30;
      const std::vector<float> query = random_values(static_cast<size_t>(n * kWidth), 7, true);
      const std::vector<float> found = tested.weights(1, 1, {1, length}, n, query);
      const std::vector<float> expected = twin.weights(1, 1, {1, length}, n, query);
      for (int64_t row = 0; row < n; ++row) {
        const std::span<const float> weights = row_of(found, row, length);
        EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0, 1e-5);
      }
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(found[i], expected[i], f32() ? 1e-5 : 0.15) << "value " << i;
      }
    }
  }

  FilledCache tested_{*device_, *executor_};
  FilledCache twin_{*plain_device_, *plain_};
};

TEST_P(CachedAttentionTest, EqualsThePlainTwinForEveryReach) { expect_the_twin_for_every_reach(tested_, twin_); }

TEST_P(CachedAttentionTest, EqualsThePlainTwinInEightBits) {
  FilledCache tested(*device_, *executor_, kEightBits), twin(*plain_device_, *plain_, kEightBits);
  expect_the_twin_for_every_reach(tested, twin);
  expect_weights_of_the_twin(tested, twin);
}

TEST_P(CachedAttentionTest, EqualsThePlainTwinInALaneOfFewRowsOverLongCaches) {
  // Blocks of 64 places, of which a GPU hands out 24 at a time, four to a block of its own.
  CacheShape shape = {2, 1, 1600, 2, 64};
  const std::vector<CacheReach> reach = {{0, 1600}, {1, 1},   {1, 63},   {1, 64},  {1, 65},
                                         {1, 256},  {1, 257}, {1, 1500}, {0, 767}, {0, 1536}};
  const std::vector<float> query = random_values(reach.size() * kWidth, 2, true);
  const std::unique_ptr<Executor> few = device_->open({2, 2, 1});
  for (const bool eight_bit : {false, true}) {
    shape.eight_bit = eight_bit;
    FilledCache tested(*device_, *few, shape), twin(*plain_device_, *plain_, shape);
    const std::vector<float> found = tested.attend(0, reach, query);
    expect_near(found, twin.attend(0, reach, query));
    expect_the_same_alone(tested, 0, reach, query, found);
  }
}

TEST_P(CachedAttentionTest, FindsTheFewPlacesThatSharpScoresPick) {
  // Queries and keys are exact in every type, and so are the scores: what is left is the rounding of weights and of the
  // result, and in eight bits of scaled keys. A place that is taken for another changes a value by about a half.
  std::vector<CacheReach> reach;
  for (int32_t i = 0; i < 30; ++i) reach.push_back({i / 20, i % 3 == 0 ? 700 - 23 * i : 700});
  std::vector<float> query = random_values(reach.size() * kWidth, 6);
  for (float& value : query) value = std::round(16.0f * value) * 2.0f;
  const std::unique_ptr<Executor> few = device_->open({2, 2, 1});
  for (const bool eight_bit : {false, true}) {
    const double near = f32() ? 1e-5 : (eight_bit ? 25 : 3) * 0x1p-9;
    const CacheShape shape = {2, 1, 700, 2, 64, eight_bit};
    FilledCache twin(*plain_device_, *plain_, shape);
    const std::vector<float> expected = twin.attend(0, reach, query);
    for (Executor* executor : {executor_.get(), few.get()}) {
      FilledCache tested(*device_, *executor, shape);
      const std::vector<float> found = tested.attend(0, reach, query);
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(found[i], expected[i], near) << "eight bits: " << eight_bit << ", value " << i;
      }
    }
  }
}

TEST_P(CachedAttentionTest, ReadsBackTheNearestOf255ValuesInEightBits) {
  FilledCache tested(*device_, *executor_, kEightBits);
  // One place takes all of the weight, so that its value comes out: within half of a scale of what was stored.
  tested.store(0, {{2, 0}}, 97);
  const std::vector<float> stored = bf16_values(2 * kWidth, 97);
  const std::vector<float> found = tested.attend(0, {{2, 1}}, random_values(kWidth, 1));
  for (int64_t head = 0; head < kShape.n_heads; ++head) {
    const std::span<const float> values = std::span(stored).subspan(static_cast<size_t>(kWidth + head * 64), 64);
    float largest = 0.0f;
    for (const float value : values) largest = std::max(largest, std::abs(value));
    // Half a step of a scale that is up to 1/128 larger than it need be, and half a unit of the type of y.
    const double bound = largest / 127.0 * 0.505 + (f32() ? 1e-6 : 0x1p-9 * static_cast<double>(largest));
    for (size_t d = 0; d < 64; ++d) {
      ASSERT_NEAR(found[static_cast<size_t>(head * 64) + d], values[d], bound) << "head " << head << " value " << d;
    }
  }
}

TEST_P(CachedAttentionTest, GivesARowTheSameBitsInAnyBatchAndForAnyThreads) {
  const std::vector<CacheReach> reach = {{0, 77}, {0, 5}, {0, 40}, {1, 9}, {1, 77}, {0, 33}, {0, 34}, {0, 35}};
  const std::vector<float> query = random_values(reach.size() * kWidth, 3);
  const std::unique_ptr<Executor> single = device_->open({1, 16, 1});
  for (const CacheShape& shape : {kShape, kEightBits}) {
    FilledCache tested(*device_, *executor_, shape);
    const std::vector<float> all = tested.attend(1, reach, query);
    EXPECT_EQ(FilledCache(*device_, *single, shape).attend(1, reach, query), all);
    expect_the_same_alone(tested, 1, reach, query, all);
  }
}

TEST_P(CachedAttentionTest, SeesAPlaceThatWasStoredAnew) {
  const std::vector<float> query = random_values(kWidth, 4);
  const std::vector<float> before = tested_.attend(0, {{0, 30}}, query);
  tested_.store(0, {{0, 29}, {1, 3}}, 99);
  twin_.store(0, {{0, 29}, {1, 3}}, 99);
  const std::vector<float> after = tested_.attend(0, {{0, 30}}, query);
  EXPECT_NE(after, before);
  expect_near(after, twin_.attend(0, {{0, 30}}, query));
}

TEST_P(CachedAttentionTest, StoresRowsOfManySlotsInAnyOrderTogether) {
  for (const bool eight_bit : {false, true}) {
    const CacheShape shape = {9, 2, 77, 2, 64, eight_bit};
    FilledCache tested(*device_, *executor_, shape), twin(*plain_device_, *plain_, shape);
    std::vector<CachePlace> places;
    std::vector<CacheReach> reach;
    for (int32_t slot = 0; slot < shape.n_slots; ++slot) {
      for (int32_t place = 0; place < shape.n_places; ++place) {
        places.push_back({slot, slot == 4 ? shape.n_places - 1 - place : place});
      }
      for (const int32_t length : {1, 40, 77}) reach.push_back({slot, length});
    }
    tested.store(1, places, 97);
    twin.store(1, places, 97);
    const std::vector<float> query = random_values(reach.size() * kWidth, 2, true);
    expect_near(tested.attend(1, reach, query), twin.attend(1, reach, query));
  }
}

TEST_P(CachedAttentionTest, GivesManyRowsOfASlotWhatEachGetsAlone) {
  for (const bool eight_bit : {false, true}) {
    const CacheShape shape = {2, 2, 600, 2, 64, eight_bit};
    FilledCache tested(*device_, *executor_, shape), twin(*plain_device_, *plain_, shape);
    std::vector<CachePlace> places;
    for (int32_t i = 0; i < 2 * shape.n_places; ++i) places.push_back({i / shape.n_places, i % shape.n_places});
    tested.store(1, places, 97);
    twin.store(1, places, 97);
    std::vector<CacheReach> reach;
    for (int32_t i = 0; i < 120; ++i) reach.push_back({i / 67, i % 5 == 0 ? 1 + 4 * i : 600});
    const std::vector<float> query = random_values(reach.size() * kWidth, 2, true);
    const std::vector<float> all = tested.attend(1, reach, query);
    expect_near(all, twin.attend(1, reach, query));
    expect_the_same_alone(tested, 1, reach, query, all, 11);
  }
}

TEST_P(CachedAttentionTest, AttendsToACopiedSlotAsToItsOrigin) {
  FilledCache in_eight_bits(*device_, *executor_, kEightBits);
  for (FilledCache* cache : {&tested_, &in_eight_bits}) {
    for (const int32_t n : {0, 1, 31, 32, 33, 77}) {
      ops::copy_slot(*executor_, cache->cache(), 0, 2, n);
      for (int32_t layer = 0; layer < kShape.n_layers && n > 0; ++layer) {
        const std::vector<float> query = random_values(kWidth, 5);
        EXPECT_EQ(cache->attend(layer, {{2, n}}, query), cache->attend(layer, {{0, n}}, query)) << n << " places";
      }
    }
  }
}

TEST_P(CachedAttentionTest, LeavesPlacesBehindACopyToBeStored) {
  ops::copy_slot(*executor_, tested_.cache(), 0, 1, 10);
  ops::copy_slot(*plain_, twin_.cache(), 0, 1, 10);
  tested_.store(0, {{1, 10}}, 98);
  twin_.store(0, {{1, 10}}, 98);
  const std::vector<float> query = random_values(kWidth, 6);
  expect_near(tested_.attend(0, {{1, 11}}, query), twin_.attend(0, {{1, 11}}, query));
}

TEST_P(CachedAttentionTest, GivesWeightsThatSumToOneAndEqualThePlainTwin) {
  expect_weights_of_the_twin(tested_, twin_);
}

TEST_P(CachedAttentionTest, RefusesWhatLiesOutsideTheCache) {
  const std::vector<float> query = random_values(kWidth, 8);
  EXPECT_THROW(tested_.attend(0, {{3, 1}}, query), Error);
  EXPECT_THROW(tested_.attend(0, {{0, 78}}, query), Error);
  EXPECT_THROW(tested_.attend(0, {{0, 0}}, query), Error);
  EXPECT_THROW(tested_.attend(2, {{0, 1}}, query), Error);
  EXPECT_THROW(tested_.store(0, {{0, 77}}, 1), Error);
  EXPECT_THROW(ops::copy_slot(*executor_, tested_.cache(), 0, 3, 1), Error);
}

FW_INSTANTIATE_OP_TEST(CachedAttentionTest);

}  // namespace
}  // namespace fw
