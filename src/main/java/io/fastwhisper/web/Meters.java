package io.fastwhisper.web;

import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.StageLoad;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What is counted for whoever draws curves. Names and meanings are in {@code docs/operations.md}.
 * Set on the server's event loop; read by any thread.
 */
final class Meters {
  private static final StageLoad NOTHING = new StageLoad(0, 0, 0);

  private final MeterRegistry registry;
  private final MultiGauge deviceSegments;
  private final MultiGauge gpuBusy;
  private final MultiGauge gpuMemory;
  private volatile LoadTold load =
      new LoadTold(
          false, 0, NOTHING, NOTHING, NOTHING, DeviceWork.NONE, List.of(), Map.of(), Map.of());

  Meters(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("fastwhisper.jobs.running", () -> load.jobs())
        .description("Jobs that have not ended")
        .register(registry);
    stage("fetching", LoadTold::fetching);
    stage("transcribing", LoadTold::transcribing);
    stage("compiling", LoadTold::compiling);
    FunctionCounter.builder(
            "fastwhisper.sound.transcribed", this, m -> m.load.work().soundMs() / 1e3)
        .baseUnit("seconds")
        .description("Sound that devices have transcribed")
        .register(registry);
    FunctionCounter.builder("fastwhisper.transcribing", this, m -> m.load.work().busyMs() / 1e3)
        .baseUnit("seconds")
        .description("Time in which at least one segment was on a device")
        .register(registry);
    deviceSegments =
        MultiGauge.builder("fastwhisper.device.segments")
            .description("Segments that a device has")
            .register(registry);
    gpuBusy =
        MultiGauge.builder("fastwhisper.gpu.busy")
            .description("Share of the last second in which a GPU computed")
            .register(registry);
    gpuMemory =
        MultiGauge.builder("fastwhisper.gpu.memory.used")
            .baseUnit("bytes")
            .description("Memory of a GPU that is in use, by any process")
            .register(registry);
  }

  private void stage(String name, Function<LoadTold, StageLoad> of) {
    Tags stage = Tags.of("stage", name);
    Gauge.builder("fastwhisper.stage.active", () -> of.apply(load).active())
        .tags(stage)
        .description("Pieces of work in hand")
        .register(registry);
    Gauge.builder("fastwhisper.stage.queued", () -> of.apply(load).queued())
        .tags(stage)
        .description("Pieces of work that wait")
        .register(registry);
    FunctionCounter.builder("fastwhisper.stage.completed", this, m -> of.apply(m.load).completed())
        .tags(stage)
        .description("Pieces of work done")
        .register(registry);
  }

  /** How busy everything is by now. */
  void at(LoadTold now) {
    load = now;
    deviceSegments.register(
        now.devices().stream()
            .map(
                device ->
                    MultiGauge.Row.of(
                        Tags.of("device", device.device()), device, DeviceLoad::leases))
            .toList(),
        true);
    gpuBusy.register(
        now.gpus().entrySet().stream()
            .filter(gpu -> gpu.getValue().tellsBusy())
            .map(gpu -> row(gpu, GpuUse::busy))
            .toList(),
        true);
    gpuMemory.register(
        now.gpus().entrySet().stream().map(gpu -> row(gpu, GpuUse::usedBytes)).toList(), true);
  }

  private static MultiGauge.Row<?> row(
      Map.Entry<String, GpuUse> gpu, ToDoubleFunction<GpuUse> value) {
    return MultiGauge.Row.of(Tags.of("device", gpu.getKey()), gpu.getValue(), value);
  }

  /** A job has come to its end. */
  void ended(JobSnapshot end) {
    registry.counter("fastwhisper.jobs.ended", "status", JobJson.word(end.status())).increment();
    registry.counter("fastwhisper.matches").increment(end.matches().size());
    registry.counter("fastwhisper.clips").increment(end.clips().size());
    registry.counter("fastwhisper.failures").increment(end.failures().size());
  }
}
