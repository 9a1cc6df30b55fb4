package io.fastwhisper.media;

import java.nio.charset.StandardCharsets;

/** Takes a child's output line by line; what is longer than any line of ours is cut off. */
abstract class OutputLines implements ChildProcesses.Output {
  private static final int MAX_LINE = 200;

  private final StringBuilder line = new StringBuilder();

  /** Says whether the line, without its end, shows progress. */
  abstract boolean read(String line);

  @Override
  public final boolean take(byte[] chunk, int length) {
    boolean moved = false;
    String text = new String(chunk, 0, length, StandardCharsets.US_ASCII);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        moved |= read(line.toString());
        line.setLength(0);
      } else if (line.length() < MAX_LINE) {
        line.append(c);
      }
    }
    return moved;
  }
}
