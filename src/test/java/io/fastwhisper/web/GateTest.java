package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Neither a page of somebody else nor a name that was made to lead here reaches anything. */
class GateTest {
  @TempDir static Path folder;
  private static WebAtWork web;

  @BeforeAll
  static void start() throws Exception {
    web = WebAtWork.start(folder, "server.names=films.example, other.example");
  }

  @AfterAll
  static void close() throws Exception {
    web.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost:8080",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]:8080",
        "films.example",
        "films.example:443",
        "OTHER.example"
      })
  void theServerHearsItsOwnNames(String host) throws Exception {
    assertEquals(200, status("GET /api/v1/samples", "Host: " + host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "films.example.evil.example",
        "127.0.0.1.evil.example",
        "169.254.169.254",
        "[::2]",
        "localhost@evil.example"
      })
  void anotherNameReachesNothing(String host) throws Exception {
    for (String request :
        new String[] {"GET /api/v1/jobs", "GET /", "GET /openapi.yaml", "GET /api/v1/session"}) {
      int status = status(request, "Host: " + host);
      assertTrue(status == 403 || host.contains("@") && status == 400, request + " " + status);
    }
  }

  @Test
  void noNameOrTwoNamesReachNothing() throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send("GET /api/v1/jobs HTTP/1.1\r\nConnection: close\r\n\r\n");
      assertTrue(raw.readToEnd().startsWith("HTTP/1.1 400 "));
    }
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send("GET /api/v1/jobs HTTP/1.0\r\n\r\n");
      assertTrue(raw.readToEnd().contains(" 403 "));
    }
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(
          "GET /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
      assertTrue(raw.readToEnd().startsWith("HTTP/1.1 403 "));
    }
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(
          "GET http://evil.example/api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertTrue(raw.readToEnd().matches("(?s)HTTP/1.1 (400|403|404) .*"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://localhost:1",
        "file://",
        "http://127.0.0.1@evil.example"
      })
  void aForeignPageReachesNothing(String origin) throws Exception {
    for (String request :
        new String[] {
          "GET /api/v1/jobs",
          "POST /api/v1/jobs",
          "DELETE /api/v1/jobs/x",
          "GET /",
          "OPTIONS /api/v1/jobs"
        }) {
      assertEquals(403, status(request, "Host: localhost", "Origin: " + origin), request);
    }
  }

  @Test
  void theServersOwnPageReachesAll() throws Exception {
    assertEquals(
        200, status("GET /api/v1/jobs", "Host: localhost:8", "Origin: http://localhost:8"));
    assertEquals(
        200, status("GET /api/v1/jobs", "Host: films.example", "Origin: https://films.example"));
    assertEquals(200, status("GET /api/v1/jobs", "Host: localhost", "Sec-Fetch-Site: same-origin"));
  }

  @ParameterizedTest
  @CsvSource({
    "cross-site, no-cors, image, 403",
    "cross-site, no-cors, video, 403",
    "cross-site, no-cors, script, 403",
    "same-site, cors, empty, 403",
    "cross-site, navigate, iframe, 403",
    "cross-site, navigate, document, 200",
    "none, navigate, document, 200"
  })
  void whatAForeignPageShowsItselfIsRefusedAndALinkMayBeFollowed(
      String site, String mode, String destination, int status) throws Exception {
    assertEquals(
        status,
        status(
            "GET /api/v1/samples",
            "Host: localhost",
            "Sec-Fetch-Site: " + site,
            "Sec-Fetch-Mode: " + mode,
            "Sec-Fetch-Dest: " + destination));
  }

  @Test
  void everyAnswerBindsTheBrowser() throws Exception {
    for (String path :
        new String[] {"/api/v1/samples", "/nothing", "/openapi.yaml", "/api/v1/jobs/x"}) {
      HttpResponse<String> answer = web.get(path);
      assertEquals("nosniff", answer.headers().firstValue("x-content-type-options").orElse(""));
      assertEquals("no-referrer", answer.headers().firstValue("referrer-policy").orElse(""));
      String policy = answer.headers().firstValue("content-security-policy").orElse("");
      assertTrue(policy.contains("default-src 'self'"), policy);
      assertTrue(policy.contains("frame-ancestors 'none'"), policy);
      assertTrue(answer.headers().firstValue("access-control-allow-origin").isEmpty());
    }
  }

  private static int status(String request, String... headers) throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(
          request
              + " HTTP/1.1\r\n"
              + String.join("\r\n", headers)
              + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      String answer = raw.readToEnd();
      return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    }
  }
}
