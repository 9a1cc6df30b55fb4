package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Reply.DeviceTried;
import io.fastwhisper.domain.Transcript;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether a server of several devices is ready; the devices do what a test says. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReadinessTest {
  /** Between two questions; without it they would take a processor for themselves. */
  private static final long GLANCE_MS = 10;

  @TempDir Path folder;
  private final ScriptedDevice first = new ScriptedDevice("cuda:0");
  private final ScriptedDevice second = new ScriptedDevice("cuda:1");
  private WebAtWork web;

  /** Computes until a test says what else it does. */
  private static final class ScriptedDevice {
    final String id;
    final AtomicInteger tries = new AtomicInteger();

    /** Inferences that a stuck device has begun. */
    final Queue<Promise<DeviceTried>> begun = new ConcurrentLinkedQueue<>();

    volatile String failure = "";
    volatile boolean stuck;

    ScriptedDevice(String id) {
      this.id = id;
    }

    Future<DeviceTried> take(Command command) {
      tries.incrementAndGet();
      if (stuck) {
        Promise<DeviceTried> never = Promise.promise();
        begun.add(never);
        return never.future();
      }
      return failure.isEmpty()
          ? Future.succeededFuture(new DeviceTried(new Transcript("", List.of()), 1))
          : Future.failedFuture(failure);
    }
  }

  @BeforeEach
  void start() throws Exception {
    web =
        WebAtWork.start(
            folder, WebAtWork.HOME, List.of(first.id, second.id), "server.ready_check_s=1");
    for (ScriptedDevice device : List.of(first, second)) {
      web.await(
          Consumers.registerAsync(
                  web.vertx().eventBus(), Addresses.device(device.id), Command.class, device::take)
              .completion());
    }
  }

  @AfterEach
  void close() throws Exception {
    web.close();
  }

  @Test
  void everyDeviceIsTriedAndTold() throws Exception {
    JsonObject body = until(200, it -> first.tries.get() > 0 && second.tries.get() > 0);
    assertEquals("ready", body.getString("status"));
    for (ScriptedDevice device : List.of(first, second)) {
      assertTrue(told(body, device).getBoolean("computes"), body.encode());
      assertFalse(told(body, device).containsKey("error"), body.encode());
    }
  }

  @Test
  void oneDeviceThatComputesIsEnoughAndTheOtherIsToldWithItsReason() throws Exception {
    second.failure = "window 0: CUDA: kernel: out of order";
    JsonObject body = until(200, it -> !told(it, second).getBoolean("computes"));
    assertTrue(told(body, first).getBoolean("computes"), body.encode());
    assertEquals(second.failure, told(body, second).getString("error"));
    second.failure = "";
    until(200, it -> told(it, second).getBoolean("computes"));
  }

  /** No answer waits for it; in the end it is told as what it is. */
  @Test
  void aStuckDeviceIsToldAfterItsTimeAndKeepsNoAnswerWaiting() throws Exception {
    first.stuck = true;
    JsonObject body = until(200, it -> !told(it, first).getBoolean("computes"));
    assertEquals("no inference has ended within 4 s", told(body, first).getString("error"));
    assertTrue(told(body, second).getBoolean("computes"), body.encode());
    int before = second.tries.get();
    until(200, it -> second.tries.get() > before);
    first.stuck = false;
    until(200, it -> told(it, first).getBoolean("computes"));
  }

  /** Until its time is over, after which it is told as what it is. */
  @Test
  void aDeviceIsNotTriedAgainWhileATryIsUnderWay() throws Exception {
    first.stuck = true;
    until(200, it -> first.tries.get() == 1);
    int before = second.tries.get();
    until(
        200,
        it -> {
          boolean underWay = told(it, first).getBoolean("computes");
          assertTrue(first.tries.get() == 1 || !underWay, it.encode());
          return second.tries.get() > before || !underWay;
        });
    first.stuck = false;
    first.begun.forEach(never -> never.fail("let go"));
    until(200, it -> first.tries.get() > 1 && told(it, first).getBoolean("computes"));
  }

  @Test
  void aLostDeviceIsToldWithItsReasonAndNotTried() throws Exception {
    web.lostDevices.put(first.id, "cudaErrorIllegalAddress (700)");
    JsonObject body = until(200, it -> second.tries.get() > 0);
    assertFalse(told(body, first).getBoolean("computes"), body.encode());
    assertEquals("it is lost: cudaErrorIllegalAddress (700)", told(body, first).getString("error"));
    assertEquals(0, first.tries.get());
    web.lostDevices.clear();
    until(200, it -> told(it, first).getBoolean("computes"));
    assertTrue(first.tries.get() > 0);
  }

  @Test
  void aServerOfWhichNoDeviceComputesIsNotReadyAndTellsWhyEachDoesNot() throws Exception {
    first.failure = "window 0: too hot";
    web.lostDevices.put(second.id, "gone");
    JsonObject body = until(503, it -> true);
    assertEquals("not ready", body.getString("status"));
    assertEquals("not_ready", body.getString("code"));
    assertEquals(
        "cuda:0 does not compute: window 0: too hot; cuda:1 does not compute: it is lost: gone",
        body.getString("error"));
    assertEquals("window 0: too hot", told(body, first).getString("error"));
    assertEquals("it is lost: gone", told(body, second).getString("error"));
    web.lostDevices.put(first.id, "gone, too");
    until(503, it -> told(it, first).getString("error").equals("it is lost: gone, too"));
  }

  @Test
  void aServerThatDrainsIsNotReadyAndTriesNothing() throws Exception {
    web.draining = true;
    JsonObject body = until(503, it -> true);
    assertEquals("about to end: no more jobs are taken", body.getString("error"));
    assertEquals(new JsonArray(), body.getJsonArray("devices"));
  }

  /** Asks until this is told with this status; what was found before may be told first. */
  private JsonObject until(int status, Predicate<JsonObject> expected) throws Exception {
    while (true) {
      HttpResponse<String> answer = web.get("/health/ready");
      JsonObject body = new JsonObject(answer.body());
      if (answer.statusCode() == status && expected.test(body)) {
        return body;
      }
      Thread.sleep(GLANCE_MS);
    }
  }

  private static JsonObject told(JsonObject body, ScriptedDevice device) {
    return body.getJsonArray("devices").stream()
        .map(JsonObject.class::cast)
        .filter(it -> it.getString("device").equals(device.id))
        .findFirst()
        .orElseThrow();
  }
}
