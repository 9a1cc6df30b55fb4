package io.fastwhisper.web;

import io.fastwhisper.bus.Reply.VideoHeard;
import io.fastwhisper.find.VideoTranscript;
import io.fastwhisper.find.VideoTranscript.Piece;
import io.fastwhisper.transcribe.TranscriptFormat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.Map;

/** Tells what was heard in a video, in four formats. */
final class TranscriptRoutes implements Routes {
  private static final Map<TranscriptFormat, String> TYPES =
      Map.of(
          TranscriptFormat.JSON, "application/json",
          TranscriptFormat.SRT, "application/x-subrip; charset=utf-8",
          TranscriptFormat.VTT, "text/vtt; charset=utf-8",
          TranscriptFormat.TXT, "text/plain; charset=utf-8");

  private final Vertx vertx;
  private final JobBoard jobs;
  private final Store store;

  TranscriptRoutes(Vertx vertx, JobBoard jobs) {
    this.vertx = vertx;
    this.jobs = jobs;
    this.store = new Store(vertx.eventBus());
  }

  @Override
  public void mount(RouterBuilder api) {
    TYPES.forEach(
        (format, type) -> {
          String ending = format.extension();
          String operation =
              "getTranscript" + ending.substring(0, 1).toUpperCase() + ending.substring(1);
          api.getRoute(operation).addHandler(ctx -> tell(ctx, format, type));
        });
  }

  private void tell(RoutingContext ctx, TranscriptFormat format, String type) {
    int number = (int) Validated.query(ctx, "video", 0);
    jobs.find(Validated.job(ctx))
        .compose(job -> store.video(job.id(), number))
        .compose(
            video ->
                video.segments().isEmpty()
                    ? Future.failedFuture(
                        Problem.notFound("nothing was heard in video " + number + " so far"))
                    : vertx.executeBlocking(() -> write(video, format), false))
        .onFailure(ctx::fail)
        .onSuccess(
            text ->
                ctx.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, type)
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(text));
  }

  private static String write(VideoHeard video, TranscriptFormat format) {
    return format.write(
        VideoTranscript.join(
            video.segments().stream()
                .map(
                    heard ->
                        new Piece(heard.segment().range(), heard.transcript(), heard.endBorderMs()))
                .toList()),
        video.durationMs());
  }
}
