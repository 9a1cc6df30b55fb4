package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.domain.Source;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadTest {
  private static final long HOUR_MS = 3_600_000;

  @TempDir Path folder;
  private WebAtWork web;

  @BeforeEach
  void start() throws Exception {
    web = open();
  }

  private WebAtWork open() throws Exception {
    return WebAtWork.start(
        folder,
        "server.max_upload_bytes=5000000",
        "server.max_body_bytes=1000",
        "server.keep_uploads_h=1",
        "server.idle_timeout_s=2");
  }

  @AfterEach
  void close() throws Exception {
    web.close();
  }

  @Test
  void anUploadLargerThanABodyMayBeIsKeptAndTakenAsASource() throws Exception {
    byte[] content = new byte[3_000_000];
    new Random(1).nextBytes(content);
    JsonObject upload = upload("My talk.mp4", content);
    assertEquals("My talk.mp4", upload.getString("name"));
    assertEquals(content.length, upload.getInteger("sizeBytes"));
    String source = upload.getString("source");
    assertTrue(source.matches("upload:[0-9a-f]{32}"), source);

    HttpResponse<String> job =
        web.postJson("/api/v1/jobs", "{\"sources\":[\"" + source + "\"],\"targets\":[\"a\"]}");
    assertEquals(202, job.statusCode(), job.body());
    SubmitJob submitted = (SubmitJob) web.commands.poll(60, TimeUnit.SECONDS);
    Source taken = submitted.request().sources().get(0);
    assertEquals(source, taken.location());
    assertEquals("My talk.mp4", taken.title());
    assertArrayEquals(content, Files.readAllBytes(Path.of(taken.file())));
  }

  @ParameterizedTest
  @CsvSource({
    "..%2F..%2Fetc%2Fpasswd, passwd",
    "C%3A%5Cfilms%5Ca.mp4, a.mp4",
    "a%00b%0A.mp4, ab.mp4",
    "%E6%9D%B1%E4%BA%AC.mp4, 東京.mp4",
    "%22%3Cb%3E.mp4, \"<b>.mp4"
  })
  void aNameIsATitleAndNeverAPath(String name, String title) throws Exception {
    HttpResponse<String> answer = send(web.at("/api/v1/uploads?name=" + name), new byte[] {1});
    assertEquals(201, answer.statusCode(), answer.body());
    assertEquals(title, new JsonObject(answer.body()).getString("name"));
    assertEquals(1, folders());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?name=", "?name=%20", "?name=a%2F", "?name=a&name=b"})
  void anUploadWithoutANameIsRefused(String query) throws Exception {
    HttpResponse<String> answer = send(web.at("/api/v1/uploads" + query), new byte[] {1});
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("\"field\":\"name\""), answer.body());
    assertEquals(0, folders());
  }

  @Test
  void anEmptyUploadIsRefused() throws Exception {
    assertEquals(400, send(web.at("/api/v1/uploads?name=a"), new byte[0]).statusCode());
    assertEquals(0, folders());
  }

  @Test
  void anUploadThatSaysThatItIsTooLargeIsRefusedAtOnce() throws Exception {
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(
          "POST /api/v1/uploads?name=a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000001\r\n"
              + "Expect: 100-continue\r\n\r\n");
      assertTrue(raw.readThrough("}").startsWith("HTTP/1.1 413 "));
    }
    assertEquals(0, folders());
  }

  @Test
  void anUploadThatTurnsOutTooLargeIsCutOffAndRemoved() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(web.at("/api/v1/uploads?name=a"))
            .POST(BodyPublishers.ofInputStream(() -> new Zeros(20_000_000)))
            .build();
    assertEquals(413, web.client.send(request, BodyHandlers.ofString()).statusCode());
    assertEquals(0, folders());
  }

  @Test
  void anUploadThatBreaksOffOrStandsStillIsRemoved() throws Exception {
    String head =
        "POST /api/v1/uploads?name=a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(head + "x".repeat(100_000));
      awaitFolders(1);
    }
    awaitFolders(0);
    try (RawHttp raw = new RawHttp(web.port())) {
      raw.send(head + "x".repeat(100_000));
      raw.readToEnd();
    }
    awaitFolders(0);
  }

  @Test
  void aHalfOneThatAnEarlierServerLeftIsRemovedAndAWholeOneStays() throws Exception {
    String source = upload("a.mp4", new byte[] {1, 2, 3}).getString("source");
    Path half = Files.createDirectories(folder.resolve("uploads/" + "0".repeat(32)));
    Files.writeString(half.resolve("content"), "half");
    web.close();
    web = open();
    assertEquals(List.of(source.substring("upload:".length())), names());
  }

  @Test
  void anOldOneIsRemovedUnlessAJobUsesIt() throws Exception {
    Uploads uploads = new Uploads(folder.resolve("old"), HOUR_MS);
    long nowMs = System.currentTimeMillis();
    for (String id : List.of("1", "2", "3")) {
      String name = id.repeat(32);
      Files.writeString(uploads.begin(name), "content");
      uploads.complete(name, "a", 7, id.equals("3") ? nowMs : nowMs - HOUR_MS);
    }
    assertTrue(uploads.find("1".repeat(32)).isEmpty());
    assertTrue(uploads.find("3".repeat(32)).isPresent());
    Path used = folder.resolve("old").resolve("2".repeat(32)).resolve("content");
    uploads.removeOld(Set.of(used.toString()), nowMs);
    try (Stream<Path> left = Files.list(folder.resolve("old"))) {
      assertEquals(
          List.of("2".repeat(32), "3".repeat(32)),
          left.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }

  private JsonObject upload(String name, byte[] content) throws Exception {
    HttpResponse<String> answer =
        send(web.at("/api/v1/uploads?name=" + name.replace(" ", "%20")), content);
    assertEquals(201, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  private HttpResponse<String> send(URI where, byte[] content) throws Exception {
    return web.client.send(
        HttpRequest.newBuilder(where)
            .header("content-type", "application/octet-stream")
            .POST(BodyPublishers.ofByteArray(content))
            .build(),
        BodyHandlers.ofString());
  }

  private int folders() throws IOException {
    return names().size();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> left = Files.list(folder.resolve("uploads"))) {
      return left.map(path -> path.getFileName().toString()).toList();
    }
  }

  private void awaitFolders(int count) throws Exception {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (folders() != count) {
      assertTrue(System.nanoTime() < limit, names().toString());
      Thread.sleep(20);
    }
  }

  /** So many zeros. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }
  }
}
