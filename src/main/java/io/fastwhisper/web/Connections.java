package io.fastwhisper.web;

import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.Http1xServerConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what connections may cost: so many at a time, and none that stands still because of its
 * client. That is one that brings no whole head of a request in time, however slowly it sends; one
 * whose body stops coming; one that does not read its answer. The time that the server takes itself
 * does not count. Used on the server's event loop alone.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  /** Looks in the time that a connection may stand still. */
  private static final int LOOKS = 2;

  private final Vertx vertx;
  private final int most;
  private final Map<HttpConnection, State> open = new HashMap<>();

  /** What one connection was doing when it was looked at last. */
  private static final class State {
    /** Null while it waits for one. */
    HttpServerRequest request;

    ConnectionInput input;
    int served;
    int answered;

    /** Its client sends no more, or what cannot be read. */
    boolean heardOut;

    /** That happened amid a body. */
    boolean cutShort;

    long read;
    long written;
    int still;

    void now(HttpServerRequest served) {
      request = served;
      still = 0;
    }

    /** None that has come waits behind the one that is served. */
    boolean isLast() {
      return input == null || served == input.requests();
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
    this.vertx = vertx;
    this.most = most;
    vertx.setPeriodic(Math.max(1, limitMs / LOOKS), look -> look());
  }

  void opened(HttpConnection connection) {
    if (open.size() >= most) {
      connection.close();
      return;
    }
    State state = new State();
    open.put(connection, state);
    connection.closeHandler(gone -> open.remove(connection));
    connection.exceptionHandler(fault -> LOG.debug("a connection failed: {}", fault.getMessage()));
    if (connection instanceof Http1xServerConnection ours) {
      state.input = new ConnectionInput(whole -> heardOut(ours, state, whole));
      ours.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      ours.channel().pipeline().addBefore("handler", "input", state.input);
    }
  }

  /**
   * Nothing more can be read from a connection. What was asked is still answered, then it is
   * closed.
   *
   * @param whole false where it ended amid the body of a request
   */
  private static void heardOut(Http1xServerConnection connection, State state, boolean whole) {
    state.heardOut = true;
    state.cutShort = !whole;
    if (state.request != null) {
      tellIfCutShort(connection, state);
    } else if (state.isLast()) {
      connection.close();
    }
  }

  /** Whoever reads the body fails with it. */
  private static void tellIfCutShort(HttpConnection connection, State state) {
    if (state.cutShort
        && state.isLast()
        && state.request != null
        && connection instanceof Http1xServerConnection ours) {
      HttpServerResponse response = state.request.response();
      if (response.ended()) {
        connection.close();
        return;
      }
      // Its end handlers are told of the fault already, and of nothing after it.
      response.bodyEndHandler(answered -> connection.close());
      ours.handleException(
          Problem.of(400, "bad_request", "the body of the request did not come whole"));
    }
  }

  /** A request has come. */
  void serve(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    State state = open.get(connection);
    if (state != null) {
      state.served++;
      state.now(request);
      if (state.cutShort) {
        // Its handlers are still to be set.
        vertx.runOnContext(now -> tellIfCutShort(connection, state));
      }
    }
  }

  /** A request was answered, the connection waits for the next one. */
  void await(HttpConnection connection) {
    State state = open.get(connection);
    // The next request may be served before it is told that this one was answered.
    if (state != null && ++state.answered == state.served) {
      state.now(null);
      if (state.heardOut && state.isLast()) {
        connection.close();
      }
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
    if (connection instanceof Http1xServerConnection ours) {
      ours.channelHandlerContext().close();
    } else {
      connection.close();
    }
  }
}
