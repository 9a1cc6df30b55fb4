package io.fastwhisper.web;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.util.Set;

/** The HTTP server. One instance, on one event loop. */
public final class WebVerticle extends VerticleBase {
  private static final long HOUR_MS = 3_600_000;
  private static final long SWEEP_MS = 600_000;

  private final WebSettings settings;
  private final PrometheusMeterRegistry registry;
  private volatile int port;

  /**
   * Makes the server, which listens when it is deployed.
   *
   * @param registry of what is shown at /metrics
   */
  public WebVerticle(WebSettings settings, PrometheusMeterRegistry registry) {
    this.settings = settings;
    this.registry = registry;
  }

  /** Where the server listens, once it is deployed. */
  public int port() {
    return port;
  }

  /**
   * Listens when the jobs that an earlier server left are on their way again; nobody can ask about
   * one of them before. Fails with a {@link BindException} where it cannot listen.
   */
  @Override
  public Future<?> start() {
    Uploads uploads = new Uploads(settings.uploads(), settings.server().keepUploadsH() * HOUR_MS);
    WebRouter router = new WebRouter(vertx, settings, uploads, registry);
    vertx.setPeriodic(SWEEP_MS, due -> sweep(uploads, router.jobs()));
    return vertx
        .executeBlocking(
            () -> {
              uploads.removeHalves();
              return null;
            })
        .compose(clean -> router.build())
        .compose(built -> router.jobs().resume().compose(resumed -> listen(router)));
  }

  private Future<HttpServer> listen(WebRouter router) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.server().host())
            .setPort(settings.server().port())
            .setCompressionSupported(true)
            .setHttp2ClearTextEnabled(false);
    return vertx
        .createHttpServer(options)
        .connectionHandler(router.connections()::opened)
        .invalidRequestHandler(Answers::invalid)
        .requestHandler(router::handle)
        .listen()
        .onSuccess(server -> port = server.actualPort())
        .recover(e -> Future.failedFuture(new BindException(e.getMessage())));
  }

  private void sweep(Uploads uploads, JobBoard jobs) {
    Set<String> inUse = jobs.filesInUse();
    vertx.executeBlocking(
        () -> {
          uploads.removeOld(inUse, System.currentTimeMillis());
          return null;
        },
        false);
  }
}
