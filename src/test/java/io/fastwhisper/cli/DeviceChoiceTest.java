package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.ConfigurationLoader;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.transcribe.DeviceSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which devices compute, and what their workers are told. */
class DeviceChoiceTest {
  private static final String WHY_NONE = "there is no driver";

  @Test
  void allGpusAreTakenWhereThereAreSomeElseTheCpu() {
    assertEquals("cuda:0, cuda:1", choice(null, 2).names());
    assertEquals("cuda:0, cuda:1", choice("auto", 2).names());
    assertEquals("", choice("auto", 2).notice());
    assertEquals("cpu", choice(null, 0).names());
    assertEquals(WHY_NONE, choice(null, 0).notice());
  }

  @Test
  void oneDeviceIsTakenByItsId() {
    assertEquals("cuda:1", choice("cuda:1", 2).names());
    assertEquals("cuda:1", choice(null, 2, "lanes.device=cuda:1").names());
    assertEquals("cuda:0", choice("cuda:0", 2, "lanes.device=cuda:1").names());
  }

  @Test
  void theCpuIsTakenWithoutALookForGpus() {
    DeviceChoice choice =
        DeviceChoice.of(
            "cpu",
            configuration(),
            () -> {
              throw new AssertionError("looked for GPUs");
            });
    assertEquals("cpu", choice.names());
    assertEquals("", choice.notice());
    assertEquals(List.of(), choice.gpus());
  }

  @Test
  void whatIsNotThereIsRefusedWithWhatIs() {
    assertEquals("--device cuda:2: there is cpu, cuda:0, cuda:1", refusal("cuda:2", 2));
    assertEquals("--device cuda:0: " + WHY_NONE, refusal("cuda:0", 0));
    assertEquals(
        "--device gpu: expected cpu, cuda:N or auto; there is cpu, cuda:0", refusal("gpu", 1));
    assertEquals(
        "lanes.device cuda:7: there is cpu, cuda:0", refusal(null, 1, "lanes.device=cuda:7"));
  }

  @Test
  void aSingleGpuIsTheFirstWithOneLaneAndOneWindow() throws IOException {
    DeviceChoice choice = choice(null, 3, "gpu.force_single=true", "lanes.gpu_lanes=4");
    assertEquals("cuda:0", choice.names());
    DeviceSettings settings = settings(choice, "gpu.force_single=true", "lanes.gpu_lanes=4");
    assertEquals(1, settings.lanes());
    assertEquals(1, settings.lane().batch());
    assertEquals(0, settings.lane().queue());
  }

  @Test
  void aGpuHasLanesAndBatchesOfItsOwn() throws IOException {
    String[] assignments = {
      "lanes.gpu_lanes=3",
      "lanes.gpu_batch=64",
      "lanes.eight_bit_audio=true",
      "lanes.batch=2",
      "lanes.lanes=5",
      "lanes.precision=bf16"
    };
    DeviceSettings settings = settings(choice(null, 1), assignments);
    assertEquals("cuda:0", settings.model().device());
    assertEquals(Precision.BF16, settings.model().precision());
    assertEquals(3, settings.lanes());
    assertEquals(new LaneSettings(64, 5, 1, 2, true, true), settings.lane());
    DeviceSettings cpu = settings(choice(null, 0), assignments);
    assertEquals(5, cpu.lanes());
    assertEquals(2, cpu.lane().batch());
  }

  @Test
  void theLanesOfTheCpuShareTheProcessorsThatThisProcessMayUse() throws IOException {
    int processors = Runtime.getRuntime().availableProcessors();
    assertEquals(processors, settings(choice(null, 0)).lane().threads());
    assertEquals(
        Math.max(1, processors / 2), settings(choice(null, 0), "lanes.lanes=2").lane().threads());
    assertEquals(3, settings(choice(null, 0), "lanes.threads=3").lane().threads());
  }

  @Test
  void noGpuHasMoreLanesThanIsAllowed() throws IOException {
    assertEquals(2, settings(choice(null, 1), "lanes.gpu_lanes=3", "gpu.max_lanes=2").lanes());
  }

  @Test
  void streamsCanBeSwitchedOff() throws IOException {
    assertTrue(settings(choice(null, 1)).lane().streams());
    assertEquals(false, settings(choice(null, 1), "gpu.streams=false").lane().streams());
  }

  @Test
  void aGpuIsToldInALine() {
    assertEquals(
        "GPU 0, 79.6 GiB, compute capability 9.0, 132 multiprocessors",
        choice(null, 1).devices().get(0).summary());
    NativeCore.Device later = new NativeCore.Device("cuda:0", "x", "sm_120", Precision.F16, 1, 1);
    assertEquals("12.0", later.computeCapability());
  }

  private static DeviceSettings settings(DeviceChoice choice, String... assignments)
      throws IOException {
    ModelChoice model = new ModelChoice("m", Path.of(ProgramRun.BUNDLED_MODEL), true, "");
    return EngineSettings.of(configuration(assignments), model, choice.devices().get(0));
  }

  private static String refusal(String asked, int gpus, String... assignments) {
    return assertThrows(UsageException.class, () -> choice(asked, gpus, assignments)).getMessage();
  }

  private static DeviceChoice choice(String asked, int gpus, String... assignments) {
    List<NativeCore.Device> devices =
        Stream.concat(
                Stream.of(new NativeCore.Device("cpu", "CPU", "avx2", Precision.F32, 2, 1L << 30)),
                IntStream.range(0, gpus).mapToObj(DeviceChoiceTest::gpu))
            .toList();
    NativeCore.Facts facts = new NativeCore.Facts("1", devices, gpus == 0 ? WHY_NONE : "");
    return DeviceChoice.of(asked, configuration(assignments), () -> facts);
  }

  private static NativeCore.Device gpu(int index) {
    return new NativeCore.Device(
        "cuda:" + index, "GPU " + index, "sm_90", Precision.F16, 132, 85_520_809_984L);
  }

  private static Configuration configuration(String... assignments) {
    ConfigurationLoader loader = new ConfigurationLoader();
    for (String assignment : assignments) {
      loader.option(assignment);
    }
    return loader.load().configuration();
  }
}
