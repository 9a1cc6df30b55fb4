package io.fastwhisper.web;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file.
 *
 * @param first its first byte
 * @param length at least 1
 */
record ByteRange(long first, long length) {
  private static final Pattern ONE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  /** All of it. */
  static ByteRange whole(long sizeBytes) {
    return new ByteRange(0, sizeBytes);
  }

  /**
   * What a Range header asks for (RFC 9110, 14.2). A header that is none of a single range of bytes
   * asks for the whole.
   *
   * @param header or null
   * @return nothing where the range lies behind the end
   */
  static Optional<ByteRange> of(String header, long sizeBytes) {
    Matcher range = ONE.matcher(header == null ? "" : header.strip());
    if (!range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) {
      return Optional.of(whole(sizeBytes));
    }
    if (range.group(1).isEmpty()) {
      long length = Math.min(sizeBytes, Long.parseLong(range.group(2)));
      return length == 0
          ? Optional.empty()
          : Optional.of(new ByteRange(sizeBytes - length, length));
    }
    long first = Long.parseLong(range.group(1));
    long last =
        range.group(2).isEmpty()
            ? sizeBytes - 1
            : Math.min(sizeBytes - 1, Long.parseLong(range.group(2)));
    if (first < sizeBytes && last < first) {
      return Optional.of(whole(sizeBytes));
    }
    return first >= sizeBytes
        ? Optional.empty()
        : Optional.of(new ByteRange(first, last - first + 1));
  }

  /** "bytes 0-99/1000". */
  String contentRange(long sizeBytes) {
    return "bytes " + first + "-" + (first + length - 1) + "/" + sizeBytes;
  }
}
