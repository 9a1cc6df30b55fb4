#include "base/stored_type.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/half.h"
#include "base/random.h"
#include "model_maker/quantise.h"

namespace fw {
namespace {

constexpr StoredType block_types[] = {StoredType::q4_0, StoredType::q4_1, StoredType::q5_0, StoredType::q5_1,
                                      StoredType::q8_0};
constexpr StoredType every_type[] = {StoredType::f32,  StoredType::f16,  StoredType::q4_0, StoredType::q4_1,
                                     StoredType::q5_0, StoredType::q5_1, StoredType::q8_0};

std::string name_of(const testing::TestParamInfo<StoredType>& type) {
  return std::string(stored_type_name(type.param));
}

/**
 * Value j of a block of 32, bit by bit as ggml's documentation of the formats says: half scale, half offset where the
 * type's name ends in 1, the fifth bits, then pairs of low bits.
 */
double meaning(StoredType type, const std::vector<std::byte>& block, int j) {
  const auto byte = [&](int i) { return std::to_integer<int>(block[static_cast<size_t>(i)]); };
  const auto half = [&](int i) {
    return static_cast<double>(half_to_float(static_cast<uint16_t>(byte(i) | (byte(i + 1) << 8))));
  };
  if (type == StoredType::q8_0) return half(0) * static_cast<int8_t>(byte(2 + j));
  const bool offset = type == StoredType::q4_1 || type == StoredType::q5_1;
  const bool five = type == StoredType::q5_0 || type == StoredType::q5_1;
  const int high_at = offset ? 4 : 2;
  const int low_at = five ? high_at + 4 : high_at;
  const int low = j < 16 ? byte(low_at + j) & 15 : byte(low_at + j - 16) >> 4;
  const int high = five ? (byte(high_at + j / 8) >> (j % 8)) & 1 : 0;
  const int level = low + 16 * high;
  return offset ? half(0) * level + half(2) : half(0) * (level - (five ? 16 : 8));
}

class EachStoredType : public testing::TestWithParam<StoredType> {};
INSTANTIATE_TEST_SUITE_P(Types, EachStoredType, testing::ValuesIn(every_type), name_of);

class EachBlockType : public testing::TestWithParam<StoredType> {};
INSTANTIATE_TEST_SUITE_P(Types, EachBlockType, testing::ValuesIn(block_types), name_of);

TEST_P(EachBlockType, dequantisesRandomBlocksAsTheFormatSays) {
  const StoredType type = GetParam();
  SplitMix64 random(1);
  for (int n = 0; n != 200; ++n) {
    std::vector<std::byte> block(static_cast<size_t>(block_bytes(type)));
    for (std::byte& byte : block) byte = static_cast<std::byte>(random.next());
    // A finite scale and offset: the exponent's top bit is cleared.
    block[1] &= std::byte{0xBF};
    block[3] &= type == StoredType::q4_1 || type == StoredType::q5_1 ? std::byte{0xBF} : std::byte{0xFF};
    std::vector<float> values(32);
    dequantise(type, block, values);
    for (int j = 0; j != 32; ++j) {
      const double expected = meaning(type, block, j);
      EXPECT_NEAR(static_cast<double>(values[static_cast<size_t>(j)]), expected, std::fabs(expected) * 1e-6 + 1e-6)
          << n << ' ' << j;
    }
  }
}

TEST_P(EachStoredType, quantisedValuesComeBackWithinHalfALevel) {
  const StoredType type = GetParam();
  SplitMix64 random(2);
  std::vector<float> values(320);
  for (float& value : values) value = static_cast<float>(random.next_unit() * 2 - 1);
  const std::vector<std::byte> stored = quantise(type, values);
  std::vector<float> back(values.size());
  dequantise(type, stored, back);
  const double level = type == StoredType::f32                                ? 0
                       : type == StoredType::f16                              ? 1e-3
                       : type == StoredType::q8_0                             ? 1.0 / 127
                       : type == StoredType::q5_0 || type == StoredType::q5_1 ? 2.0 / 31
                                                                              : 2.0 / 15;
  // The scale itself is rounded to a half; types without an offset reach one level further on one side.
  const double reach = type == StoredType::q4_0 || type == StoredType::q5_0 ? 1.1 : 0.55;
  for (size_t i = 0; i != values.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(back[i]), static_cast<double>(values[i]), level * reach) << i;
  }
}

TEST_P(EachStoredType, aBlockOfZerosStaysZero) {
  const std::vector<float> zeros(64);
  std::vector<float> back(64, 1.0f);
  dequantise(GetParam(), quantise(GetParam(), zeros), back);
  EXPECT_EQ(back, zeros);
}

TEST_P(EachStoredType, bytesThatDoNotFitTheValuesAreRefused) {
  std::vector<float> values(32);
  std::vector<std::byte> bytes = quantise(GetParam(), values);
  bytes.pop_back();
  EXPECT_THROW(dequantise(GetParam(), bytes, values), Error);
}

TEST(StoredType, numbersOfTensorsAndFilesAreDifferentLists) {
  EXPECT_EQ(stored_type_of_tensor(8), StoredType::q8_0);
  EXPECT_EQ(stored_type_of_file(7), StoredType::q8_0);
  EXPECT_EQ(stored_type_of_tensor(6), StoredType::q5_0);
  EXPECT_EQ(stored_type_of_file(8), StoredType::q5_0);
  EXPECT_EQ(stored_type_of_tensor(7), StoredType::q5_1);
  EXPECT_EQ(stored_type_of_file(9), StoredType::q5_1);
  for (const int32_t unknown : {-1, 4, 5, 9, 10, 14, 1000, INT32_MAX}) EXPECT_FALSE(stored_type_of_tensor(unknown));
  for (const int32_t unknown : {-1, 4, 5, 6, 10, 14, 1000, INT32_MAX}) EXPECT_FALSE(stored_type_of_file(unknown));
  for (const StoredType type : every_type) EXPECT_EQ(stored_type_of_file(file_number(type)), type);
}

}  // namespace
}  // namespace fw
