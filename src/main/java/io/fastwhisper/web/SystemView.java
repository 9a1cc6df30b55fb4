package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TellLoad;
import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.StageLoad;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * How the server stands as a whole, in the words of {@code openapi.yaml} and in those of the first
 * FastWhisper. What is said of GPUs is empty: this version computes on the CPU.
 *
 * <p>Used on the server's event loop alone.
 */
final class SystemView {
  private static final long SAMPLE_MS = 10_000;

  private final Vertx vertx;
  private final WebSettings.ModelFacts model;
  private final Throughput throughput = new Throughput();

  SystemView(Vertx vertx, WebSettings.ModelFacts model) {
    this.vertx = vertx;
    this.model = model;
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
              throughput.sample(load.transcribedMs(), load.transcribingMs(), nowMs());
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
        .put("gpu_count", 0)
        .put("gpus_active", 0)
        .put("models_per_gpu", new JsonObject())
        .put("gpu_utilization", new JsonObject())
        .put("gpu_memory_used", new JsonObject())
        .put("gpus_failed", new JsonObject())
        .put("gpus", new JsonArray())
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
                .put("gpu_efficiency", 0)
                .put("pipeline_throughput", rounded(throughput.pipelineThroughput(nowMs())))
                .put("total_request_time", rounded(throughput.meanRequestS(nowMs()))));
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

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
