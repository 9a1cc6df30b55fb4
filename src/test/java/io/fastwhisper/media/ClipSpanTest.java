package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.TimeRange;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClipSpanTest {
  private static final FilmTimes TIMES =
      new FilmTimes(new FilmFormat(new FilmPicture(320, 64, 30_000, 1_001), 48_000, 2));
  private static final double FRAME_MICROS = 1_001_000_000 / 30_000.0;

  @Test
  void bothEndsAreNearestAndWhatTouchesStillDoes() {
    Random random = new Random(4);
    for (int i = 0; i < 1_000; i++) {
      long phase = random.nextInt(33_000);
      TimeRange range = range(1_000 + random.nextInt(10_000), 100 + random.nextInt(3_000));
      TimeRange next = range(range.endMs(), 100 + random.nextInt(3_000));
      ClipSpan span = span(range, phase);
      assertEquals(range.startMs() * 1_000, span.startMicros(), FRAME_MICROS / 2 + 1, "" + i);
      double end = span.startMicros() + span.frames() * FRAME_MICROS;
      assertEquals(range.endMs() * 1_000, end, FRAME_MICROS / 2 + 1, "" + i);
      assertEquals(end, span(next, phase).startMicros(), 1, "" + i);
    }
  }

  @Test
  void nothingBeginsBeforeTheSource() {
    for (long picture = 0; picture < 60_000; picture += 1_000) {
      ClipSpan span = ClipSpan.of(new TimeRange(0, 500), OptionalLong.of(picture), TIMES);
      assertTrue(span.startMicros() >= 0 && span.startMicros() < FRAME_MICROS, span.toString());
    }
  }

  @Test
  void withoutAPictureTheRangeStaysWhereItIsAndIsNeverEmpty() {
    ClipSpan span = ClipSpan.of(new TimeRange(1_234, 1_240), OptionalLong.empty(), TIMES);
    assertEquals(new ClipSpan(1_234_000, 1), span);
    assertEquals(new TimeRange(1_234, 1_267), span.range(TIMES));
  }

  /** Aligned with the first picture at or behind the range's start, as if they came at the rate. */
  private static ClipSpan span(TimeRange range, long phase) {
    double frames = Math.ceil((range.startMs() * 1_000 - phase) / FRAME_MICROS);
    long picture = Math.round(phase + frames * FRAME_MICROS);
    return ClipSpan.of(range, OptionalLong.of(picture), TIMES);
  }

  private static TimeRange range(long startMs, long lengthMs) {
    return new TimeRange(startMs, startMs + lengthMs);
  }
}
