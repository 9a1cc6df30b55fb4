package io.fastwhisper.web;

import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorErrorType;
import io.vertx.openapi.validation.ValidatorException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what the contract's validator found into words that name the field. */
final class InvalidRequest {
  private static final Pattern PARAMETER =
      Pattern.compile("(path|query|header|cookie) parameter (\\S+)");

  /**
   * What the client is told.
   *
   * @param contentType of the request, or null
   */
  Problem problem(ValidatorException e, String contentType) {
    Matcher parameter = PARAMETER.matcher(e.getMessage());
    if (parameter.find()) {
      String name = parameter.group(2).replaceAll("\\.$", "");
      return parameter.group(1).equals("path")
          ? Problem.notFound("there is no such " + (name.equals("id") ? "job" : name))
          : Problem.field(name, name + ": " + reason(e));
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
    if (e instanceof SchemaValidationException schema) {
      OutputUnit deepest = deepest(schema);
      String field = field(deepest);
      return Problem.field(field, (field.isEmpty() ? "the body" : field) + ": " + reason(e));
    }
    return Problem.of(400, "bad_request", "the body is not valid JSON");
  }

  private static String reason(ValidatorException e) {
    return e instanceof SchemaValidationException schema
        ? deepest(schema).getError()
        : e.type() == ValidatorErrorType.MISSING_REQUIRED_PARAMETER ? "it is missing" : "not valid";
  }

  private static OutputUnit deepest(SchemaValidationException e) {
    return e.getOutputUnit().getErrors().stream()
        .max(Comparator.comparingInt(unit -> depth(unit.getInstanceLocation())))
        .orElse(e.getOutputUnit());
  }

  private static int depth(String location) {
    return (int) location.chars().filter(c -> c == '/').count();
  }

  /** "sources/0" of "#/sources/0". */
  private static String field(OutputUnit unit) {
    return unit.getInstanceLocation().replaceFirst("^#?/?", "");
  }
}
