package io.fastwhisper.web;

import io.fastwhisper.domain.InvalidValueException;
import io.vertx.core.json.JsonObject;

/** Why a request is not served, as its client is told. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final transient JsonObject details;

  private Problem(int status, String code, String text, JsonObject details) {
    super(text, null, false, false);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /**
   * Any problem.
   *
   * @param status of HTTP
   * @param code one word for programs
   * @param text for people: what is wrong and what to do
   */
  static Problem of(int status, String code, String text) {
    return new Problem(status, code, text, null);
  }

  /** A value that the client gave is wrong. */
  static Problem field(String field, String text) {
    return new Problem(400, "bad_request", text, new JsonObject().put("field", field));
  }

  static Problem of(InvalidValueException e) {
    return field(e.field(), e.getMessage());
  }

  static Problem notFound(String text) {
    return of(404, "not_found", text);
  }

  int status() {
    return status;
  }

  JsonObject json() {
    JsonObject json = new JsonObject().put("error", getMessage()).put("code", code);
    return details == null ? json : json.put("details", details);
  }
}
