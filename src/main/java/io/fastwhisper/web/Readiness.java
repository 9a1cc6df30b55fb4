package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TellLoad;
import io.fastwhisper.bus.Command.TryDevice;
import io.fastwhisper.bus.Reply.LoadTold;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whether the server can do what it is for: a real inference on each device, of which the result is
 * believed for a while, and run anew after that. That the process lives shows nothing: a device
 * that is stuck leaves it alive.
 *
 * <p>Used on the server's event loop alone.
 */
final class Readiness {
  private final Vertx vertx;
  private final Trial trial;
  private final List<Proof> proofs;

  /**
   * How the devices are tried.
   *
   * @param devices to be tried, at least one
   * @param sound some seconds of speech, as PCM
   * @param freshMs how long a result is believed
   * @param limitMs what an inference may take
   */
  record Trial(List<String> devices, Path sound, long lengthMs, long freshMs, long limitMs) {}

  /**
   * How the server stands.
   *
   * @param obstacle why it is not ready; "" where it is
   * @param devices none where they were not looked at
   */
  record Standing(String obstacle, List<DeviceStanding> devices) {}

  /**
   * How a device stands.
   *
   * @param error why it does not compute; "" where it does
   * @param ageMs how long ago that was found
   */
  record DeviceStanding(String device, String error, long ageMs) {
    boolean computes() {
      return error.isEmpty();
    }

    /** A {@code DeviceReadiness} of {@code openapi.yaml}. */
    JsonObject json() {
      JsonObject json = new JsonObject().put("device", device).put("computes", computes());
      return (computes() ? json : json.put("error", error)).put("ageMs", ageMs);
    }
  }

  Readiness(Vertx vertx, Trial trial) {
    this.vertx = vertx;
    this.trial = trial;
    this.proofs = trial.devices.stream().map(Proof::new).toList();
  }

  /** How the server stands now. Never fails. */
  Future<Standing> standing() {
    return vertx
        .eventBus()
        .<LoadTold>request(Addresses.JOBS, new TellLoad(), within(trial.limitMs))
        .compose(
            told ->
                told.body().draining()
                    ? Future.succeededFuture(
                        new Standing("about to end: no more jobs are taken", List.of()))
                    : inferences(told.body().lostDevices()))
        .otherwise(e -> new Standing("the coordinator of the jobs does not answer", List.of()));
  }

  /**
   * The first inference that succeeds is enough to be ready, for what one device cannot do the
   * others take over. Those that are still being tried are told as they were found last: one that
   * is stuck keeps no answer waiting.
   */
  private Future<Standing> inferences(Map<String, String> lost) {
    List<Future<Void>> tries = new ArrayList<>();
    for (Proof proof : proofs) {
      String why = lost.get(proof.device);
      if (why == null) {
        tries.add(proof.renewed());
      } else {
        proof.found("it is lost: " + why);
      }
    }
    Future<?> any = tries.isEmpty() ? Future.succeededFuture() : Future.any(tries);
    return any.transform(done -> Future.succeededFuture(asFound()));
  }

  private Standing asFound() {
    List<DeviceStanding> devices = proofs.stream().map(Proof::standing).toList();
    if (devices.stream().anyMatch(DeviceStanding::computes)) {
      return new Standing("", devices);
    }
    String all =
        devices.stream()
            .map(device -> device.device + " does not compute: " + device.error)
            .collect(Collectors.joining("; "));
    return new Standing(all, devices);
  }

  /** What is known of one device. */
  private final class Proof {
    private final String device;
    // The server began with an inference on each.
    private String error = "";
    private long foundAtMs = nowMs();
    private Future<Void> running;

    Proof(String device) {
      this.device = device;
    }

    /** One inference at a time, however many ask; none where the last success is believed. */
    Future<Void> renewed() {
      if (error.isEmpty() && nowMs() - foundAtMs < trial.freshMs) {
        return Future.succeededFuture();
      }
      if (running == null || running.isComplete()) {
        running =
            vertx
                .eventBus()
                .request(
                    Addresses.device(device),
                    new TryDevice(trial.sound, trial.lengthMs),
                    within(trial.limitMs))
                .onSuccess(done -> found(""))
                .onFailure(e -> found(reason(e)))
                .mapEmpty();
      }
      return running;
    }

    void found(String now) {
      error = now;
      foundAtMs = nowMs();
    }

    DeviceStanding standing() {
      return new DeviceStanding(device, error, nowMs() - foundAtMs);
    }
  }

  private String reason(Throwable e) {
    if (e instanceof ReplyException refused) {
      switch (refused.failureType()) {
        case TIMEOUT:
          return "no inference has ended within " + trial.limitMs / 1_000 + " s";
        case NO_HANDLERS:
          return "its worker has ended";
        default:
      }
    }
    return String.valueOf(e.getMessage());
  }

  private static DeliveryOptions within(long limitMs) {
    return new DeliveryOptions().setSendTimeout(limitMs);
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
