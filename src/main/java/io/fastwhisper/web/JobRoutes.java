package io.fastwhisper.web;

import io.fastwhisper.domain.InvalidValueException;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.Target;
import io.fastwhisper.domain.TranscribeOptions;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.ArrayList;
import java.util.List;

/** Submitting, listing, looking at, cancelling and forgetting jobs. */
final class JobRoutes implements Routes {
  private static final int PAGE = 50;

  private final WebSettings settings;
  private final JobBoard jobs;
  private final SourceGate sources;
  private final JobJson json;

  JobRoutes(WebSettings settings, JobBoard jobs, SourceGate sources, JobJson json) {
    this.settings = settings;
    this.jobs = jobs;
    this.sources = sources;
    this.json = json;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("submitJob").addHandler(this::submit);
    api.getRoute("listJobs").addHandler(this::list);
    api.getRoute("getJob").addHandler(this::get);
    api.getRoute("deleteJob").addHandler(this::delete);
    api.getRoute("getClips").addHandler(this::clips);
  }

  private void submit(RoutingContext ctx) {
    JsonObject body = Validated.body(ctx);
    JobOptions options = options(body);
    List<Target> targets = targets(texts(body.getJsonArray("targets")));
    sources
        .resolve(texts(body.getJsonArray("sources")))
        .compose(resolved -> jobs.submit(new JobRequest(resolved, targets, options)))
        .onFailure(ctx::fail)
        .onSuccess(
            job -> {
              ctx.response()
                  .setStatusCode(202)
                  .putHeader(HttpHeaders.LOCATION, "/api/v1/jobs/" + job.id());
              Answers.json(ctx.response(), json.job(job));
            });
  }

  private static List<Target> targets(List<String> texts) {
    List<Target> targets = new ArrayList<>();
    for (String text : texts) {
      try {
        targets.add(new Target(text));
      } catch (InvalidValueException e) {
        throw Problem.field("targets/" + targets.size(), e.getMessage());
      }
    }
    return targets;
  }

  private JobOptions options(JsonObject body) {
    JobOptions defaults = JobOptions.DEFAULT;
    int beam = body.getInteger("beam", settings.beam());
    if (beam > settings.maxBeam()) {
      throw new InvalidValueException("beam", beam, "at most " + settings.maxBeam() + " here");
    }
    return new JobOptions(
        body.getLong("paddingBeforeMs", defaults.paddingBeforeMs()),
        body.getLong("paddingAfterMs", defaults.paddingAfterMs()),
        body.getLong("mergeGapMs", defaults.mergeGapMs()),
        body.getLong("maxLengthMs", defaults.maxLengthMs()),
        body.getInteger("priority", defaults.priority()),
        new TranscribeOptions(
            body.getString("language", defaults.transcribe().language()),
            body.getString("prompt", ""),
            body.getString("hotwords", ""),
            beam));
  }

  private void list(RoutingContext ctx) {
    int limit = (int) Validated.query(ctx, "limit", PAGE);
    long before = Validated.query(ctx, "before", Long.MAX_VALUE);
    // One more than is shown tells whether there is a next page.
    jobs.list(before, limit + 1)
        .onFailure(ctx::fail)
        .onSuccess(
            found -> {
              boolean more = found.size() > limit;
              List<JobView> shown = more ? found.subList(0, limit) : found;
              Answers.json(
                  ctx.response(),
                  new JsonObject()
                      .put("jobs", JobJson.array(shown, json::summary))
                      .put("before", more ? shown.get(limit - 1).number() : null));
            });
  }

  private void get(RoutingContext ctx) {
    jobs.find(Validated.job(ctx))
        .onFailure(ctx::fail)
        .onSuccess(job -> Answers.json(ctx.response(), json.job(job)));
  }

  private void clips(RoutingContext ctx) {
    jobs.find(Validated.job(ctx))
        .onFailure(ctx::fail)
        .onSuccess(
            job ->
                Answers.json(
                    ctx.response(), new JsonObject().put("clips", json.clips(job.snapshot()))));
  }

  private void delete(RoutingContext ctx) {
    jobs.find(Validated.job(ctx))
        .compose(job -> job.ended() ? forget(ctx, job) : cancel(ctx, job))
        .onFailure(ctx::fail);
  }

  private Future<Void> forget(RoutingContext ctx, JobView job) {
    return jobs.forget(job.id()).compose(gone -> ctx.response().setStatusCode(204).end());
  }

  private Future<Void> cancel(RoutingContext ctx, JobView job) {
    return jobs.cancel(job)
        .compose(cancelled -> Answers.json(ctx.response().setStatusCode(202), json.job(cancelled)));
  }

  private static List<String> texts(JsonArray array) {
    return array.stream().map(String.class::cast).toList();
  }
}
