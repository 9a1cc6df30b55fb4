package io.fastwhisper.page;

import io.fastwhisper.cli.EndsWithItsTests;
import io.fastwhisper.cli.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The server as a user starts it, with the bundled model, on folders of its own. */
final class PageServer implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("ready at (http://\\S+/)");
  private static final long END_LIMIT_S = 60;

  private final Path folder;
  private final List<String> settings;
  private Process process;
  private String address;

  private PageServer(Path folder, List<String> settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /** Starts it, with these settings (KEY=VALUE); it is ready when this returns. */
  static PageServer start(String... settings) throws IOException {
    Path folder = Files.createTempDirectory("fastwhisper-page");
    Files.createDirectory(folder.resolve("work"));
    PageServer server = new PageServer(folder, List.of(settings));
    server.start(0);
    return server;
  }

  private void start(int port) throws IOException {
    List<String> command =
        JavaProcess.command(
            "-Dfastwhisper.home=" + Path.of("").toAbsolutePath(),
            "-Dlogback.configurationFile=conf/logback.xml");
    command.addAll(List.of(EndsWithItsTests.class.getName(), "io.fastwhisper.cli.Main"));
    command.addAll(List.of("serve", "--port", String.valueOf(port)));
    command.addAll(List.of("--model", "models/ggml-demo.en-q8_0.bin"));
    command.addAll(List.of("--set", "folders.data=" + folder.resolve("data")));
    command.addAll(List.of("--set", "folders.work=" + folder.resolve("work")));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    Path log = folder.resolve("server.log");
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        address = ready.group(1);
        return;
      }
    }
    throw new IOException("the server has not started: " + Files.readString(log));
  }

  /** With a slash at its end. */
  String address() {
    return address;
  }

  /** Where the tests may put files. */
  Path folder() {
    return folder;
  }

  /** Ends it as a power cut would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it after {@link #kill()}, on the same folders, at the same address. */
  void startAgain() throws IOException {
    start(URI.create(address).getPort());
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
