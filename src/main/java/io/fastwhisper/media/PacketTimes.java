package io.fastwhisper.media;

import java.nio.charset.StandardCharsets;

/**
 * Reads ffprobe's lines of {@code pts,duration} in seconds and keeps where the first packet begins
 * and the last one ends.
 */
final class PacketTimes implements ChildProcesses.Output {
  private static final int MAX_LINE = 200;

  private final StringBuilder line = new StringBuilder();
  private double first = Double.POSITIVE_INFINITY;
  private double last = Double.NEGATIVE_INFINITY;

  @Override
  public boolean take(byte[] chunk, int length) {
    String text = new String(chunk, 0, length, StandardCharsets.US_ASCII);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        read(line.toString());
        line.setLength(0);
      } else if (line.length() < MAX_LINE) {
        line.append(c);
      }
    }
    return true;
  }

  /** 0 where no packet had a time. */
  double lengthSeconds() {
    return last < first ? 0 : last - first;
  }

  private void read(String packet) {
    String[] fields = packet.split(",");
    if (!fields[0].matches("-?\\d{1,12}(\\.\\d+)?")) {
      return;
    }
    double start = Double.parseDouble(fields[0]);
    boolean timed = fields.length > 1 && fields[1].matches("\\d{1,12}(\\.\\d+)?");
    first = Math.min(first, start);
    last = Math.max(last, timed ? start + Double.parseDouble(fields[1]) : start);
  }
}
