package io.fastwhisper.media;

/**
 * Reads what ffmpeg tells with {@code -progress}: lines of {@code key=value}, a block of them twice
 * a second.
 */
final class FfmpegProgress extends OutputLines {
  private long frames;
  private long totalBytes;
  private String outTime = "";

  /** Frames of the picture written so far. */
  long frames() {
    return frames;
  }

  /** Bytes written so far. */
  long totalBytes() {
    return totalBytes;
  }

  /** True where the value has changed since the last block. */
  @Override
  boolean read(String keyAndValue) {
    int equals = keyAndValue.indexOf('=');
    if (equals < 0) {
      return false;
    }
    String value = keyAndValue.substring(equals + 1).strip();
    switch (keyAndValue.substring(0, equals)) {
      case "frame" -> {
        long before = frames;
        frames = number(value, before);
        return frames != before;
      }
      case "total_size" -> {
        long before = totalBytes;
        totalBytes = number(value, before);
        return totalBytes != before;
      }
      case "out_time" -> {
        boolean changed = !value.equals(outTime);
        outTime = value;
        return changed;
      }
      default -> {
        return false;
      }
    }
  }

  private static long number(String value, long otherwise) {
    return value.matches("\\d{1,18}") ? Long.parseLong(value) : otherwise;
  }
}
