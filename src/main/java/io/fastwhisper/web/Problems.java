package io.fastwhisper.web;

import io.fastwhisper.bus.Refusal;
import io.fastwhisper.domain.InvalidValueException;
import io.vertx.core.Handler;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import io.vertx.openapi.validation.ValidatorException;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where a request that failed is answered: always JSON, never a stack trace. What is
 * our own fault is logged, and only that.
 */
final class Problems implements Handler<RoutingContext> {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** How long a client may go on sending what is not wanted, so that it can read why. */
  private static final long LINGER_MS = 2_000;

  private final OpenAPIContract contract;

  Problems(OpenAPIContract contract) {
    this.contract = contract;
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerResponse response = ctx.response();
    if (response.ended() || response.closed()) {
      return;
    }
    Problem problem = problem(ctx);
    if (response.headWritten()) {
      ctx.request().connection().close();
      return;
    }
    if (problem.status() == 405) {
      response.putHeader(HttpHeaders.ALLOW, String.join(", ", allowed(path(ctx))));
    } else if (problem.status() == 401) {
      response.putHeader("www-authenticate", "Bearer realm=\"FastWhisper\"");
    } else if (problem.status() == 503) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "10");
    }
    response.headers().remove(HttpHeaders.CONTENT_LENGTH).remove("content-disposition");
    Answers.json(response.setStatusCode(problem.status()), problem.json());
    letGo(ctx);
  }

  /** What is still sent is dropped, for a moment. */
  private static void letGo(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.isEnded()) {
      return;
    }
    request.exceptionHandler(gone -> {}).handler(dropped -> {}).resume();
    long timer = ctx.vertx().setTimer(LINGER_MS, late -> request.connection().close());
    request.endHandler(done -> ctx.vertx().cancelTimer(timer));
  }

  private Problem problem(RoutingContext ctx) {
    Throwable cause = ctx.failure();
    Throwable inner = cause != null && cause.getCause() instanceof ValidatorException v ? v : cause;
    if (inner instanceof Problem problem) {
      return problem;
    } else if (inner instanceof ValidatorException e) {
      return InvalidRequest.problem(
          e, ctx.request().getHeader(HttpHeaders.CONTENT_TYPE), fields(ctx));
    } else if (inner instanceof InvalidValueException e) {
      return Problem.of(e);
    } else if (inner instanceof ReplyException e) {
      return refused(e);
    }
    int status = ctx.statusCode();
    if (cause == null && status == 404 && contract.findPath(path(ctx)) != null) {
      return ofStatus(405, ctx);
    }
    if (cause == null || (status >= 400 && status < 500)) {
      return ofStatus(status, ctx);
    }
    if (status < 400) {
      return Problem.of(400, "bad_request", "the request did not come whole");
    }
    LOG.error("{} {} failed", ctx.request().method(), ctx.request().path(), cause);
    return Problem.of(500, "internal", "FastWhisper failed; its log tells more");
  }

  private static Problem ofStatus(int status, RoutingContext ctx) {
    return switch (status) {
      case 404 -> Problem.notFound("there is nothing at " + ctx.request().path());
      case 405 ->
          Problem.of(405, "method_not_allowed", ctx.request().method() + " is not possible here");
      case 408 -> Problem.of(408, "timeout", "the request took too long to come");
      case 413 -> Problem.of(413, "too_large", "the body is larger than the server takes");
      case 414 -> Problem.of(414, "too_large", "the address is too long");
      case 415 -> Problem.of(415, "bad_type", "a body of this type is not taken");
      case 417 -> Problem.of(417, "bad_request", "this expectation cannot be met");
      case 431 -> Problem.of(431, "too_large", "the headers are too long");
      default -> Problem.of(Math.max(400, status), "bad_request", "the request is not valid");
    };
  }

  /** What a room said, where the client can do something about it. */
  private static Problem refused(ReplyException e) {
    if (e.failureType() != ReplyFailure.RECIPIENT_FAILURE) {
      return Problem.of(503, "unavailable", "FastWhisper does not answer; try again");
    }
    return switch (e.failureCode()) {
      // "target: ... is not a word"
      case Refusal.BAD_VALUE -> Problem.field(e.getMessage().split(":")[0], e.getMessage());
      case Refusal.NOT_FOUND -> Problem.notFound(e.getMessage());
      case Refusal.DRAINING -> Problem.of(503, "draining", e.getMessage());
      case Refusal.NO_STORAGE -> Problem.of(507, "no_storage", e.getMessage());
      default -> {
        LOG.error("a room failed", e);
        yield Problem.of(500, "internal", "FastWhisper failed; its log tells more");
      }
    };
  }

  private Set<String> allowed(String path) {
    Set<String> methods = new TreeSet<>();
    Path known = contract.findPath(path);
    if (known == null) {
      methods.addAll(Set.of("GET", "HEAD"));
    } else {
      known.getOperations().forEach(operation -> methods.add(operation.getHttpMethod().name()));
    }
    return methods;
  }

  /** What the body of a request of this kind may hold. */
  private Set<String> fields(RoutingContext ctx) {
    Operation operation = contract.findOperation(path(ctx), ctx.request().method());
    if (operation == null || operation.getRequestBody() == null) {
      return Set.of();
    }
    MediaType json = operation.getRequestBody().getContent().get("application/json");
    JsonObject properties = json == null ? null : json.getSchema().get("properties");
    return properties == null ? Set.of() : properties.fieldNames();
  }

  private static String path(RoutingContext ctx) {
    return ctx.normalizedPath().replaceFirst("(?<=.)/$", "");
  }
}
