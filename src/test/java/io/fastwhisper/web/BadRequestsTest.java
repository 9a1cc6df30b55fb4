package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent: an answer of 4xx in JSON that says what is wrong, and no job. */
class BadRequestsTest {
  private static final String GOOD = "\"sources\":[\"sample:water\"],\"targets\":[\"rain\"]";

  @TempDir static Path folder;
  private static WebAtWork web;

  @BeforeAll
  static void start() throws Exception {
    Path allowed = Files.createDirectories(folder.resolve("allowed"));
    Files.writeString(allowed.resolve("talk.mp4"), "a talk");
    Files.writeString(folder.resolve("secret.mp4"), "a secret");
    Files.createSymbolicLink(allowed.resolve("link.mp4"), folder.resolve("secret.mp4"));
    web =
        WebAtWork.start(
            folder.resolve("data"),
            "server.max_body_bytes=100000",
            "server.idle_timeout_s=2",
            "folders.sources=" + allowed);
  }

  @AfterAll
  static void close() throws Exception {
    assertTrue(web.commands.isEmpty(), web.commands.toString());
    web.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"sources\":[\"sample:water\"]} ; targets",
        "{GOOD,\"paddingBefore\":1} ; paddingBefore",
        "{GOOD,\"paddingBeforeMs\":\"1\"} ; paddingBeforeMs",
        "{GOOD,\"paddingBeforeMs\":1.5} ; paddingBeforeMs",
        "{GOOD,\"paddingBeforeMs\":-1} ; paddingBeforeMs",
        "{GOOD,\"paddingBeforeMs\":1e400} ; paddingBeforeMs",
        "{GOOD,\"paddingBeforeMs\":99999999999999999999999} ; paddingBeforeMs",
        "{GOOD,\"priority\":10} ; priority",
        "{GOOD,\"language\":\"English\"} ; language",
        "{GOOD,\"beam\":16} ; beam",
        "{GOOD,\"prompt\":null} ; prompt",
        "{\"sources\":[],\"targets\":[\"a\"]} ; sources",
        "{\"sources\":[\"sample:water\",7],\"targets\":[\"a\"]} ; sources/1",
        "{\"sources\":[\"sample:water\",\"\"],\"targets\":[\"a\"]} ; sources/1",
        "{\"sources\":[\"sample:wine\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"sample:../water\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"upload:../../x\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"upload:0123456789abcdef0123456789abcdef\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"file:///etc/passwd\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"concat:a.mp4|b.mp4\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"/etc/passwd\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"allowed/talk.mp4\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"ALLOWED\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"ALLOWED/none.mp4\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"ALLOWED/../secret.mp4\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"ALLOWED/link.mp4\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"ALLOWED/*\"],\"targets\":[\"a\"]} ; sources/0",
        "{\"sources\":[\"sample:water\"],\"targets\":[\"a\",\" \"]} ; targets/1"
      })
  void aBadFieldIsNamed(String body, String field) throws Exception {
    String json =
        body.replace("GOOD", GOOD).replace("ALLOWED", folder.resolve("allowed").toString());
    JsonObject problem = problem(400, web.postJson("/api/v1/jobs", json));
    assertEquals(field, problem.getJsonObject("details").getString("field"), problem.encode());
  }

  @ParameterizedTest
  @CsvSource({
    "paddingBefor, the nearest is paddingBeforeMs",
    "foo, 'known are '",
    "foo, ' beam, '",
    "foo, ' targets'"
  })
  void anUnknownFieldIsToldTheOneThatItResemblesOrAll(String field, String hint) throws Exception {
    HttpResponse<String> answer =
        web.postJson("/api/v1/jobs", "{" + GOOD + ",\"" + field + "\":1}");
    assertTrue(problem(400, answer).getString("error").contains(hint), answer.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "null", "3", "\"x\"", "{\"sources\":}", "\u0000", "{} {}", "<a/>"})
  void whatIsNoJsonObjectIsRefused(String body) throws Exception {
    problem(400, web.postJson("/api/v1/jobs", body));
  }

  @Test
  void jsonThatIsNestedWithoutEndIsRefused() throws Exception {
    problem(
        400,
        web.postJson("/api/v1/jobs", "{\"sources\":" + "[".repeat(40_000) + "]".repeat(40_000)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/xml",
        "x",
        "multipart/form-data",
        "application/x-www-form-urlencoded"
      })
  void aBodyOfAnotherTypeIsRefused(String type) throws Exception {
    int status =
        web.send("POST", "/api/v1/jobs", "{" + GOOD + "}", "content-type", type).statusCode();
    assertTrue(status == 415 || status == 400, type + " " + status);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /api/v1/jobs, 'GET, POST'",
    "DELETE, /api/v1/jobs/, 'GET, POST'",
    "POST, /api/v1/jobs/0123456789abcdef0123456789abcdef, 'DELETE, GET'",
    "POST, /api/v1/samples, GET",
    "GET, /api/v1/uploads, POST",
    "BREW, /api/v1/jobs, 'GET, POST'",
    "DELETE, /, 'GET, HEAD'",
    "POST, /index.html, 'GET, HEAD'",
    "PUT, /openapi.yaml, 'GET, HEAD'"
  })
  void aWrongMethodIsToldTheRightOnes(String method, String path, String allowed) throws Exception {
    HttpResponse<String> answer = web.send(method, path, null);
    problem(405, answer);
    assertEquals(allowed, answer.headers().firstValue("allow").orElse(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/api",
        "/api/v1/jobs/..%2f..%2fetc%2fpasswd",
        "/api/v1/jobs/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/jobs/0123456789ABCDEF0123456789ABCDEF",
        "/api/v1/jobs/0123456789abcdef0123456789abcde",
        "/api/v1/jobs/0123456789abcdef0123456789abcdef",
        "/api/v1/jobs/0123456789abcdef0123456789abcdef%00",
        "/api/v1/jobs/0123456789abcdef0123456789abcdef/transcript.exe",
        "/api/v1/jobs/0123456789abcdef0123456789abcdef/transcript.json",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/.git/config",
        "/x/%2egit/config"
      })
  void whatIsNotThereIsNotFound(String path) throws Exception {
    problem(404, web.get(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/.git/config", "/%2e%2e/pom.xml", "/..%2fpom.xml", "/x%00"})
  void whatIsNotThereIsNotFoundByOtherMethodsEither(String path) throws Exception {
    problem(404, web.send("DELETE", path, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/../../etc/passwd", "//etc/passwd", "/\\etc\\passwd", "/%zz", "/a%", "x", "*"})
  void aPathThatNoClientSendsIsRefused(String path) throws Exception {
    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertTrue(answer.matches("(?s)HTTP/1.1 40[04] .*\"error\":.*"), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=0", "limit=201", "limit=x", "limit=", "before=-1", "before=1e99"})
  void aBadQueryIsRefused(String query) throws Exception {
    JsonObject problem = problem(400, web.get("/api/v1/jobs?" + query));
    assertEquals(
        query.split("=")[0], problem.getJsonObject("details").getString("field"), problem.encode());
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItHasCome() throws Exception {
    String large = "{\"prompt\":\"" + "x".repeat(200_000) + "\"," + GOOD + "}";
    problem(413, web.postJson("/api/v1/jobs", large));
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(
          "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 99999999999\r\n\r\n{");
      assertTrue(raw.readThrough("}").startsWith("HTTP/1.1 413 "));
      raw.readToEnd();
    }
  }

  @Test
  void aChunkedBodyOverTheLimitIsCutOff() throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(
          "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      for (int i = 0; i < 20; i++) {
        raw.send("2710\r\n" + " ".repeat(10_000) + "\r\n");
      }
      assertTrue(raw.readThrough("}").startsWith("HTTP/1.1 413 "));
      raw.readToEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}"
      })
  void whatIsNoHttpIsRefused(String bytes) throws Exception {
    String answer = raw(bytes);
    assertTrue(answer.matches("(?s)HTTP/1.[01] 400 .*"), answer);
    problem(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/0.9\r\nHost: localhost\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
      })
  void aVersionThatIsNotSpokenIsRefused(String bytes) throws Exception {
    String answer = raw(bytes);
    assertTrue(answer.startsWith("HTTP/1.1 505 "), answer);
    assertEquals("bad_version", problem(answer).getString("code"));
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/jobs, zz",
    "/api/v1/jobs, '2\r\n{}\r\n-1'",
    "/api/v1/uploads?name=x.mp4, zz",
    "/api/v1/uploads?name=x.mp4, '2\r\n{}\r\nzz'"
  })
  void aWrongChunkIsRefused(String path, String chunks) throws Exception {
    String answer = raw(post(path) + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    problem(answer);
  }

  @Test
  void anAddressOrHeaderWithoutEndIsRefused() throws Exception {
    assertTrue(
        raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .contains(" 414 "));
    assertTrue(
        raw("GET / HTTP/1.1\r\nHost: localhost\r\nx: " + "a".repeat(20_000) + "\r\n\r\n")
            .contains(" 431 "));
  }

  @Test
  void aHeadThatNeverComesWholeIsCutOffHoweverSlowlyItIsSent() throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
      Thread sender =
          new Thread(
              () -> {
                try {
                  while (true) {
                    raw.send("x: y\r\n");
                    Thread.sleep(100);
                  }
                } catch (Exception e) {
                  // The server has closed.
                }
              });
      sender.start();
      assertEquals("", raw.readToEnd());
      raw.close();
      sender.join();
    }
  }

  @Test
  void aBodyThatNeverComesWholeIsCutOff() throws Exception {
    String answer =
        raw(
            "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 1000\r\n\r\n{");
    assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 408 "), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/jobs", "/api/v1/uploads?name=x.mp4"})
  void aBodyWhoseSenderShutsItsSideIsRefused(String path) throws Exception {
    for (String body :
        List.of(
            "Content-Length: 1000\r\n\r\n",
            "Content-Length: 1000\r\n\r\n{",
            "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")) {
      String answer = rawToTheEnd(post(path) + body);
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      problem(answer);
    }
  }

  @Test
  void whatWasAskedWholeIsAnsweredThoughTheClientShutsItsSide() throws Exception {
    String ask = "GET /api/v1/samples HTTP/1.1\r\nHost: localhost\r\n\r\n";
    String answer = rawToTheEnd(ask + ask);
    assertEquals(2, answer.split("HTTP/1.1 200 ").length - 1, answer);
    answer = rawToTheEnd(post("/api/v1/jobs") + "Content-Length: 2\r\n\r\n{}");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    assertEquals("sources", problem(answer).getJsonObject("details").getString("field"));
  }

  @Test
  void aConnectionThatIsHalfClosedOrSilentIsClosed() throws Exception {
    String answer = rawToTheEnd("GET / HTTP/1.1\r\nHost: loc");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    problem(answer);
    assertEquals("", rawToTheEnd("GET / HT"));
    assertEquals("", rawToTheEnd(""));
    assertEquals("", raw(""));
  }

  @Test
  void anAllowedFileIsTakenAndTheServerLivesOn() throws Exception {
    String talk = folder.resolve("allowed/talk.mp4").toString();
    HttpResponse<String> answer =
        web.postJson("/api/v1/jobs", "{\"sources\":[\"" + talk + "\"],\"targets\":[\"rain\"]}");
    assertEquals(202, answer.statusCode(), answer.body());
    web.commands.clear();
  }

  private static JsonObject problem(int status, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    return problemOf(answer.body());
  }

  /** Of the first answer in these bytes. */
  private static JsonObject problem(String answer) {
    return problemOf(answer.substring(answer.indexOf("\r\n\r\n")));
  }

  private static JsonObject problemOf(String body) {
    JsonObject problem = new JsonObject(body);
    assertTrue(
        Set.of("error", "code", "details").containsAll(problem.fieldNames()), problem.encode());
    assertFalse(problem.getString("error").isBlank());
    assertFalse(body.contains("Exception") || body.contains("at io."), body);
    return problem;
  }

  private static String post(String path) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        + (path.startsWith("/api/v1/uploads") ? "application/octet-stream" : "application/json")
        + "\r\n";
  }

  private static String raw(String bytes) throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      return raw.send(bytes).readToEnd();
    }
  }

  /** As {@link #raw}, and the client says that it sends no more. */
  private static String rawToTheEnd(String bytes) throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(bytes).socket.shutdownOutput();
      return raw.readToEnd();
    }
  }
}
