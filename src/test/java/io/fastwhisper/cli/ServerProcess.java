package io.fastwhisper.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The server as a process of its own, with the bundled model, and its client. It is the leader of
 * its group, as if a terminal had started it, and ends with the tests ({@link EndsWithItsTests}).
 */
public final class ServerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LIMIT_S = 180;

  private final Process process;
  private final BufferedReader out;
  private final Path log;
  private final HttpClient client = HttpClient.newHttpClient();
  private String address;

  /**
   * How a server is started.
   *
   * @param temporary its temporary folder
   * @param log where its standard error goes; one line for each stage of a segment or clip
   * @param mainClass what is run in the place of the program, or the program
   * @param java further options of the JVM
   * @param settings further settings, {@code key=value}
   */
  public record Start(
      Path data,
      Path temporary,
      Path log,
      String mainClass,
      List<String> java,
      List<String> settings) {}

  private ServerProcess(Process process, Path log) {
    this.process = process;
    this.out = process.inputReader();
    this.log = log;
  }

  /** Starts it, and does not wait until it is ready. */
  public static ServerProcess start(Start start) throws IOException {
    return start(start, Map.of());
  }

  /** As {@link #start(Start)}, with more in its environment. */
  public static ServerProcess start(Start start, Map<String, String> environment)
      throws IOException {
    Path logging =
        Files.writeString(
            start.temporary().resolveSibling("logback-" + start.temporary().getFileName() + ".xml"),
            """
            <configuration>
              <appender name="err" class="ch.qos.logback.core.ConsoleAppender">
                <target>System.err</target>
                <encoder><pattern>%d %-5level %logger{0}: %msg%n</pattern></encoder>
              </appender>
              <logger name="io.fastwhisper.job.StageLog" level="INFO"/>
              <root level="WARN"><appender-ref ref="err"/></root>
            </configuration>
            """);
    List<String> command = new ArrayList<>();
    command.add("setsid");
    List<String> options = new ArrayList<>();
    // It starts sooner without its classes being verified; they are in the tests' own process.
    options.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"));
    options.add("-Djava.io.tmpdir=" + start.temporary());
    options.add("-Dlogback.configurationFile=" + logging);
    options.addAll(start.java());
    command.addAll(JavaProcess.command(options.toArray(String[]::new)));
    command.addAll(List.of(EndsWithItsTests.class.getName(), start.mainClass()));
    command.addAll(List.of("serve", "--port=0", "--model", ProgramRun.BUNDLED_MODEL));
    command.add("--set=folders.data=" + start.data());
    command.add("--set=folders.work=" + start.temporary());
    command.add("--set=log.pipeline=true");
    start.settings().forEach(setting -> command.add("--set=" + setting));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(start.log().toFile()));
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    builder.environment().putAll(environment);
    return new ServerProcess(builder.start(), start.log());
  }

  /** Waits until it says that it is ready; false where it ends before. */
  public boolean ready() throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("FastWhisper is ready at ")) {
        address = line.split(" ")[4];
        return true;
      }
    }
    return false;
  }

  /** Submits a job and gives its id. Fails where the server dies before it answers. */
  public String submit(String json) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(address + "api/v1/jobs"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 202) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body()).get("id").asText();
  }

  public JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(get(path).body());
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(address + path)).build(), BodyHandlers.ofString());
  }

  /** Waits for a job's end. Fails where the server dies before. */
  public JsonNode end(String job) throws IOException, InterruptedException {
    client
        .send(
            HttpRequest.newBuilder(URI.create(address + "api/v1/jobs/" + job + "/events")).build(),
            BodyHandlers.ofLines())
        .body()
        .forEach(line -> {});
    return json("api/v1/jobs/" + job);
  }

  /** Waits until this stands in the log. */
  public void logged(String text) throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (!Files.readString(log).contains(text)) {
      if (!process.isAlive() || System.nanoTime() > until) {
        throw new AssertionError("not logged: " + text + "\n" + Files.readString(log));
      }
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
  }

  public void kill() {
    process.destroyForcibly();
  }

  /**
   * Sends a signal, "TERM" or "INT", to the server, or to its whole group, as a terminal does.
   * Nothing where it has ended.
   */
  public void signal(String name, boolean group) throws IOException, InterruptedException {
    String target = (group ? "-" : "") + process.pid();
    new ProcessBuilder("kill", "-" + name, "--", target)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  public boolean alive() {
    return process.isAlive();
  }

  public List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** Waits for its end and gives its exit code. */
  public int exitCode() throws InterruptedException, IOException {
    if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
      throw new AssertionError("does not end: " + Files.readString(log));
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
