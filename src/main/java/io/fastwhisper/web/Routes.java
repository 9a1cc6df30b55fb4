package io.fastwhisper.web;

import io.vertx.ext.web.openapi.router.RouterBuilder;

/** Some operations of {@code openapi.yaml}. */
interface Routes {
  /** Says who serves them. What comes to a handler has passed the gate and the contract. */
  void mount(RouterBuilder api);
}
