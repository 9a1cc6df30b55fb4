package io.fastwhisper.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.ConfigurationLoader;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The whole server inside the tests' own process, with the bundled model, and its client. */
final class ServerAtWork implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunningServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private ServerAtWork(RunningServer server) {
    this.server = server;
  }

  /** Starts it at a free port. */
  static ServerAtWork start(Path data, String... assignments) throws Exception {
    ConfigurationLoader loader = new ConfigurationLoader();
    loader.option("server.port=0").option("folders.data=" + data);
    for (String assignment : assignments) {
      loader.option(assignment);
    }
    Configuration configuration = loader.load().configuration();
    ModelChoice model = ModelChoice.of(ProgramRun.BUNDLED_MODEL, configuration);
    return new ServerAtWork(
        RunningServer.start(configuration, model, DeviceChoice.of("cpu", configuration)));
  }

  Vertx vertx() {
    return server.vertx();
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(at(path))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build(),
        BodyHandlers.ofString());
  }

  HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<String> delete(String path) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(at(path)).DELETE().build(), BodyHandlers.ofString());
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(get(path).body());
  }

  /** Submits a job and gives its id. */
  String submit(String json) throws IOException, InterruptedException {
    HttpResponse<String> answer = post("/api/v1/jobs", json);
    if (answer.statusCode() != 202) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body()).get("id").asText();
  }

  /** The lines of a job's feed, as they come. */
  Stream<String> feed(String job) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(at("/api/v1/jobs/" + job + "/events")).build(),
            BodyHandlers.ofLines())
        .body();
  }

  /** Waits for a job's end and gives it. */
  JsonNode end(String job) throws IOException, InterruptedException {
    feed(job).forEach(line -> {});
    return json("/api/v1/jobs/" + job);
  }

  @Override
  public void close() {
    server.close();
  }
}
