package io.fastwhisper.web;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** How answers are written. */
final class Answers {
  private Answers() {}

  static Future<Void> json(HttpServerResponse response, JsonObject body) {
    return response
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body.toBuffer());
  }

  /** To what is no HTTP, or more of it than is taken. */
  static void invalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    Problem problem =
        cause instanceof Problem told
            ? told
            : cause instanceof TooLongHttpLineException
                ? Problem.of(414, "too_large", "the address is too long")
                : cause instanceof TooLongHttpHeaderException
                    ? Problem.of(431, "too_large", "the headers are too long")
                    : Problem.of(400, "bad_request", "this is no valid HTTP request");
    json(request.response().setStatusCode(problem.status()), problem.json())
        .onComplete(sent -> request.connection().close());
  }
}
