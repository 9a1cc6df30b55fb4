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

  private static final long NOT_FULL = -1;

  private final HttpServerResponse response;
  private final LiveJob job;
  private long heard;
  private long fullSinceMs = NOT_FULL;
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

  /** Sends what there is, and ends the response behind the last event. */
  void pump(long nowMs) {
    if (over || fullSinceMs != NOT_FULL) {
      return;
    }
    FeedLog log = job.log();
    List<FeedEvent> next = log.after(heard, BATCH);
    while (!next.isEmpty() && !response.writeQueueFull()) {
      StringBuilder frames = new StringBuilder();
      next.forEach(event -> frames.append(event.frame()));
      heard = next.get(next.size() - 1).id();
      write(frames.toString());
      next = log.after(heard, BATCH);
    }
    if (response.writeQueueFull()) {
      fullSinceMs = nowMs;
    } else if (log.ended() && next.isEmpty()) {
      over = true;
      response.end();
    }
  }

  /** The client reads again. */
  void drained(long nowMs) {
    fullSinceMs = NOT_FULL;
    pump(nowMs);
  }

  void write(String text) {
    silent = false;
    response.write(Buffer.buffer(text));
  }

  /** Says that the feed lives, if it has not said anything since it was asked last. */
  void beat() {
    if (silent && !over && fullSinceMs == NOT_FULL) {
      write(":\n\n");
    }
    silent = true;
  }

  /** True where it has read nothing for this long although there is something. */
  boolean stuck(long nowMs, long limitMs) {
    return fullSinceMs != NOT_FULL && nowMs - fullSinceMs >= limitMs;
  }
}
