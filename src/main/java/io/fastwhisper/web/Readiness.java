package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TellLoad;
import io.fastwhisper.bus.Command.TryDevice;
import io.fastwhisper.bus.Reply.LoadTold;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

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
  private int unanswered;
  private long provenAtMs;

  /**
   * How the devices are tried.
   *
   * @param devices to be tried, at least one
   * @param sound some seconds of speech, as PCM
   * @param freshMs how long a result is believed
   * @param limitMs what an inference may take
   */
  record Trial(List<String> devices, Path sound, long lengthMs, long freshMs, long limitMs) {}

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

  /**
   * One on each device at a time, however many ask; the first that succeeds is enough, for what one
   * device cannot do the others take over.
   */
  private Future<String> inference() {
    if (nowMs() - provenAtMs < trial.freshMs) {
      return Future.succeededFuture("");
    }
    if (unanswered == 0) {
      unanswered = trial.devices.size();
      List<Future<Void>> tries = trial.devices.stream().map(this::tryDevice).toList();
      running =
          Future.any(tries)
              .map("")
              .otherwise(
                  none ->
                      tries.stream()
                          .map(attempt -> attempt.cause().getMessage())
                          .collect(Collectors.joining("; ")));
    }
    return running;
  }

  private Future<Void> tryDevice(String device) {
    return vertx
        .eventBus()
        .request(
            Addresses.device(device),
            new TryDevice(trial.sound, trial.lengthMs),
            within(trial.limitMs))
        .onComplete(answered -> --unanswered)
        .onSuccess(done -> provenAtMs = nowMs())
        .<Void>mapEmpty()
        .recover(e -> Future.failedFuture(device + " does not compute: " + e.getMessage()));
  }

  private static DeliveryOptions within(long limitMs) {
    return new DeliveryOptions().setSendTimeout(limitMs);
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
