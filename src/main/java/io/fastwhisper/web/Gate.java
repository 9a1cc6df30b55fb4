package io.fastwhisper.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/**
 * What every request passes first: it must call the server by one of its names, and must not come
 * from a page of somebody else. Every answer gets the headers that bind a browser.
 */
final class Gate implements Handler<RoutingContext> {
  private static final String POLICY =
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private final AllowedHosts hosts;
  private final Connections connections;

  Gate(AllowedHosts hosts, Connections connections) {
    this.hosts = hosts;
    this.connections = connections;
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    secure(ctx.response());
    ctx.addEndHandler(
        answered -> {
          if (answered.succeeded()) {
            connections.await(request.connection());
          }
        });
    List<String> named = request.headers().getAll(HttpHeaders.HOST);
    String host = named.size() == 1 ? named.get(0) : "";
    if (!request.uri().startsWith("/")) {
      ctx.fail(Problem.of(400, "bad_request", "the server is no proxy: ask for a path"));
    } else if (!hosts.allow(host, request.localAddress().hostAddress())) {
      ctx.fail(
          Problem.of(
              403,
              "wrong_host",
              "the server is not called by one of its names; server.names can add some"));
    } else if (isForeign(request, host)) {
      ctx.fail(Problem.of(403, "foreign_page", "a page of another site may not use this server"));
    } else {
      ctx.next();
    }
  }

  private static void secure(HttpServerResponse response) {
    response
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("x-frame-options", "DENY")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("cross-origin-resource-policy", "same-origin")
        .putHeader("cross-origin-opener-policy", "same-origin");
  }

  /** By what browsers tell and pages cannot forge; other programs tell nothing. */
  private static boolean isForeign(HttpServerRequest request, String host) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin != null) {
      String own = host.toLowerCase(Locale.ROOT);
      String from = origin.toLowerCase(Locale.ROOT);
      return !from.equals("http://" + own) && !from.equals("https://" + own);
    }
    String site = request.getHeader("sec-fetch-site");
    boolean own = site == null || site.equals("same-origin") || site.equals("none");
    return !own && !isLinkFollowed(request);
  }

  /** A link to this server was clicked: what comes is shown to the user and not to that page. */
  private static boolean isLinkFollowed(HttpServerRequest request) {
    return request.method() == HttpMethod.GET
        && "navigate".equals(request.getHeader("sec-fetch-mode"))
        && "document".equals(request.getHeader("sec-fetch-dest"));
  }
}
