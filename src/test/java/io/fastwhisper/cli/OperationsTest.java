package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.WorkerExecutor;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of the server. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OperationsTest {
  @TempDir static Path folder;
  private static ServerAtWork server;

  @BeforeAll
  static void start() throws Exception {
    server =
        ServerAtWork.start(
            folder.resolve("data"), "folders.work=" + folder, "server.ready_check_s=1");
  }

  @AfterAll
  static void close() {
    server.close();
  }

  /** The device's worker has a pool of one thread, which is shared by its name. */
  @Test
  void aServerWhoseDeviceIsStuckLivesAndIsNotReady() throws Exception {
    assertEquals(200, server.get("/health/ready").statusCode());
    CountDownLatch stuck = new CountDownLatch(1);
    WorkerExecutor device = server.vertx().createSharedWorkerExecutor("fastwhisper-device-cpu", 1);
    device.executeBlocking(() -> stuck.await(60, TimeUnit.SECONDS));
    try {
      HttpResponse<byte[]> ready = server.get("/health/ready");
      while (ready.statusCode() == 200) {
        ready = server.get("/health/ready");
      }
      String body = new String(ready.body(), StandardCharsets.UTF_8);
      assertEquals(503, ready.statusCode());
      assertTrue(body.contains("cpu does not compute"), body);
      assertEquals(200, server.get("/health/live").statusCode());
    } finally {
      stuck.countDown();
    }
    while (server.get("/health/ready").statusCode() != 200) {
      // Each answer comes after an inference, or its limit.
    }
  }

  @Test
  void theMetersCountWhatTheJobsDid() throws Exception {
    String id = server.submit("{\"sources\":[\"sample:bread\"],\"targets\":[\"oven\"]}");
    JsonNode job = server.end(id);
    HttpResponse<byte[]> answer = server.get("/metrics");
    String metrics = new String(answer.body(), StandardCharsets.UTF_8);
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("content-type").orElseThrow());
    assertTrue(metrics.contains("fastwhisper_jobs_ended_total{status=\"completed\"} 1.0"), metrics);
    assertTrue(
        metrics.contains("fastwhisper_matches_total " + (double) job.get("matches").size()),
        metrics);
    assertTrue(metrics.contains("fastwhisper_stage_active{stage=\"transcribing\"} 0.0"), metrics);
    assertTrue(metrics.contains("fastwhisper_device_segments{device=\"cpu\"} 0.0"), metrics);
    assertTrue(metrics.contains("fastwhisper_transcripts_unkept_total 0.0"), metrics);
    assertTrue(metrics.contains("fastwhisper_transcripts_damaged_total 0.0"), metrics);
    assertTrue(metrics.contains("fastwhisper_transcripts_recalled_total"), metrics);
    assertTrue(metrics.contains("vertx_http_server_requests_total"), metrics);
  }

  @Test
  void theSystemTellsOfTheDeviceAndTheModel() throws Exception {
    JsonNode system = server.json("/api/v1/system");
    assertEquals("cpu", system.at("/devices/0/device").asText());
    assertTrue(system.at("/devices/0/freePlaces").asInt() > 0);
    assertEquals("ggml-demo.en-q8_0.bin", system.at("/model/name").asText());
    assertTrue(system.at("/model/bundled").asBoolean());
    assertEquals(0, system.get("gpu_count").asInt());
    assertEquals(false, system.get("draining").asBoolean());
  }
}
