package io.fastwhisper.web;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Puts the routes together: the gate, then the contract, then who serves; at the end the page. */
final class WebRouter {
  private static final String UPLOAD = "upload";

  /** What comes before the operations, in this order. */
  private static final int GATE = -3;

  private static final int KEY = -2;
  private static final int BODY = -1;

  private final Vertx vertx;
  private final WebSettings settings;
  private final JobBoard jobs;
  private final SignIn signIn;
  private final Connections connections;
  private final List<Routes> operations;
  private Router router;

  WebRouter(Vertx vertx, WebSettings settings, Uploads uploads, PrometheusMeterRegistry registry) {
    this.vertx = vertx;
    this.settings = settings;
    PathVeil veil = new PathVeil(List.of(settings.data(), settings.work(), settings.home()));
    JobJson json = new JobJson(settings.model(), veil);
    this.jobs = new JobBoard(vertx, settings, json);
    this.signIn =
        new SignIn(new Sessions(settings.server().apiKey(), () -> System.nanoTime() / 1_000_000));
    long idleMs = TimeUnit.SECONDS.toMillis(settings.server().idleTimeoutS());
    this.connections = new Connections(vertx, settings.server().maxConnections(), idleMs);
    long heartbeatMs = TimeUnit.SECONDS.toMillis(settings.server().feedHeartbeatS());
    SourceGate sources = new SourceGate(vertx, settings, uploads);
    FilmRoutes films = new FilmRoutes(vertx, jobs);
    SystemView system = new SystemView(vertx, settings.model(), settings.gpus());
    Meters meters = new Meters(registry);
    jobs.onEnd(system::ended);
    jobs.onEnd(meters::ended);
    this.operations =
        List.of(
            signIn,
            new JobRoutes(settings, jobs, sources, json),
            new FeedRoutes(vertx, jobs, heartbeatMs),
            films,
            new TranscriptRoutes(vertx, jobs),
            new UploadRoutes(vertx, uploads, settings.server().maxUploadBytes()),
            new SampleRoutes(),
            new HealthRoutes(new Readiness(vertx, settings.trial())),
            new MetricsRoutes(system, meters, registry),
            new CompatibilityRoutes(
                vertx,
                settings,
                jobs,
                sources,
                films,
                system,
                new StatusJson(veil, settings.gpus().size())));
  }

  JobBoard jobs() {
    return jobs;
  }

  Future<Void> build() {
    return vertx
        .executeBlocking(Contract::text)
        .compose(
            text ->
                Contract.load(vertx, text)
                    // It takes a moment in which an event loop would stand still.
                    .compose(contract -> vertx.executeBlocking(() -> build(contract, text))))
        .onSuccess(built -> router = built)
        .mapEmpty();
  }

  Connections connections() {
    return connections;
  }

  void handle(HttpServerRequest request) {
    connections.serve(request);
    router.handle(request);
  }

  private Router build(OpenAPIContract contract, String contractText) {
    RouterBuilder api = RouterBuilder.create(vertx, contract, RequestExtractor.withBodyHandler());
    operations.forEach(some -> some.mount(api));
    Router built = api.createRouter();
    built.route().order(GATE).handler(new Gate(hosts(), connections));
    Bodies bodies =
        new Bodies(
            settings.server().maxBodyBytes(),
            TimeUnit.SECONDS.toMillis(settings.server().idleTimeoutS()));
    for (Route route : List.copyOf(built.getRoutes())) {
      Operation operation = route.getMetadata(RouterBuilder.KEY_META_DATA_OPERATION);
      if (operation == null) {
        continue;
      }
      // On the very path of the operation, so that none can be reached beside them.
      if (!Contract.isPublic(operation)) {
        before(built, KEY, operation, route).handler(signIn);
      }
      if (!operation.getOperationId().equals(UPLOAD)) {
        before(built, BODY, operation, route).handler(bodies);
      }
    }
    new PageRoutes(settings.webroot(), contractText).mount(built);
    Problems problems = new Problems(contract);
    built.route().failureHandler(problems);
    for (int status : new int[] {400, 404, 405, 406, 415, 500}) {
      built.errorHandler(status, problems);
    }
    return built;
  }

  private static Route before(Router router, int order, Operation operation, Route route) {
    return router.route(operation.getHttpMethod(), route.getPath()).order(order);
  }

  private AllowedHosts hosts() {
    return new AllowedHosts(settings.server().host(), settings.server().names());
  }
}
