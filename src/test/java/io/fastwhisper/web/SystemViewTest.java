package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.GpuUse;
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
            .put("memory_bytes", 80L << 30)
            .put("compute_capability", "9.0")
            .put("multiprocessors", 132),
        system.getJsonArray("gpus").getJsonObject(1));
  }

  @Test
  void itIsToldHowMuchOfEachGpuIsInUseWhereTheDriverTells() {
    JsonObject system =
        system(
            List.of(gpu(0, 1), gpu(1, 1), gpu(2, 1)),
            List.of(load("cuda:0", false), load("cuda:1", false), load("cuda:2", false)),
            new DeviceWork(0, 0, 1.5, 2),
            Map.of("cuda:0", new GpuUse(0.852, 4_509_715_661L), "cuda:1", new GpuUse(-1, 2L << 30)),
            Map.of());
    assertEquals(new JsonObject().put("0", 85.2), system.getJsonObject("gpu_utilization"));
    assertEquals(
        new JsonObject().put("0", "4.2GB/80GB").put("1", "2GB/80GB"),
        system.getJsonObject("gpu_memory_used"));
    assertEquals(
        4_509_715_661L, system.getJsonArray("gpus").getJsonObject(0).getLong("memory_used_bytes"));
    assertFalse(system.getJsonArray("gpus").getJsonObject(2).containsKey("memory_used_bytes"));
  }

  @Test
  void aLostCpuIsNoFailedGpu() {
    JsonObject system = system(List.of(), List.of(), Map.of("cpu", "out of memory"));
    assertEquals(0, system.getInteger("gpu_count"));
    assertEquals(new JsonObject(), system.getJsonObject("gpus_failed"));
  }

  private JsonObject system(
      List<GpuFacts> gpus, List<DeviceLoad> devices, Map<String, String> lost) {
    return system(gpus, devices, DeviceWork.NONE, Map.of(), lost);
  }

  private JsonObject system(
      List<GpuFacts> gpus,
      List<DeviceLoad> devices,
      DeviceWork work,
      Map<String, GpuUse> uses,
      Map<String, String> lost) {
    BusCodec.register(vertx.eventBus());
    LoadTold told = new LoadTold(false, 0, IDLE, IDLE, IDLE, work, devices, uses, lost);
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
    return new GpuFacts("cuda:" + index, "" + index, "GPU " + index, 80L << 30, "9.0", 132, lanes);
  }

  private static DeviceLoad load(String device, boolean silent) {
    return new DeviceLoad(device, 0, 1, 0, silent);
  }
}
