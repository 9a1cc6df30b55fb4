import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real server in a process of its own, at a free port, and its client. */
final class BenchServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ADDRESS = Pattern.compile("(http://[0-9.]+:[0-9]+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI address;

  /**
   * Starts it and waits for its ready line.
   *
   * @param home of FastWhisper
   * @param folder for its data; files below it may be sources
   * @param settings "key=value"
   */
  BenchServer(Path home, Path folder, String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(home.resolve("fastwhisper").toString(), "serve", "--port", "0"));
    command.addAll(List.of("--set", "folders.data=" + folder.resolve("data")));
    command.addAll(List.of("--set", "folders.sources=" + folder + ":" + home.resolve("samples")));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    address = awaitAddress();
  }

  /** What the server says after its ready line is read and dropped. */
  private URI awaitAddress() throws IOException {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      all.append(line).append('\n');
      Matcher found = ADDRESS.matcher(line);
      if (found.find()) {
        Thread drain = new Thread(() -> said.lines().forEach(dropped -> {}));
        drain.setDaemon(true);
        drain.start();
        return URI.create(found.group(1));
      }
    }
    throw new IllegalStateException("the server did not start: " + all);
  }

  long pid() {
    return process.pid();
  }

  int port() {
    return address.getPort();
  }

  /** Submits a job and gives its id. */
  String submit(List<String> sources, List<String> targets) throws Exception {
    ObjectNode request = JSON.createObjectNode();
    sources.forEach(request.putArray("sources")::add);
    targets.forEach(request.putArray("targets")::add);
    request.put("paddingBeforeMs", 0).put("paddingAfterMs", 0).put("mergeGapMs", 0);
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(address.resolve("/api/v1/jobs"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 202) {
      throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
    }
    return JSON.readTree(answer.body()).path("id").asText();
  }

  JsonNode job(String id) throws Exception {
    return JSON.readTree(get("/api/v1/jobs/" + id));
  }

  String get(String path) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(address.resolve(path)).build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  void delete(String id) throws Exception {
    http.send(
        HttpRequest.newBuilder(address.resolve("/api/v1/jobs/" + id)).DELETE().build(),
        HttpResponse.BodyHandlers.discarding());
  }

  /** Follows the job's progress feed to its end, which comes when the job ends. */
  void finish(String id) throws Exception {
    get("/api/v1/jobs/" + id + "/events");
    String status = job(id).path("status").asText();
    if (!status.equals("completed")) {
      throw new IllegalStateException("job " + id + " ended as " + status);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
