package io.fastwhisper.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds what connections may cost: so many at a time, and each must bring a request within a time,
 * however slowly it sends. Used on the server's event loop alone.
 */
final class Connections {
  private static final long NONE = -1;

  private final Vertx vertx;
  private final int most;
  private final long waitMs;

  /** Of each open connection the timer that ends it, while no request of it is served. */
  private final Map<HttpConnection, Long> waiting = new HashMap<>();

  Connections(Vertx vertx, int most, long waitMs) {
    this.vertx = vertx;
    this.most = most;
    this.waitMs = waitMs;
  }

  void opened(HttpConnection connection) {
    if (waiting.size() >= most) {
      connection.close();
      return;
    }
    waiting.put(connection, NONE);
    connection.closeHandler(
        gone -> {
          Long timer = waiting.remove(connection);
          if (timer != null) {
            vertx.cancelTimer(timer);
          }
        });
    await(connection);
  }

  /** A request has come; the connection waits for the next one when this one is answered. */
  void serve(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    Long timer = waiting.replace(connection, NONE);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }

  /** A request was answered. */
  void await(HttpConnection connection) {
    Long before =
        waiting.computeIfPresent(
            connection,
            (it, timer) -> timer == NONE ? vertx.setTimer(waitMs, late -> it.close()) : timer);
    if (before == null) {
      connection.close();
    }
  }
}
