package io.fastwhisper.web;

import io.fastwhisper.config.Nearest;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorErrorType;
import io.vertx.openapi.validation.ValidatorException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what the contract's validator found into words that name the field. */
final class InvalidRequest {
  private static final Pattern PARAMETER =
      Pattern.compile("(path|query|header|cookie) parameter (\\S+)");
  private static final Pattern MISSING = Pattern.compile("required property \"([^\"]+)\"");
  private static final Pattern TYPE =
      Pattern.compile("Instance type (\\w+) is invalid. Expected (.+)");

  private InvalidRequest() {}

  /**
   * What the client is told.
   *
   * @param contentType of the request, or null
   * @param fields that a body may have
   */
  static Problem problem(ValidatorException e, String contentType, Set<String> fields) {
    Matcher parameter = PARAMETER.matcher(e.getMessage());
    if (parameter.find()) {
      String name = parameter.group(2).replaceAll("\\.$", "");
      return parameter.group(1).equals("path")
          ? Problem.notFound("there is no such " + (name.equals("id") ? "job" : name))
          : Problem.field(name, name + ": " + ofParameter(e));
    }
    if (e instanceof SchemaValidationException schema) {
      return ofBody(deepest(schema), fields);
    }
    if (e.type() == ValidatorErrorType.UNSUPPORTED_VALUE_FORMAT) {
      return Problem.of(
          415,
          "bad_type",
          (contentType == null ? "a body without a content type" : "a body of this type")
              + " is not taken; send application/json");
    }
    if (e.type() == ValidatorErrorType.MISSING_REQUIRED_PARAMETER) {
      return Problem.of(400, "bad_request", "the request has no body; send JSON");
    }
    return Problem.of(400, "bad_request", "the body is not valid JSON");
  }

  private static String ofParameter(ValidatorException e) {
    if (e instanceof SchemaValidationException schema) {
      return plain(deepest(schema).getError());
    }
    return e.type() == ValidatorErrorType.MISSING_REQUIRED_PARAMETER
        ? "is missing"
        : "is not valid";
  }

  private static Problem ofBody(OutputUnit unit, Set<String> fields) {
    Matcher missing = MISSING.matcher(unit.getError());
    if (missing.find()) {
      return Problem.field(missing.group(1), missing.group(1) + ": is missing");
    }
    String field = unit.getInstanceLocation().replaceFirst("^#?/?", "");
    if (field.isEmpty()) {
      return Problem.of(400, "bad_request", "the body: " + plain(unit.getError()));
    }
    if (unit.getKeywordLocation().endsWith("/additionalProperties")) {
      return Problem.field(field, field + ": no such field; " + Nearest.hint(field, fields));
    }
    return Problem.field(field, field + ": " + plain(unit.getError()));
  }

  /** The validator tells of the same fault at each level; the lowest one knows why. */
  private static OutputUnit deepest(SchemaValidationException e) {
    OutputUnit deepest = e.getOutputUnit();
    int depth = -1;
    for (OutputUnit unit : e.getOutputUnit().getErrors()) {
      int depthHere = unit.getKeywordLocation().split("/").length;
      if (depthHere > depth) {
        deepest = unit;
        depth = depthHere;
      }
    }
    return deepest;
  }

  private static String plain(String error) {
    return TYPE.matcher(error).replaceFirst("expected $2, found $1").replace("( + ", "(");
  }
}
