package io.fastwhisper.web;

import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.InvalidValueException;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.Target;
import io.fastwhisper.domain.TranscribeOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The routes of the first FastWhisper, with its fields, its answers and its sentences. They make
 * the same jobs as those of version 1.
 */
final class CompatibilityRoutes implements Routes {
  /** How long its answer waits for the source to be looked at. */
  private static final long RESOLVE_LIMIT_MS = 30_000;

  private final Vertx vertx;
  private final WebSettings settings;
  private final JobBoard jobs;
  private final SourceGate sources;
  private final FilmRoutes films;
  private final SystemView system;
  private final StatusJson json;

  CompatibilityRoutes(
      Vertx vertx,
      WebSettings settings,
      JobBoard jobs,
      SourceGate sources,
      FilmRoutes films,
      SystemView system,
      StatusJson json) {
    this.vertx = vertx;
    this.settings = settings;
    this.jobs = jobs;
    this.sources = sources;
    this.films = films;
    this.system = system;
    this.json = json;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("createCompilation").addHandler(this::create);
    api.getRoute("getStatus").addHandler(this::status);
    api.getRoute("downloadCompilation").addHandler(this::download);
  }

  private void create(RoutingContext ctx) {
    JsonObject body = Validated.body(ctx);
    String url = body.getValue("url") instanceof String text ? text.strip() : "";
    if (url.isEmpty()) {
      throw Problem.field("url", "No URL provided");
    }
    List<Target> targets = targets(body.getValue("target_words"));
    if (targets.isEmpty()) {
      throw Problem.field("target_words", "No target words provided");
    }
    JobOptions options = options(body);
    system
        .load()
        .compose(this::requireDevice)
        .compose(
            ready ->
                sources.resolve(List.of(url)).recover(e -> Future.failedFuture(notExtracted())))
        .compose(resolved -> jobs.submit(new JobRequest(resolved, targets, options)))
        .compose(job -> resolved(job.id()))
        .onFailure(ctx::fail)
        .onSuccess(
            job ->
                Answers.json(
                    ctx.response(),
                    new JsonObject()
                        .put("task_id", job.id().value())
                        .put("video_title", title(job.snapshot()))
                        .put("total_videos", job.snapshot().totalVideos())
                        .put("gpu_count", settings.gpus().size())));
  }

  private Future<Void> requireDevice(LoadTold load) {
    return load.devices().isEmpty()
        ? Future.failedFuture(
            Problem.of(500, "no_model", "Multi-GPU models not loaded - server error"))
        : Future.succeededFuture();
  }

  private static Problem notExtracted() {
    return Problem.field("url", "Could not extract video URLs");
  }

  /**
   * The job once it is known which videos its source holds, or as it stands when that takes long.
   */
  private Future<JobView> resolved(JobId id) {
    return jobs.feed(id)
        .compose(
            live -> {
              Promise<JobView> known = Promise.promise();
              Runnable look =
                  () -> {
                    JobSnapshot at = live.view().snapshot();
                    if (at.stage() != JobStage.INITIALIZING && at.totalVideos() > 0) {
                      known.tryComplete(live.view());
                    } else if (live.view().ended()) {
                      known.tryFail(notExtracted());
                    }
                  };
              live.addReader(look);
              look.run();
              long timer = vertx.setTimer(RESOLVE_LIMIT_MS, late -> known.tryComplete(live.view()));
              return known
                  .future()
                  .onComplete(
                      done -> {
                        vertx.cancelTimer(timer);
                        live.removeReader(look);
                      });
            });
  }

  private static String title(JobSnapshot at) {
    return at.videos().isEmpty() ? "" : at.videos().get(0).title();
  }

  private void status(RoutingContext ctx) {
    jobs.find(Validated.job(ctx, "task_id"))
        .compose(
            job ->
                system
                    .compatible()
                    .compose(all -> Answers.json(ctx.response(), json.of(job).put("system", all))))
        .onFailure(ctx::fail);
  }

  private void download(RoutingContext ctx) {
    jobs.find(Validated.job(ctx, "task_id"))
        .compose(job -> films.send(ctx, job, true))
        .onFailure(ctx::fail);
  }

  private static List<Target> targets(Object given) {
    List<Target> targets = new ArrayList<>();
    if (given instanceof JsonArray words) {
      words.forEach(word -> add(targets, String.valueOf(word)));
    } else if (given instanceof String text) {
      List.of(text.split(",")).forEach(word -> add(targets, word));
    }
    return targets;
  }

  private static void add(List<Target> targets, String word) {
    if (!word.isBlank()) {
      targets.add(new Target(word.strip()));
    }
  }

  private JobOptions options(JsonObject body) {
    JobOptions defaults = JobOptions.DEFAULT;
    TranscribeOptions transcribe = defaults.transcribe();
    return new JobOptions(
        ms(body, "padding_before", defaults.paddingBeforeMs()),
        ms(body, "padding_after", defaults.paddingAfterMs()),
        ms(body, "merge_gap", defaults.mergeGapMs()),
        ms(body, "max_length", defaults.maxLengthMs()),
        defaults.priority(),
        new TranscribeOptions(
            transcribe.language(), transcribe.prompt(), transcribe.hotwords(), settings.beam()));
  }

  private static long ms(JsonObject body, String field, long otherwise) {
    Object value = body.getValue(field);
    if (value == null) {
      return otherwise;
    }
    if (!(value instanceof Number seconds) || !Double.isFinite(seconds.doubleValue())) {
      throw new InvalidValueException(field, value, "a number of seconds");
    }
    return Math.round(seconds.doubleValue() * 1_000);
  }
}
