package io.fastwhisper.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** A program on a terminal of its own, which util-linux's {@code script} lends it. */
final class TerminalRun {
  /** Narrower than the longest line of a bar. */
  static final int COLUMNS = 48;

  /** What {@code script} runs: a shell that sets the terminal's size and becomes the program. */
  private static final String SHELL =
      "stty cols " + COLUMNS + " rows 20 && eval \"exec $COMMAND_LINE\"";

  private final Process process;
  private final InputStream screen;
  private final StringBuilder text = new StringBuilder();

  /** Takes a process of {@link #onTerminal}. */
  TerminalRun(Process process) {
    this.process = process;
    this.screen = process.getInputStream();
  }

  /** How a command line is started on a terminal. */
  static ProcessBuilder onTerminal(List<String> commandLine) {
    ProcessBuilder builder = new ProcessBuilder("script", "-qec", SHELL, "/dev/null");
    String quoted =
        commandLine.stream()
            .map(argument -> "'" + argument.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    builder.environment().put("COMMAND_LINE", quoted);
    return builder;
  }

  /** Reads until the screen has shown this; false where the program ends before. */
  boolean awaitText(String wanted) throws IOException {
    while (text.indexOf(wanted) < 0) {
      int next = screen.read();
      if (next < 0) {
        return false;
      }
      text.append((char) next);
    }
    return true;
  }

  /** Reads to the end. */
  void awaitEnd() throws IOException {
    text.append(new String(screen.readAllBytes(), StandardCharsets.ISO_8859_1));
  }

  /** Presses a key. */
  void type(char key) throws IOException {
    process.getOutputStream().write(key);
    process.getOutputStream().flush();
  }

  /** All that was shown so far, with its control characters. */
  String text() {
    return text.toString();
  }
}
