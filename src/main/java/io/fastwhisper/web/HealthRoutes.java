package io.fastwhisper.web;

import io.fastwhisper.web.Readiness.DeviceStanding;
import io.fastwhisper.web.Readiness.Standing;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.openapi.router.RouterBuilder;

/** For whoever watches over the server: whether it lives, and whether it can work. */
final class HealthRoutes implements Routes {
  private final Readiness readiness;

  HealthRoutes(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("isLive")
        .addHandler(ctx -> Answers.json(ctx.response(), new JsonObject().put("status", "up")));
    api.getRoute("isReady")
        .addHandler(
            ctx -> readiness.standing().onSuccess(standing -> answer(ctx.response(), standing)));
  }

  private static void answer(HttpServerResponse response, Standing standing) {
    JsonObject body = new JsonObject();
    if (standing.obstacle().isEmpty()) {
      body.put("status", "ready");
    } else {
      response.setStatusCode(503).putHeader(HttpHeaders.RETRY_AFTER, "10");
      body.put("status", "not ready").put("error", standing.obstacle()).put("code", "not_ready");
    }
    Answers.json(
        response, body.put("devices", JobJson.array(standing.devices(), DeviceStanding::json)));
  }
}
