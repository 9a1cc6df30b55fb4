package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.StageLoad;
import io.fastwhisper.web.WebSettings.GpuFacts;
import io.fastwhisper.web.WebSettings.ModelFacts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the server says of its GPUs. */
class SystemViewTest {
  private static final StageLoad IDLE = new StageLoad(0, 0, 0);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void eachGpuIsToldWithItsLanesAndWhetherItIsLost() {
    JsonObject system =
        system(
            List.of(gpu(0, 3), gpu(1, 1), gpu(2, 1)),
            List.of(load("cuda:0", false), load("cuda:2", true)),
            Map.of("cuda:1", "an illegal memory access"));
    assertEquals(3, system.getInteger("gpu_count"));
    assertEquals(1L, system.getLong("gpus_active"));
    assertEquals(
        new JsonObject().put("0", 3).put("1", 1).put("2", 1),
        system.getJsonObject("models_per_gpu"));
    assertEquals(
        new JsonObject().put("1", "an illegal memory access"), system.getJsonObject("gpus_failed"));
    assertEquals(
        new JsonObject()
            .put("device", "cuda:1")
            .put("name", "GPU 1")
            .put("memory_bytes", 80_000L)
            .put("compute_capability", "9.0")
            .put("multiprocessors", 132),
        system.getJsonArray("gpus").getJsonObject(1));
  }

  @Test
  void aLostCpuIsNoFailedGpu() {
    JsonObject system = system(List.of(), List.of(), Map.of("cpu", "out of memory"));
    assertEquals(0, system.getInteger("gpu_count"));
    assertEquals(new JsonObject(), system.getJsonObject("gpus_failed"));
  }

  private JsonObject system(
      List<GpuFacts> gpus, List<DeviceLoad> devices, Map<String, String> lost) {
    BusCodec.register(vertx.eventBus());
    LoadTold told = new LoadTold(false, 0, IDLE, IDLE, IDLE, 0, 0, devices, lost);
    Consumers.registerAsync(
            vertx.eventBus(),
            Addresses.JOBS,
            Command.class,
            command -> Future.succeededFuture(told))
        .completion()
        .await();
    return new SystemView(vertx, new ModelFacts("m", false, ""), gpus).system().await();
  }

  private static GpuFacts gpu(int index, int lanes) {
    return new GpuFacts("cuda:" + index, "" + index, "GPU " + index, 80_000, "9.0", 132, lanes);
  }

  private static DeviceLoad load(String device, boolean silent) {
    return new DeviceLoad(device, 0, 1, 0, silent);
  }
}
