package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program on a host with two GPUs, which are the CPU behind a library that only pretends. It is
 * built by {@code ./fastwhisper test}.
 */
@EnabledIfSystemProperty(named = "fastwhisper.script", matches = "true")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class GpuServerTest {
  private static final Path LIBRARY =
      Path.of("target/native/src/test/cpp/fake_cuda/libfake_cuda.so").toAbsolutePath();
  private static final Map<String, String> TWO_GPUS =
      Map.of("FASTWHISPER_CUDA_LIBRARY", LIBRARY.toString());

  private static final String LOST = "it is lost: Fake GPU 1 fell off the bus";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Between two questions; without it they would take a processor for themselves. */
  private static final long GLANCE_MS = 10;

  @TempDir Path folder;

  @BeforeEach
  void theLibraryIsBuilt() {
    assertTrue(Files.exists(LIBRARY), LIBRARY + " is missing");
  }

  @Test
  void everyGpuHasAWorkerAndIsToldOf() throws Exception {
    try (ServerProcess server = start(TWO_GPUS)) {
      assertTrue(server.ready(), Files.readString(log()));
      JsonNode system = server.json("api/v1/system");
      while (system.get("gpu_utilization").size() != 2) {
        Thread.sleep(GLANCE_MS);
        system = server.json("api/v1/system");
      }
      assertEquals("{\"0\":40.0,\"1\":41.0}", system.get("gpu_utilization").toString());
      assertEquals(
          "{\"0\":\"1GB/80GB\",\"1\":\"2GB/80GB\"}", system.get("gpu_memory_used").toString());
      assertEquals(2, system.get("gpu_count").asInt());
      assertEquals(2, system.get("gpus_active").asInt());
      assertEquals("{\"0\":1,\"1\":1}", system.get("models_per_gpu").toString());
      assertEquals(
          "{\"device\":\"cuda:1\",\"name\":\"Fake GPU 1\",\"memory_bytes\":85899345920,"
              + "\"compute_capability\":\"9.0\",\"multiprocessors\":132,"
              + "\"memory_used_bytes\":2147483648}",
          system.at("/gpus/1").toString());
      assertEquals(List.of("cuda:0", "cuda:1"), devices(system));
      server.logged("cuda:1: Fake GPU 1, 80.0 GiB, compute capability 9.0, 132 multiprocessors");
      String meters = server.get("metrics").body();
      assertTrue(meters.contains("fastwhisper_gpu_busy{device=\"cuda:1\"} 0.41"), meters);
      assertTrue(
          meters.contains("fastwhisper_gpu_memory_used_bytes{device=\"cuda:0\"} 1.073741824E9"),
          meters);
      String job = server.submit("{\"sources\":[\"sample:water\"],\"targets\":[\"rain\"]}");
      JsonNode end = server.end(job);
      assertEquals("completed", end.get("status").asText(), end.toString());
      assertTrue(end.get("matches").size() > 0, end.toString());
      assertEquals(2, server.json("status/" + job).get("gpu_count").asInt());
    }
  }

  @Test
  void aSingleGpuIsForcedWithOneWindowAtATimeAlsoWhereItsDriverDoesNotMeasureIt() throws Exception {
    Map<String, String> environment =
        Map.of(
            "FASTWHISPER_CUDA_LIBRARY",
            LIBRARY.toString(),
            "FORCE_SINGLE_GPU",
            "true",
            "FAKE_CUDA_MEASURE",
            "9");
    try (ServerProcess server = start(environment, "lanes.gpu_lanes=3")) {
      assertTrue(server.ready(), Files.readString(log()));
      JsonNode system = server.json("api/v1/system");
      assertEquals(1, system.get("gpu_count").asInt());
      assertEquals("{\"0\":1}", system.get("models_per_gpu").toString());
      assertEquals(List.of("cuda:0"), devices(system));
      // One window, and the place that is kept for a job that has none.
      assertEquals(2, system.at("/devices/0/freePlaces").asInt());
      server.logged(
          "cuda:0: how much of it is in use is not told: the driver does not measure GPUs:"
              + " nvmlInit_v2: Driver Not Loaded (NVML error 9)");
      assertEquals("{}", server.json("api/v1/system").get("gpu_memory_used").toString());
    }
  }

  @Test
  void aLostGpuIsToldAndTheServerWorksOnWithTheOtherUntilThatIsLostToo() throws Exception {
    Path lost = Files.createDirectory(folder.resolve("lost"));
    Map<String, String> environment =
        Map.of("FASTWHISPER_CUDA_LIBRARY", LIBRARY.toString(), "FAKE_CUDA_LOST", lost.toString());
    // An inference may take four times as long, on a busy machine, too.
    try (ServerProcess server = start(environment, "server.ready_check_s=3")) {
      assertTrue(server.ready(), Files.readString(log()));
      Files.createFile(lost.resolve("1"));
      HttpResponse<String> ready = server.get("health/ready");
      while (!ready.body().contains(LOST)) {
        Thread.sleep(GLANCE_MS);
        ready = server.get("health/ready");
      }
      assertEquals(200, ready.statusCode(), ready.body());
      JsonNode devices = JSON.readTree(ready.body()).get("devices");
      assertTrue(devices.get(0).get("computes").asBoolean(), ready.body());
      assertEquals("cuda:1", devices.get(1).get("device").asText());
      assertFalse(devices.get(1).get("computes").asBoolean(), ready.body());
      assertEquals(LOST, devices.get(1).get("error").asText());
      JsonNode system = server.json("api/v1/system");
      assertEquals(1, system.get("gpus_active").asInt());
      assertEquals("Fake GPU 1 fell off the bus", system.at("/gpus_failed/1").asText());
      server.logged("cuda:1 is lost");
      JsonNode end =
          server.end(server.submit("{\"sources\":[\"sample:water\"],\"targets\":[\"rain\"]}"));
      assertEquals("completed", end.get("status").asText(), end.toString());

      Files.createFile(lost.resolve("0"));
      while (ready.statusCode() == 200) {
        Thread.sleep(GLANCE_MS);
        ready = server.get("health/ready");
      }
      assertEquals(503, ready.statusCode());
      String error = JSON.readTree(ready.body()).get("error").asText();
      assertTrue(error.contains("cuda:0 does not compute: it is lost: Fake GPU 0"), error);
      assertTrue(error.contains("cuda:1 does not compute: " + LOST), error);
      assertEquals(200, server.get("health/live").statusCode());
    }
  }

  @Test
  void doctorListsTheGpus() throws Exception {
    String said = doctor(TWO_GPUS);
    assertTrue(said.contains("cuda:0: Fake GPU 0, 80.0 GiB, compute capability 9.0, 132"), said);
    assertTrue(said.contains("cuda:1: Fake GPU 1"), said);
    assertTrue(said.contains("GPUs           cuda:0, cuda:1\n"), said);
  }

  @Test
  void doctorSaysWhyNoGpuIsUsed() throws Exception {
    Map<String, String> otherBuild =
        Map.of("FASTWHISPER_CUDA_LIBRARY", LIBRARY.toString(), "FAKE_CUDA_BUILD", "0.0.9");
    String said = doctor(otherBuild);
    assertTrue(said.contains("GPUs           none: " + LIBRARY + " is of build 0.0.9"), said);
  }

  private ServerProcess start(Map<String, String> environment, String... settings)
      throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    return ServerProcess.start(
        new ServerProcess.Start(
            folder.resolve("data"),
            temporary,
            log(),
            Main.class.getName(),
            List.of(),
            List.of(settings)),
        environment);
  }

  private Path log() {
    return folder.resolve("log");
  }

  private static List<String> devices(JsonNode system) {
    List<String> names = new ArrayList<>();
    system.get("devices").forEach(device -> names.add(device.get("device").asText()));
    return names;
  }

  private static String doctor(Map<String, String> environment) throws Exception {
    List<String> command = JavaProcess.command();
    command.addAll(List.of(Main.class.getName(), "doctor"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
