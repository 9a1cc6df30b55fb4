package io.fastwhisper.web;

import io.fastwhisper.domain.JobId;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;

/** What a request holds, after the contract has been kept. */
final class Validated {
  private Validated() {}

  static JsonObject body(RoutingContext ctx) {
    return request(ctx).getBody().getJsonObject();
  }

  static JobId job(RoutingContext ctx) {
    return job(ctx, "id");
  }

  /** The job that this part of the path names. */
  static JobId job(RoutingContext ctx, String name) {
    return new JobId(request(ctx).getPathParameters().get(name).getString());
  }

  /** A whole number of the query. */
  static long query(RoutingContext ctx, String name, long otherwise) {
    RequestParameter value = request(ctx).getQuery().get(name);
    return value == null || value.isNull() ? otherwise : value.getLong();
  }

  /** A text of the query, or null. */
  static String query(RoutingContext ctx, String name) {
    RequestParameter value = request(ctx).getQuery().get(name);
    return value == null || value.isNull() ? null : String.valueOf(value.get());
  }

  private static ValidatedRequest request(RoutingContext ctx) {
    return ctx.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST);
  }
}
