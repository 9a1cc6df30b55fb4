package io.fastwhisper.media;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

/**
 * Reads ffprobe's lines of time stamps, in seconds, and keeps the first one that is not before a
 * given one. Packets come in the order of decoding, not of showing.
 */
final class PictureStart extends OutputLines {
  private final long fromMicros;
  private long first = Long.MAX_VALUE;

  PictureStart(long fromMicros) {
    this.fromMicros = fromMicros;
  }

  /** Whatever comes is progress: the file is read on. */
  @Override
  boolean read(String line) {
    String seconds = line.split(",")[0];
    if (seconds.matches("-?\\d{1,12}(\\.\\d{1,9})?")) {
      long micros =
          new BigDecimal(seconds).movePointRight(6).setScale(0, RoundingMode.HALF_UP).longValue();
      if (micros >= fromMicros) {
        first = Math.min(first, micros);
      }
    }
    return true;
  }

  /** Nothing where no picture begins at or behind that time. */
  OptionalLong micros() {
    return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
  }
}
