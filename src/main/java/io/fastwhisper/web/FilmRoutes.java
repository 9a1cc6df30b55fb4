package io.fastwhisper.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.nio.file.Path;
import java.util.Optional;

/** Hands films out, whole or in parts. A film never changes once it is there. */
final class FilmRoutes implements Routes {
  private final Vertx vertx;
  private final JobBoard jobs;

  FilmRoutes(Vertx vertx, JobBoard jobs) {
    this.vertx = vertx;
    this.jobs = jobs;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("getCompilation").addHandler(this::send);
    api.getRoute("headCompilation").addHandler(this::send);
  }

  private void send(RoutingContext ctx) {
    jobs.find(Validated.job(ctx))
        .compose(job -> send(ctx, job, "1".equals(Validated.query(ctx, "download"))))
        .onFailure(ctx::fail);
  }

  /**
   * Sends the film of a job.
   *
   * @param download whether a browser is to save it instead of showing it
   */
  Future<Void> send(RoutingContext ctx, JobView job, boolean download) {
    Path film = job.snapshot().compilation();
    if (!job.ended()) {
      return Future.failedFuture(
          Problem.of(409, "not_ready", "the film is not ready yet; the job is still running"));
    }
    if (film == null) {
      return Future.failedFuture(Problem.of(404, "no_film", "this job has no film"));
    }
    return vertx
        .fileSystem()
        .open(film.toString(), new OpenOptions().setRead(true).setWrite(false).setCreate(false))
        .recover(e -> Future.failedFuture(Problem.of(404, "no_film", "the film is gone")))
        .compose(
            file ->
                file.size()
                    .compose(size -> send(ctx, job, film, file, size, download))
                    .eventually(file::close));
  }

  private Future<Void> send(
      RoutingContext ctx, JobView job, Path film, AsyncFile file, long size, boolean download) {
    HttpServerRequest request = ctx.request();
    HttpServerResponse response = ctx.response();
    String tag = "\"" + job.id() + "\"";
    response
        .putHeader(HttpHeaders.ETAG, tag)
        .putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache")
        .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
        // Or it would be compressed, which gains nothing and cannot be sought in.
        .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
        .putHeader(HttpHeaders.CONTENT_TYPE, type(film));
    if (tag.equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
      return response.setStatusCode(304).end();
    }
    String condition = request.getHeader("if-range");
    String header = condition == null || condition.equals(tag) ? request.getHeader("range") : null;
    Optional<ByteRange> asked = ByteRange.of(header, size);
    if (asked.isEmpty()) {
      response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
      return Future.failedFuture(Problem.of(416, "bad_range", "the film has " + size + " bytes"));
    }
    ByteRange range = asked.get();
    if (range.length() < size) {
      response.setStatusCode(206).putHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(size));
    }
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
    if (download) {
      String name = "compilation-" + job.number() + ending(film);
      response.putHeader("content-disposition", "attachment; filename=\"" + name + "\"");
    }
    if (request.method() == HttpMethod.HEAD) {
      return response.end();
    }
    // Piece by piece, so that a client that takes its time is seen to move.
    return file.setReadPos(range.first()).setReadLength(range.length()).pipeTo(response);
  }

  private static String type(Path film) {
    return ending(film).equals(".m4a") ? "audio/mp4" : "video/mp4";
  }

  private static String ending(Path film) {
    return film.toString().substring(film.toString().lastIndexOf('.'));
  }
}
