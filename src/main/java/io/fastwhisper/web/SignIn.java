package io.fastwhisper.web;

import io.vertx.core.Handler;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;

/**
 * Lets in who shows the key or a session's cookie, and gives out such cookies. The cookie goes with
 * the progress feed and the player, which cannot send a header of their own.
 */
final class SignIn implements Handler<RoutingContext>, Routes {
  private static final String COOKIE = "fastwhisper";
  private static final String BEARER = "Bearer ";

  private final Sessions sessions;

  SignIn(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (isIn(ctx)) {
      ctx.next();
    } else {
      ctx.fail(
          Problem.of(
              401,
              "key_required",
              "this server needs its key: send \"Authorization: Bearer KEY\", or sign in"));
    }
  }

  @Override
  public void mount(RouterBuilder api) {
    api.getRoute("getSession").addHandler(this::tell);
    api.getRoute("signIn").addHandler(this::signIn);
    api.getRoute("signOut").addHandler(this::signOut);
  }

  private boolean isIn(RoutingContext ctx) {
    if (!sessions.keyRequired()) {
      return true;
    }
    String header = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return sessions.isKey(header.substring(BEARER.length()).strip());
    }
    Cookie cookie = ctx.request().getCookie(COOKIE);
    return cookie != null && sessions.isOpen(cookie.getValue());
  }

  private void tell(RoutingContext ctx) {
    Answers.json(
        ctx.response(),
        new JsonObject().put("keyRequired", sessions.keyRequired()).put("signedIn", isIn(ctx)));
  }

  private void signIn(RoutingContext ctx) {
    String key = Validated.body(ctx).getString("key");
    if (sessions.keyRequired() && !sessions.isKey(key)) {
      ctx.fail(Problem.of(401, "wrong_key", "this is not the server's key"));
      return;
    }
    ctx.response()
        .addCookie(cookie(sessions.open()).setMaxAge(Sessions.LIFE_MS / 1_000))
        .setStatusCode(204)
        .end();
  }

  private void signOut(RoutingContext ctx) {
    Cookie cookie = ctx.request().getCookie(COOKIE);
    if (cookie != null) {
      sessions.close(cookie.getValue());
    }
    ctx.response().addCookie(cookie("").setMaxAge(0)).setStatusCode(204).end();
  }

  private static Cookie cookie(String value) {
    return Cookie.cookie(COOKIE, value)
        .setPath("/")
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.STRICT);
  }
}
