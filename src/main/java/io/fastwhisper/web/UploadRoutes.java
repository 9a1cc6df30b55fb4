package io.fastwhisper.web;

import io.fastwhisper.domain.JobId;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.List;

/** Takes uploads. */
final class UploadRoutes implements Routes {
  private static final int LONGEST_NAME = 255;

  private final Vertx vertx;
  private final Uploads uploads;
  private final long maxBytes;

  UploadRoutes(Vertx vertx, Uploads uploads, long maxBytes) {
    this.vertx = vertx;
    this.uploads = uploads;
    this.maxBytes = maxBytes;
  }

  @Override
  public void mount(RouterBuilder api) {
    // The contract's validator wants the body in memory; the name is looked at here.
    api.getRoute("upload").setDoValidation(false).addHandler(this::take);
  }

  private void take(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    // Before anything else: what comes while a file is being opened would be lost.
    request.pause();
    String name = name(ctx);
    if (contentLength(request) > maxBytes) {
      ctx.fail(413);
      return;
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      ctx.response().writeContinue();
    }
    IncomingFile incoming = new IncomingFile(vertx, request, maxBytes);
    String id = JobId.random().value();
    vertx
        .executeBlocking(() -> uploads.begin(id), false)
        .compose(incoming::receive)
        .compose(
            sizeBytes ->
                vertx.executeBlocking(
                    () -> uploads.complete(id, name, sizeBytes, System.currentTimeMillis()), false))
        .onSuccess(upload -> answer(ctx, upload))
        .onFailure(
            e ->
                vertx
                    .executeBlocking(
                        () -> {
                          uploads.remove(id);
                          return null;
                        },
                        false)
                    .onComplete(gone -> ctx.fail(IncomingFile.problem(e))));
  }

  private void answer(RoutingContext ctx, Uploads.Upload upload) {
    Answers.json(
        ctx.response().setStatusCode(201),
        new JsonObject()
            .put("source", "upload:" + upload.id())
            .put("name", upload.name())
            .put("sizeBytes", upload.sizeBytes())
            .put("keptUntilMs", uploads.keptUntilMs(upload)));
  }

  /** A title, not a path: what stands before the last slash goes, and what cannot be shown. */
  private static String name(RoutingContext ctx) {
    List<String> given = ctx.queryParam("name");
    String name =
        given.size() == 1
            ? given.get(0).replaceFirst("^.*[/\\\\]", "").replaceAll("\\p{Cntrl}", "").strip()
            : "";
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw Problem.field("name", "name: give one of 1 to " + LONGEST_NAME + " characters");
    }
    return name;
  }

  private static long contentLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
