package io.fastwhisper.media;

import io.fastwhisper.domain.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * The last lines that a child wrote to its standard error, and what they mean to a user. Memory is
 * bounded, whatever comes.
 */
final class Complaint {
  private static final int MAX_LINES = 12;
  private static final int MAX_LINE_BYTES = 400;

  private final Deque<String> lines = new ArrayDeque<>();

  /** Reads until the child closes its end. */
  void readAll(InputStream stderr) {
    byte[] line = new byte[MAX_LINE_BYTES];
    int length = 0;
    try (stderr) {
      byte[] chunk = new byte[4_096];
      for (int n = stderr.read(chunk); n >= 0; n = stderr.read(chunk)) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] == '\n' || chunk[i] == '\r') {
            keep(line, length);
            length = 0;
          } else if (length < MAX_LINE_BYTES) {
            line[length++] = chunk[i];
          }
        }
      }
    } catch (IOException e) {
      // The pipe of a child that was killed may break; what was read until then is all there is.
      keep(e.toString().getBytes(StandardCharsets.UTF_8), 0);
    }
    keep(line, length);
  }

  private synchronized void keep(byte[] line, int length) {
    String text = new String(line, 0, length, StandardCharsets.UTF_8).strip();
    if (text.isEmpty()) {
      return;
    }
    if (lines.size() == MAX_LINES) {
      lines.removeFirst();
    }
    lines.addLast(text);
  }

  /** Why the child failed, for people. */
  synchronized Failure failure(int exit, String where) {
    String all = String.join("\n", lines).toLowerCase(Locale.ROOT);
    if (all.contains("moov atom not found")) {
      return Failure.permanent(
          "the file is not whole: its index (the moov box) is missing",
          where,
          "Fetch or record it again.");
    }
    if (all.contains("no space left on device")) {
      return new Failure(
          "the disk is full", where, "Make room, or name another folders.work.", false);
    }
    if (all.contains("cannot allocate memory") || all.contains("error while allocating")) {
      return Failure.permanent("it takes more memory than a reader of media may have", where, "");
    }
    if (all.contains("invalid data found") || all.contains("ebml header parsing failed")) {
      return Failure.permanent(
          "it is damaged, or not what its first bytes say: " + last(), where, "");
    }
    if (lines.isEmpty()) {
      String ended = exit > 128 ? "was ended by signal " + (exit - 128) : "ended with code " + exit;
      return Failure.passing("ffmpeg " + ended, where);
    }
    return Failure.passing("ffmpeg: " + last(), where);
  }

  /** The last line, without the address of the object that speaks. */
  private String last() {
    return lines.isEmpty()
        ? ""
        : lines.getLast().replaceAll("\\[([^\\]@]*) @ 0x[0-9a-f]+\\] ?", "");
  }
}
