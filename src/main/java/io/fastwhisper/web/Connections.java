package io.fastwhisper.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds what connections may cost: so many at a time, and none that stands still because of its
 * client. That is one that brings no whole head of a request in time, however slowly it sends; one
 * whose body stops coming; one that does not read its answer. The time that the server takes itself
 * does not count. Used on the server's event loop alone.
 */
final class Connections {
  /** Looks in the time that a connection may stand still. */
  private static final int LOOKS = 2;

  private final int most;
  private final Map<HttpConnection, State> open = new HashMap<>();

  /** What one connection was doing when it was looked at last. */
  private static final class State {
    /** Null while it waits for one. */
    HttpServerRequest request;

    long read;
    long written;
    int still;

    void now(HttpServerRequest served) {
      request = served;
      still = 0;
    }

    boolean standsStill() {
      if (request == null) {
        return true;
      }
      HttpServerResponse response = request.response();
      boolean moved = request.bytesRead() != read || response.bytesWritten() != written;
      read = request.bytesRead();
      written = response.bytesWritten();
      // A file that is sent in one go counts as written from the start.
      boolean clientsTurn =
          !request.isEnded()
              || response.ended()
              || response.headWritten() && response.writeQueueFull();
      return clientsTurn && !moved;
    }
  }

  /**
   * No connections yet.
   *
   * @param limitMs how long one may stand still; it is closed a little later
   */
  Connections(Vertx vertx, int most, long limitMs) {
    this.most = most;
    vertx.setPeriodic(Math.max(1, limitMs / LOOKS), look -> look());
  }

  void opened(HttpConnection connection) {
    if (open.size() >= most) {
      connection.close();
      return;
    }
    open.put(connection, new State());
    connection.closeHandler(gone -> open.remove(connection));
  }

  /** A request has come. */
  void serve(HttpServerRequest request) {
    State state = open.get(request.connection());
    if (state != null) {
      state.now(request);
    }
  }

  /** A request was answered, the connection waits for the next one. */
  void await(HttpConnection connection) {
    State state = open.get(connection);
    if (state != null) {
      state.now(null);
    }
  }

  private void look() {
    for (Map.Entry<HttpConnection, State> connection : List.copyOf(open.entrySet())) {
      State state = connection.getValue();
      state.still = state.standsStill() ? state.still + 1 : 0;
      if (state.still > LOOKS) {
        cutOff(connection.getKey());
      }
    }
  }

  /** Closing in order would wait until the client has read what was written, and so for ever. */
  private static void cutOff(HttpConnection connection) {
    if (connection instanceof HttpServerConnection ours) {
      ours.channelHandlerContext().close();
    } else {
      connection.close();
    }
  }
}
