package io.fastwhisper.web;

import io.fastwhisper.source.SampleTalks;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.openapi.router.RouterBuilder;

/** Tells which talks come with the program. */
final class SampleRoutes implements Routes {
  @Override
  public void mount(RouterBuilder api) {
    JsonObject samples =
        new JsonObject()
            .put(
                "samples",
                JobJson.array(
                    SampleTalks.NAMES,
                    name ->
                        new JsonObject()
                            .put("source", "sample:" + name)
                            .put("title", name + ".mp4")))
            .put("targets", new JsonArray(SampleTalks.TARGETS));
    api.getRoute("listSamples").addHandler(ctx -> Answers.json(ctx.response(), samples));
  }
}
