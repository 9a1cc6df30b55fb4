package io.fastwhisper.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Runs a program that ends when the tests that started it are gone, however they went: its standard
 * input, which they hold and never write to, ends with them.
 */
public final class EndsWithItsTests {
  private EndsWithItsTests() {}

  /** Takes the main class to run and then that class's arguments. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Thread watch = new Thread(EndsWithItsTests::awaitEndOfTests, "tests");
    watch.setDaemon(true);
    watch.start();
    Class.forName(arguments[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  private static void awaitEndOfTests() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // A broken pipe is an end, too.
    }
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    Runtime.getRuntime().halt(1);
  }
}
