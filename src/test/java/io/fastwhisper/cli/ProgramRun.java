package io.fastwhisper.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One run of the program inside the tests' own process, with what it said. */
record ProgramRun(int exitCode, String out, String err) {
  static final String BUNDLED_MODEL = "models/ggml-demo.en-q8_0.bin";

  /**
   * Runs a command with the bundled model on the CPU, so that models of the machine's user and its
   * GPUs do not matter.
   */
  static ProgramRun withBundledModel(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--model", BUNDLED_MODEL, "--device", "cpu"));
    return of(all.toArray(new String[0]));
  }

  static synchronized ProgramRun of(String... arguments) {
    PrintStream standardOut = System.out;
    PrintStream standardError = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      int exitCode = Main.run(arguments);
      return new ProgramRun(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(standardOut);
      System.setErr(standardError);
    }
  }
}
