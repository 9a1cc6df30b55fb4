package io.fastwhisper.media;

/**
 * Reads ffprobe's lines of {@code pts,duration} in seconds and keeps where the first packet begins
 * and the last one ends.
 */
final class PacketTimes extends OutputLines {
  private double first = Double.POSITIVE_INFINITY;
  private double last = Double.NEGATIVE_INFINITY;

  /** 0 where no packet had a time. */
  double lengthSeconds() {
    return last < first ? 0 : last - first;
  }

  /** Whatever comes is progress: the file is read on. */
  @Override
  boolean read(String packet) {
    String[] fields = packet.split(",");
    if (!fields[0].matches("-?\\d{1,12}(\\.\\d+)?")) {
      return true;
    }
    double start = Double.parseDouble(fields[0]);
    boolean timed = fields.length > 1 && fields[1].matches("\\d{1,12}(\\.\\d+)?");
    first = Math.min(first, start);
    last = Math.max(last, timed ? start + Double.parseDouble(fields[1]) : start);
    return true;
  }
}
