package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TellLoad;
import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.StageLoad;
import io.fastwhisper.web.WebSettings.GpuFacts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How the server stands as a whole, in the words of {@code openapi.yaml} and in those of the first
 * FastWhisper.
 *
 * <p>Used on the server's event loop alone.
 */
final class SystemView {
  private static final long SAMPLE_MS = 10_000;

  private final Vertx vertx;
  private final WebSettings.ModelFacts model;
  private final List<GpuFacts> gpus;
  private final Throughput throughput = new Throughput();

  SystemView(Vertx vertx, WebSettings.ModelFacts model, List<GpuFacts> gpus) {
    this.vertx = vertx;
    this.model = model;
    this.gpus = gpus;
    vertx.setPeriodic(SAMPLE_MS, due -> load());
  }

  /** A job has come to its end. */
  void ended(JobSnapshot end) {
    if (end.status() == JobStatus.COMPLETED) {
      throughput.jobEnded(end.mediaMs(), end.endedAtMs() - end.receivedAtMs(), nowMs());
    }
  }

  Future<LoadTold> load() {
    return vertx
        .eventBus()
        .<LoadTold>request(Addresses.JOBS, new TellLoad())
        .map(
            reply -> {
              LoadTold load = reply.body();
              throughput.sample(load.work(), nowMs());
              return load;
            });
  }

  /** What {@code /api/v1/system} tells: the fields of both. */
  Future<JsonObject> system() {
    return load()
        .map(
            load ->
                compatible(load)
                    .put("draining", load.draining())
                    .put("jobs_running", load.jobs())
                    .put("devices", JobJson.array(load.devices(), SystemView::device))
                    .put("model", model.json()));
  }

  /** What {@code /status} tells under {@code system}. */
  Future<JsonObject> compatible() {
    return load().map(this::compatible);
  }

  private JsonObject compatible(LoadTold load) {
    return new JsonObject()
        .put("gpu_count", gpus.size())
        .put("gpus_active", gpus.stream().filter(gpu -> isActive(gpu, load)).count())
        .put("models_per_gpu", byIndex(gpus.stream(), GpuFacts::lanes))
        .put(
            "gpu_utilization",
            byIndex(
                measured(load).filter(gpu -> use(gpu, load).tellsBusy()),
                gpu -> percent(use(gpu, load).busy())))
        .put(
            "gpu_memory_used",
            byIndex(
                measured(load),
                gpu -> gigabytes(use(gpu, load).usedBytes()) + "/" + gigabytes(gpu.memoryBytes())))
        .put(
            "gpus_failed",
            byIndex(
                gpus.stream().filter(gpu -> load.lostDevices().containsKey(gpu.device())),
                gpu -> load.lostDevices().get(gpu.device())))
        .put("gpus", JobJson.array(gpus, gpu -> gpu(gpu, use(gpu, load))))
        .put(
            "pipeline_stages",
            new JsonObject()
                .put("download", stage(load.fetching()))
                .put("transcription", stage(load.transcribing()))
                .put("compilation", stage(load.compiling())))
        .put(
            "worker_processes",
            new JsonObject()
                .put("total", 0)
                .put("healthy", 0)
                .put("restarted", 0)
                .putNull("last_health_check"))
        .put(
            "performance_metrics",
            new JsonObject()
                .put("avg_transcription_speed", rounded(throughput.transcriptionSpeed()))
                .put("gpu_efficiency", percent(throughput.gpuEfficiency()))
                .put("pipeline_throughput", rounded(throughput.pipelineThroughput(nowMs())))
                .put("total_request_time", rounded(throughput.meanRequestS(nowMs()))));
  }

  /** Its worker is heard. */
  private static boolean isActive(GpuFacts gpu, LoadTold load) {
    return load.devices().stream()
        .anyMatch(device -> device.device().equals(gpu.device()) && !device.silent());
  }

  private static JsonObject byIndex(Stream<GpuFacts> some, Function<GpuFacts, Object> value) {
    JsonObject object = new JsonObject();
    some.forEach(gpu -> object.put(gpu.index(), value.apply(gpu)));
    return object;
  }

  /** Those GPUs whose drivers tell how much of them is in use. */
  private Stream<GpuFacts> measured(LoadTold load) {
    return gpus.stream().filter(gpu -> use(gpu, load) != null);
  }

  private static GpuUse use(GpuFacts gpu, LoadTold load) {
    return load.gpus().get(gpu.device());
  }

  private static JsonObject gpu(GpuFacts gpu, GpuUse use) {
    JsonObject told =
        new JsonObject()
            .put("device", gpu.device())
            .put("name", gpu.name())
            .put("memory_bytes", gpu.memoryBytes())
            .put("compute_capability", gpu.computeCapability())
            .put("multiprocessors", gpu.multiprocessors());
    return use == null ? told : told.put("memory_used_bytes", use.usedBytes());
  }

  private static JsonObject stage(StageLoad load) {
    return new JsonObject()
        .put("active", load.active())
        .put("completed", load.completed())
        .put("queued", load.queued());
  }

  private static JsonObject device(DeviceLoad load) {
    return new JsonObject()
        .put("device", load.device())
        .put("segments", load.leases())
        .put("freePlaces", load.freePlaces())
        .put("windowsDone", load.windowsDone())
        .put("silent", load.silent());
  }

  private static double percent(double share) {
    return rounded(100 * share);
  }

  /** "4.2GB", as the first FastWhisper wrote 4.2 GiB. */
  private static String gigabytes(long bytes) {
    return BigDecimal.valueOf(bytes)
            .divide(BigDecimal.valueOf(1L << 30), 1, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString()
        + "GB";
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
