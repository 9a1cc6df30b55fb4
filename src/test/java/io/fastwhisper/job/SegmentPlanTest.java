package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.VideoId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentPlanTest {
  private static final VideoId VIDEO = new VideoId(ScriptedRooms.job(0), 2);
  private static final SegmentPlan PLAN = new SegmentPlan(60_000, 6_000);

  @ParameterizedTest
  @ValueSource(
      longs = {
        1,
        100,
        5_999,
        6_000,
        6_001,
        59_999,
        60_000,
        60_001,
        114_000,
        114_001,
        3_600_000,
        86_399_999
      })
  void segmentsCoverTheVideoAndOverlapByTheSameLength(long durationMs) {
    List<Segment> segments = PLAN.divide(VIDEO, durationMs);
    assertEquals(0, segments.get(0).range().startMs());
    assertEquals(durationMs, segments.get(segments.size() - 1).range().endMs());
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      assertEquals(VIDEO.segment(i), segment.id());
      assertTrue(segment.range().lengthMs() <= 60_000, segment.toString());
      if (i > 0) {
        Segment before = segments.get(i - 1);
        assertEquals(6_000, before.range().endMs() - segment.range().startMs());
        assertEquals(before.endZone(), segment.startZone());
        assertEquals(
            segment.range().startMs() + SegmentPlan.MARGIN_MS, segment.startZone().startMs());
        assertEquals(before.range().endMs() - SegmentPlan.MARGIN_MS, segment.startZone().endMs());
      }
    }
  }

  @Test
  void segmentsAreOfEqualLengthSoThatNoneIsAStub() {
    List<Segment> segments = PLAN.divide(VIDEO, 61_000);
    assertEquals(
        List.of(new TimeRange(0, 33_500), new TimeRange(27_500, 61_000)),
        segments.stream().map(Segment::range).toList());
  }

  @Test
  void theEndsOfTheVideoAreBorders() {
    List<Segment> segments = PLAN.divide(VIDEO, 10_000);
    assertEquals(1, segments.size());
    assertEquals(new TimeRange(0, 0), segments.get(0).startZone());
    assertEquals(new TimeRange(10_000, 10_000), segments.get(0).endZone());
  }

  @Test
  void anOverlapWithoutRoomForABorderIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SegmentPlan(60_000, 3_000));
    assertThrows(IllegalArgumentException.class, () -> new SegmentPlan(10_000, 6_000));
  }
}
