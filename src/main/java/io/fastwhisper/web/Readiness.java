package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TellLoad;
import io.fastwhisper.bus.Command.TryDevice;
import io.fastwhisper.bus.Reply.LoadTold;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.nio.file.Path;

/**
 * Whether the server can do what it is for: a real inference, of which the result is believed for a
 * while, and run anew after that. That the process lives shows nothing: a device that is stuck
 * leaves it alive.
 *
 * <p>Used on the server's event loop alone.
 */
final class Readiness {
  private final Vertx vertx;
  private final Trial trial;
  private Future<String> running;
  private long provenAtMs;

  /**
   * How the device is tried.
   *
   * @param device to be tried
   * @param sound some seconds of speech, as PCM
   * @param freshMs how long a result is believed
   * @param limitMs what an inference may take
   */
  record Trial(String device, Path sound, long lengthMs, long freshMs, long limitMs) {}

  Readiness(Vertx vertx, Trial trial) {
    this.vertx = vertx;
    this.trial = trial;
    // The server began with an inference.
    this.provenAtMs = nowMs();
  }

  /** Why the server is not ready; "" where it is. Never fails. */
  Future<String> obstacle() {
    return vertx
        .eventBus()
        .<LoadTold>request(Addresses.JOBS, new TellLoad(), within(trial.limitMs))
        .compose(
            told ->
                told.body().draining()
                    ? Future.succeededFuture("about to end: no more jobs are taken")
                    : inference())
        .otherwise(e -> "the coordinator of the jobs does not answer");
  }

  /** One at a time, however many ask. */
  private Future<String> inference() {
    if (nowMs() - provenAtMs < trial.freshMs) {
      return Future.succeededFuture("");
    }
    if (running == null) {
      running =
          vertx
              .eventBus()
              .request(
                  Addresses.device(trial.device),
                  new TryDevice(trial.sound, trial.lengthMs),
                  within(trial.limitMs))
              .map(
                  done -> {
                    provenAtMs = nowMs();
                    return "";
                  })
              .otherwise(e -> trial.device + " does not compute: " + e.getMessage())
              .onComplete(done -> running = null);
    }
    return running == null ? Future.succeededFuture("") : running;
  }

  private static DeliveryOptions within(long limitMs) {
    return new DeliveryOptions().setSendTimeout(limitMs);
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
