#include "model/alignment_heads.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

using Heads = std::vector<AlignmentHead>;

TEST(AlignmentHeads, eachPublishedModelHasAsManyAsOpenAiPublished) {
  const std::pair<const char*, size_t> counts[] = {
      {"tiny", 6},   {"tiny.en", 8},    {"base", 8},      {"base.en", 5},   {"small", 10},        {"small.en", 19},
      {"medium", 6}, {"medium.en", 18}, {"large-v2", 23}, {"large-v3", 10}, {"large-v3-turbo", 6}};
  for (const auto& [name, count] : counts) {
    const ModelShape shape = published_shape(name);
    const Heads heads = alignment_heads_for(shape);
    EXPECT_EQ(heads.size(), count) << name;
    for (const AlignmentHead& head : heads) {
      EXPECT_LT(head.layer, shape.n_text_layer) << name;
      EXPECT_LT(head.head, shape.n_text_head) << name;
    }
  }
}

TEST(AlignmentHeads, largeV3AndTurboAreToldApartByTheirDecoders) {
  EXPECT_EQ(alignment_heads_for(published_shape("large-v3")),
            (Heads{{7, 0}, {10, 17}, {12, 18}, {13, 12}, {16, 1}, {17, 14}, {19, 11}, {21, 4}, {24, 1}, {25, 6}}));
  EXPECT_EQ(alignment_heads_for(published_shape("large-v3-turbo")),
            (Heads{{2, 4}, {2, 11}, {3, 3}, {3, 6}, {3, 11}, {3, 14}}));
}

TEST(AlignmentHeads, anUnknownShapeTakesTheUpperHalfOfTheDecoder) {
  ModelShape shape = small_shape(51864, 80, 64, 3);
  EXPECT_EQ(alignment_heads_for(shape), (Heads{{1, 0}, {1, 1}, {2, 0}, {2, 1}}));
  shape.n_text_layer = 1;
  EXPECT_EQ(alignment_heads_for(shape), (Heads{{0, 0}, {0, 1}}));
}

TEST(AlignmentHeads, readsAListOfPairs) {
  const ModelShape shape = small_shape(51864, 80, 128, 3);
  EXPECT_EQ(parse_alignment_heads("2:0,2:1", shape), (Heads{{2, 0}, {2, 1}}));
  EXPECT_EQ(parse_alignment_heads(" 0:3 , 1 : 2 ", shape), (Heads{{0, 3}, {1, 2}}));
}

TEST(AlignmentHeads, refusesWhatIsNoListOfHeadsOfTheDecoder) {
  const ModelShape shape = small_shape(51864, 80, 128, 3);
  for (const char* text : {"", ",", "2", "2:", ":1", "2:0,", ",2:0", "2:0,2:0", "3:0", "-1:0", "0:4", "0:-1", "a:b",
                           "2:0;2:1", "2:0:1", "99999999999:0", "2:0 2:1"}) {
    try {
      parse_alignment_heads(text, shape);
      ADD_FAILURE() << "accepted \"" << text << "\"";
    } catch (const Error& error) {
      EXPECT_EQ(error.status(), FW_STATUS_INVALID_ARGUMENT) << text;
    }
  }
}

}  // namespace
}  // namespace fw
