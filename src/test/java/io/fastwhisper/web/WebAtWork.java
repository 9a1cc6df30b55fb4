package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event.JobProgress;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.ConfigurationLoader;
import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.StageLoad;
import io.fastwhisper.store.DataFolder;
import io.fastwhisper.store.StoreVerticle;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The web room and the store as they are, with a coordinator whose jobs do only what a test says,
 * and a client.
 */
final class WebAtWork implements AutoCloseable {
  private static final long LIMIT_S = 60;
  private static final StageLoad IDLE = new StageLoad(0, 0, 0);
  static final Path HOME = Path.of("").toAbsolutePath();

  final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();

  /** Devices that the coordinator says are lost, and why. */
  final Map<String, String> lostDevices = new ConcurrentHashMap<>();

  /** What the coordinator says of itself. */
  volatile boolean draining;

  final HttpClient client = HttpClient.newHttpClient();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final DataFolder data;
  private final WebVerticle web;

  private WebAtWork(Path folder, WebSettings settings) throws Exception {
    data = DataFolder.open(folder);
    BusCodec.register(vertx.eventBus());
    await(vertx.deployVerticle(new StoreVerticle(data, "test"), StoreVerticle.deployment()));
    await(
        Consumers.registerAsync(vertx.eventBus(), Addresses.JOBS, Command.class, this::coordinate)
            .completion());
    web = new WebVerticle(settings, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    await(vertx.deployVerticle(web));
  }

  /** Starts it at a free port, with keys of the configuration as "server.api_key=x". */
  static WebAtWork start(Path folder, String... assignments) throws Exception {
    return start(folder, HOME, assignments);
  }

  /**
   * As {@link #start(Path, String...)}.
   *
   * @param home the program's own folder
   */
  static WebAtWork start(Path folder, Path home, String... assignments) throws Exception {
    return start(folder, home, List.of("cpu"), assignments);
  }

  /**
   * As {@link #start(Path, Path, String...)}.
   *
   * @param devices ids of them; they are the test's
   */
  static WebAtWork start(Path folder, Path home, List<String> devices, String... assignments)
      throws Exception {
    ConfigurationLoader loader = new ConfigurationLoader().option("server.port=0");
    for (String assignment : assignments) {
      loader.option(assignment);
    }
    Configuration configuration = loader.load().configuration();
    return new WebAtWork(
        folder,
        WebSettings.of(
            configuration,
            folder,
            home,
            new WebSettings.ModelFacts("demo", true, "It is a test."),
            devices,
            List.of(),
            folder.resolve("trial.pcm"),
            1_000,
            System.currentTimeMillis()));
  }

  private Future<?> coordinate(Command command) {
    if (command instanceof Command.TellLoad) {
      return Future.succeededFuture(
          new Reply.LoadTold(
              draining, 0, IDLE, IDLE, IDLE, DeviceWork.NONE, List.of(), Map.of(), lostDevices));
    }
    commands.add(command);
    if (command instanceof Command.SubmitJob submit) {
      return vertx
          .eventBus()
          .request(
              Addresses.STORE,
              new StoreCommand.KeepJob(
                  submit.job(), submit.request(), submit.film(), System.currentTimeMillis()));
    }
    if (command instanceof Command.CancelJob cancel) {
      return end(Snapshots.of(cancel.job()).status(JobStatus.CANCELLED).build());
    }
    return Future.succeededFuture();
  }

  /** Lets a job report. */
  void report(JobSnapshot snapshot) {
    vertx.eventBus().publish(Addresses.progress(snapshot.id()), new JobProgress(snapshot));
  }

  /** Lets a job end: it is kept, then it is told. */
  Future<?> end(JobSnapshot end) {
    return vertx
        .eventBus()
        .request(Addresses.STORE, new StoreCommand.KeepEnd(end))
        .onSuccess(kept -> report(end));
  }

  /**
   * Lets a job end and reads its feed to the end: what the web answers from then on knows of it.
   */
  void seeEnd(JobSnapshot end) throws Exception {
    await(end(end));
    get("/api/v1/jobs/" + end.id() + "/events");
  }

  Vertx vertx() {
    return vertx;
  }

  int port() {
    return web.port();
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** Any request; headers are names and values in turn. */
  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at(path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return send("GET", path, null, headers);
  }

  HttpResponse<String> postJson(String path, String json) throws Exception {
    return send("POST", path, json, "content-type", "application/json");
  }

  /** A job that runs until the test lets it end. */
  JobId submit() throws Exception {
    HttpResponse<String> answer =
        postJson("/api/v1/jobs", "{\"sources\":[\"sample:water\"],\"targets\":[\"rain\"]}");
    if (answer.statusCode() != 202) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return new JobId(new JsonObject(answer.body()).getString("id"));
  }

  <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(vertx.close());
    data.close();
  }
}
