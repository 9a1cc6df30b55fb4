package io.fastwhisper.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Path;

/** The page, and the contract for whoever wants to read it. */
final class PageRoutes {
  private final Path webroot;
  private final String contract;

  PageRoutes(Path webroot, String contract) {
    this.webroot = webroot;
    this.contract = contract;
  }

  void mount(Router router) {
    router
        .get("/openapi.yaml")
        .handler(
            ctx ->
                ctx.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml")
                    .end(contract));
    router.route().handler(PageRoutes::hideDotFiles);
    router.route().handler(this::refuseOtherMethods);
    router
        .route()
        .handler(
            StaticHandler.create(FileSystemAccess.ROOT, webroot.toString())
                .setIndexPage("index.html")
                .setCachingEnabled(false)
                .setIncludeHidden(true));
  }

  /** What is there can be read, and nothing else. */
  private void refuseOtherMethods(RoutingContext ctx) {
    HttpMethod method = ctx.request().method();
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
      ctx.next();
      return;
    }
    String path = ctx.normalizedPath();
    if (path.equals("/openapi.yaml")) {
      ctx.fail(405);
      return;
    }
    // The path is normalized: it does not lead out of the folder.
    ctx.vertx()
        .fileSystem()
        .exists(webroot + path)
        .onSuccess(there -> ctx.fail(there ? 405 : 404))
        .onFailure(e -> ctx.fail(404));
  }

  /** The handler's own look at hidden files would see the folders above the page's, too. */
  private static void hideDotFiles(RoutingContext ctx) {
    if (ctx.normalizedPath().contains("/.")) {
      ctx.fail(404);
      return;
    }
    ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    ctx.next();
  }
}
