package io.fastwhisper.web;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;

/** How the server stands: for programs that draw curves, and for people. */
final class MetricsRoutes implements Routes {
  /** The text format of Prometheus. */
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final SystemView system;
  private final Meters meters;
  private final PrometheusMeterRegistry registry;

  MetricsRoutes(SystemView system, Meters meters, PrometheusMeterRegistry registry) {
    this.system = system;
    this.meters = meters;
    this.registry = registry;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("getMetrics").addHandler(this::metrics);
    api.getRoute("getSystem")
        .addHandler(
            ctx ->
                system
                    .system()
                    .onFailure(ctx::fail)
                    .onSuccess(told -> Answers.json(ctx.response(), told)));
  }

  private void metrics(RoutingContext ctx) {
    system
        .load()
        .onFailure(ctx::fail)
        .onSuccess(
            load -> {
              meters.at(load);
              ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, TEXT).end(registry.scrape(TEXT));
            });
  }
}
