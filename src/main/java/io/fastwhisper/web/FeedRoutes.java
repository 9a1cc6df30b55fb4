package io.fastwhisper.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The progress feeds of jobs, as server-sent events. */
final class FeedRoutes implements Routes {
  private static final long LOOK_MS = 1_000;

  private final Vertx vertx;
  private final JobBoard jobs;
  private final long heartbeatMs;
  private final long stuckMs;

  /** Of each client the connection's end. */
  private final Map<FeedClient, Runnable> clients = new HashMap<>();

  /**
   * The feeds of a server.
   *
   * @param heartbeatMs silence after which a feed says that it lives
   * @param stuckMs a client that reads nothing for so long is let go
   */
  FeedRoutes(Vertx vertx, JobBoard jobs, long heartbeatMs, long stuckMs) {
    this.vertx = vertx;
    this.jobs = jobs;
    this.heartbeatMs = heartbeatMs;
    this.stuckMs = stuckMs;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("followJob").addHandler(this::follow);
    // A client that has just spoken is asked at the next beat: twice in the time makes sure.
    vertx.setPeriodic(
        Math.max(1, heartbeatMs / 2), beat -> clients.keySet().forEach(FeedClient::beat));
    vertx.setPeriodic(Math.min(LOOK_MS, stuckMs), look -> letStuckOnesGo());
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
    Runnable reader = () -> client.pump(nowMs());
    clients.put(client, ctx.request().connection()::close);
    job.addReader(reader);
    ctx.addEndHandler(
        gone -> {
          clients.remove(client);
          job.removeReader(reader);
        });
    response.drainHandler(drained -> client.drained(nowMs()));
    if (last != null && !goesOn) {
      client.write("id: " + log.beginning() + "\nevent: reset\ndata: {}\n\n");
    }
    client.pump(nowMs());
  }

  private void letStuckOnesGo() {
    long nowMs = nowMs();
    List.copyOf(clients.entrySet())
        .forEach(
            client -> {
              if (client.getKey().stuck(nowMs, stuckMs)) {
                client.getValue().run();
              }
            });
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
