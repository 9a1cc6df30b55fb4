package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fastwhisper.cli.JavaProcess;
import io.fastwhisper.domain.Failure;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ChildProcessesTest {
  /** Writes in real time, for ever. */
  private static final List<String> ENDLESS =
      List.of(
          "-re",
          "-f",
          "lavfi",
          "-i",
          "anullsrc=r=16000:cl=mono",
          "-f",
          "s16le",
          "-flush_packets",
          "1");

  @TempDir Path folder;
  @TempDir Path temporary;

  @Test
  void aCancelledChildIsGoneAndSoIsWhatItWrote() throws Exception {
    try (ChildProcesses children = children(MediaLimits.DEFAULT)) {
      WorkControl control = new WorkControl();
      CompletableFuture<Failure> failure = failureOf(children, ENDLESS, control);
      awaitPart(folder);
      control.cancel();
      assertEquals("cancelled", failure.get().what());
      assertNothingLeft();
    }
  }

  @Test
  void workThatWasCancelledBeforeItBeganEndsAtOnce() throws Exception {
    try (ChildProcesses children = children(MediaLimits.DEFAULT)) {
      WorkControl control = new WorkControl();
      control.cancel();
      assertEquals("cancelled", failureOf(children, ENDLESS, control).get().what());
      assertNothingLeft();
    }
  }

  @Test
  void aChildThatMakesNoProgressIsKilled() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    MediaLimits limits =
        new MediaLimits(
            Duration.ofSeconds(1), Duration.ofMinutes(1), MediaLimits.DEFAULT.memoryBytes());
    try (ChildProcesses children = children(limits)) {
      List<String> arguments =
          List.of("-f", "s16le", "-i", ChildProcesses.localUrl(pipe), "-f", "s16le");
      Failure failure = failureOf(children, arguments, new WorkControl()).get();
      assertEquals("no progress for 1 s", failure.what());
      assertFalse(failure.permanent());
      Files.delete(pipe);
      assertNothingLeft();
    }
  }

  @Test
  void aChildThatTakesTooLongIsKilledThoughItMakesProgress() throws Exception {
    MediaLimits limits =
        new MediaLimits(
            Duration.ofMinutes(1), Duration.ofSeconds(1), MediaLimits.DEFAULT.memoryBytes());
    try (ChildProcesses children = children(limits)) {
      assertEquals(
          "took longer than 1 s", failureOf(children, ENDLESS, new WorkControl()).get().what());
      assertNothingLeft();
    }
  }

  @Test
  void aChildOverItsMemoryLimitFailsAlone() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")));
    MediaLimits limits = new MediaLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 100_000_000);
    try (ChildProcesses children =
        new ChildProcesses(limits, Path.of(System.getProperty("java.io.tmpdir")), true)) {
      List<String> arguments =
          List.of("-f", "lavfi", "-i", "color=s=12000x12000:d=0.1:r=10", "-f", "rawvideo");
      Failure failure = failureOf(children, arguments, new WorkControl()).get();
      assertTrue(failure.what().contains("memory"), failure.what());
      assertNothingLeft();
    }
  }

  @Test
  void closingEndsWhatStillRuns() throws Exception {
    ChildProcesses children = children(MediaLimits.DEFAULT);
    CompletableFuture<Failure> failure = failureOf(children, ENDLESS, new WorkControl());
    awaitPart(folder);
    children.close();
    assertEquals("cancelled", failure.get().what());
    assertNothingLeft();
    assertFalse(Files.exists(children.folder()));
  }

  @Test
  void whenThisProcessIsAskedToEndNeitherChildNorFileStays() throws Exception {
    Process host = host();
    ProcessHandle child = childOf(host);
    host.destroy();
    host.waitFor();
    child.onExit().get();
    assertNothingLeft();
  }

  @Test
  void whenThisProcessIsKilledTheChildDiesToo() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")));
    Process host = host();
    ProcessHandle child = childOf(host);
    host.destroyForcibly().waitFor();
    child.onExit().get();
  }

  /** Another Java process with an endless child. */
  public static final class Host {
    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      ChildProcesses children = children(MediaLimits.DEFAULT);
      failureOf(children, ENDLESS, new WorkControl(), folder.resolve("out"));
      awaitPart(folder);
      System.out.println(ProcessHandle.current().children().findFirst().orElseThrow().pid());
      Thread.currentThread().join();
    }
  }

  private Process host() throws Exception {
    List<String> command = JavaProcess.command("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of(Host.class.getName(), folder.toString()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static ProcessHandle childOf(Process host) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(host.getInputStream()));
    return ProcessHandle.of(Long.parseLong(lines.readLine())).orElseThrow();
  }

  private static ChildProcesses children(MediaLimits limits) throws MediaException {
    return new ChildProcesses(limits, Path.of(System.getProperty("java.io.tmpdir")), true);
  }

  private CompletableFuture<Failure> failureOf(
      ChildProcesses children, List<String> arguments, WorkControl control) {
    return failureOf(children, arguments, control, folder.resolve("out"));
  }

  private static CompletableFuture<Failure> failureOf(
      ChildProcesses children, List<String> arguments, WorkControl control, Path output) {
    CompletableFuture<Failure> failure = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              MediaException thrown =
                  assertThrows(
                      MediaException.class, () -> children.write("x", arguments, output, control));
              failure.complete(thrown.failure());
            });
    thread.setDaemon(true);
    thread.start();
    return failure;
  }

  /** Waits until the child has begun to write. */
  private static void awaitPart(Path folder) throws Exception {
    Path part = folder.resolve("out.1.part");
    while (!Files.exists(part) || Files.size(part) == 0) {
      Thread.onSpinWait();
    }
  }

  private void assertNothingLeft() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }
}
