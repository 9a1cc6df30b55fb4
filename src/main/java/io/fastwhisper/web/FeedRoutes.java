package io.fastwhisper.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.LinkedHashSet;
import java.util.Set;

/** The progress feeds of jobs, as server-sent events. */
final class FeedRoutes implements Routes {
  private final Vertx vertx;
  private final JobBoard jobs;
  private final long heartbeatMs;
  private final Set<FeedClient> clients = new LinkedHashSet<>();

  /**
   * The feeds of a server.
   *
   * @param heartbeatMs silence after which a feed says that it lives
   */
  FeedRoutes(Vertx vertx, JobBoard jobs, long heartbeatMs) {
    this.vertx = vertx;
    this.jobs = jobs;
    this.heartbeatMs = heartbeatMs;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("followJob").addHandler(this::follow);
    // A client that has just spoken is asked at the next beat: twice in the time makes sure.
    vertx.setPeriodic(Math.max(1, heartbeatMs / 2), beat -> clients.forEach(FeedClient::beat));
  }

  private void follow(RoutingContext ctx) {
    String last = ctx.request().getHeader("last-event-id");
    jobs.feed(Validated.job(ctx))
        .onFailure(ctx::fail)
        .onSuccess(job -> follow(ctx, job, last == null ? null : Long.valueOf(last)));
  }

  private void follow(RoutingContext ctx, LiveJob job, Long last) {
    HttpServerResponse response = ctx.response();
    FeedLog log = job.log();
    boolean goesOn = last != null && log.knows(last);
    if (goesOn && log.ended() && last == log.lastId()) {
      // By this a browser stops coming back.
      response.setStatusCode(204).end();
      return;
    }
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("x-accel-buffering", "no")
        // Or events would wait in a compressor.
        .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
    FeedClient client = new FeedClient(response, job, goesOn ? last : log.beginning());
    Runnable reader = client::pump;
    clients.add(client);
    job.addReader(reader);
    ctx.addEndHandler(
        gone -> {
          clients.remove(client);
          job.removeReader(reader);
        });
    response.drainHandler(drained -> client.pump());
    if (last != null && !goesOn) {
      client.write("id: " + log.beginning() + "\nevent: reset\ndata: {}\n\n");
    }
    client.pump();
  }
}
