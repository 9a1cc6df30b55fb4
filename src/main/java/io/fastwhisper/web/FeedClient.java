package io.fastwhisper.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/**
 * One client of a progress feed. It gets from the log what it has not, as fast as it reads; while
 * it does not, nothing is put by for it.
 */
final class FeedClient {
  /** Events in one write. */
  private static final int BATCH = 16;

  private final HttpServerResponse response;
  private final LiveJob job;
  private long heard;
  private boolean silent;
  private boolean over;

  /**
   * A client that has begun to listen.
   *
   * @param heard id of the last event that it has
   */
  FeedClient(HttpServerResponse response, LiveJob job, long heard) {
    this.response = response;
    this.job = job;
    this.heard = heard;
  }

  /** Sends what there is and can be taken, and ends the response behind the last event. */
  void pump() {
    FeedLog log = job.log();
    while (!over && !response.writeQueueFull()) {
      List<FeedEvent> next = log.after(heard, BATCH);
      if (next.isEmpty()) {
        over = log.ended();
        if (over) {
          response.end();
        }
        return;
      }
      StringBuilder frames = new StringBuilder();
      next.forEach(event -> frames.append(event.frame()));
      heard = next.get(next.size() - 1).id();
      write(frames.toString());
    }
  }

  void write(String text) {
    silent = false;
    response.write(Buffer.buffer(text));
  }

  /** Says that the feed lives, if it has not said anything since it was asked last. */
  void beat() {
    if (silent && !over && !response.writeQueueFull()) {
      write(":\n\n");
    }
    silent = true;
  }
}
