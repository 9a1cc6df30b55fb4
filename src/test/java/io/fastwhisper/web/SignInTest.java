package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.JobId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignInTest {
  private static final String KEY = "correct horse";
  private static final String NOBODY = JobId.random().value();

  @TempDir static Path folder;
  private static WebAtWork web;

  @BeforeAll
  static void start() throws Exception {
    web = WebAtWork.start(folder, "server.api_key=" + KEY);
  }

  @AfterAll
  static void close() throws Exception {
    web.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/jobs",
    "GET, /api/v1/jobs/",
    "GET, //api/v1/jobs",
    "GET, /api/v1/./jobs",
    "GET, /api/v1/%6aobs",
    "POST, /api/v1/jobs",
    "GET, /api/v1/samples",
    "POST, /api/v1/uploads?name=a",
    "POST, /api/v1/uploads/?name=a",
    "GET, /api/v1/jobs/ID",
    "DELETE, /api/v1/jobs/ID",
    "GET, /api/v1/jobs/ID/events",
    "GET, /api/v1/jobs/ID/compilation.mp4",
    "HEAD, /api/v1/jobs/ID/compilation.mp4",
    "GET, /api/v1/jobs/ID/clips",
    "GET, /api/v1/jobs/ID/transcript.json",
    "GET, /api/v1/system"
  })
  void withoutTheKeyNothingIsServed(String method, String path) throws Exception {
    String body = method.equals("POST") ? "{}" : null;
    String where = path.replace("ID", NOBODY);
    HttpResponse<String> without = web.send(method, where, body);
    assertEquals(401, without.statusCode());
    HttpResponse<String> wrong = web.send(method, where, body, "Authorization", "Bearer wrong");
    assertEquals(401, wrong.statusCode());
    HttpResponse<String> forged = web.send(method, where, body, "Cookie", "fastwhisper=x");
    assertEquals(401, forged.statusCode());
  }

  @Test
  void withTheKeyEverythingIs() throws Exception {
    assertEquals(200, web.get("/api/v1/jobs", "Authorization", "Bearer " + KEY).statusCode());
    assertEquals(
        404,
        web.get("/api/v1/jobs/" + NOBODY + "/events", "Authorization", "bearer " + KEY)
            .statusCode());
  }

  @Test
  void aCookieStandsForTheKeyUntilItIsGivenBack() throws Exception {
    assertEquals("{\"keyRequired\":true,\"signedIn\":false}", web.get("/api/v1/session").body());
    assertEquals(401, web.postJson("/api/v1/session", "{\"key\":\"wrong\"}").statusCode());
    HttpResponse<String> signedIn = web.postJson("/api/v1/session", "{\"key\":\"" + KEY + "\"}");
    assertEquals(204, signedIn.statusCode());
    String header = signedIn.headers().firstValue("set-cookie").orElseThrow();
    assertTrue(header.toLowerCase(Locale.ROOT).contains("httponly"), header);
    assertTrue(header.contains("SameSite=Strict"), header);
    assertTrue(header.contains("Path=/"), header);
    String cookie = header.split(";")[0];
    assertEquals(
        "{\"keyRequired\":true,\"signedIn\":true}",
        web.get("/api/v1/session", "Cookie", cookie).body());
    assertEquals(404, web.get("/api/v1/jobs/" + NOBODY + "/events", "Cookie", cookie).statusCode());
    assertEquals(
        404, web.get("/api/v1/jobs/" + NOBODY + "/compilation.mp4", "Cookie", cookie).statusCode());
    assertEquals(204, web.send("DELETE", "/api/v1/session", null, "Cookie", cookie).statusCode());
    assertEquals(401, web.get("/api/v1/jobs", "Cookie", cookie).statusCode());
  }

  @Test
  void whatTellsNothingOfJobsIsOpen() throws Exception {
    assertEquals(200, web.get("/openapi.yaml").statusCode());
    assertEquals(404, web.get("/nothing").statusCode());
  }

  @Test
  void aSessionEndsByItselfAndTheirNumberIsBounded() {
    AtomicLong now = new AtomicLong();
    Sessions sessions = new Sessions(KEY, now::get);
    String first = sessions.open();
    assertTrue(sessions.isOpen(first));
    now.set(Sessions.LIFE_MS);
    assertFalse(sessions.isOpen(first));
    String second = sessions.open();
    for (int i = 0; i < Sessions.MOST; i++) {
      assertFalse(sessions.open().equals(second));
    }
    assertFalse(sessions.isOpen(second));
  }
}
