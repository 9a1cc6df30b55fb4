package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobStatus;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilmTest {
  private static final byte[] FILM = new byte[12_000_000];

  @TempDir static Path folder;
  private static WebAtWork web;
  private static String job;
  private static Path file;

  @BeforeAll
  static void start() throws Exception {
    web = WebAtWork.start(folder, "server.idle_timeout_s=1");
    JobId id = web.submit();
    file = ((SubmitJob) web.commands.take()).film();
    new Random(1).nextBytes(FILM);
    Files.write(file, FILM);
    web.seeEnd(Snapshots.of(id).clip().film(file).build());
    job = "/api/v1/jobs/" + id;
  }

  @AfterAll
  static void close() throws Exception {
    web.close();
  }

  @Test
  void theWholeFilmComesAsItLiesOnTheDisk() throws Exception {
    HttpResponse<byte[]> answer = get("/compilation.mp4");
    assertEquals(200, answer.statusCode());
    assertArrayEquals(FILM, answer.body());
    assertEquals("video/mp4", header(answer, "content-type"));
    assertEquals("bytes", header(answer, "accept-ranges"));
    assertEquals("", header(answer, "content-disposition"));
  }

  @Test
  void aPlayerSeeksByRanges() throws Exception {
    HttpResponse<byte[]> answer = get("/compilation.mp4", "Range", "bytes=11999000-");
    assertEquals(206, answer.statusCode());
    assertEquals("bytes 11999000-11999999/12000000", header(answer, "content-range"));
    assertArrayEquals(Arrays.copyOfRange(FILM, 11_999_000, 12_000_000), answer.body());
    assertArrayEquals(
        Arrays.copyOfRange(FILM, 11_999_990, 12_000_000),
        get("/compilation.mp4", "Range", "bytes=-10").body());
    HttpResponse<byte[]> behind = get("/compilation.mp4", "Range", "bytes=12000000-");
    assertEquals(416, behind.statusCode());
    assertEquals("bytes */12000000", header(behind, "content-range"));
    assertEquals(
        206,
        get("/compilation.mp4", "Range", "bytes=0-9", "If-Range", header(answer, "etag"))
            .statusCode());
    assertEquals(
        200, get("/compilation.mp4", "Range", "bytes=0-9", "If-Range", "\"x\"").statusCode());
    assertEquals(
        304, get("/compilation.mp4", "If-None-Match", header(answer, "etag")).statusCode());
  }

  @Test
  void itsSizeIsToldWithoutIt() throws Exception {
    HttpResponse<byte[]> answer =
        web.client.send(
            HttpRequest.newBuilder(web.at(job + "/compilation.mp4"))
                .method("HEAD", BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofByteArray());
    assertEquals(200, answer.statusCode());
    assertEquals("12000000", header(answer, "content-length"));
  }

  @Test
  void aBrowserIsToldToSaveItWhereThatIsAskedFor() throws Exception {
    assertTrue(
        header(get("/compilation.mp4?download=1"), "content-disposition")
            .matches("attachment; filename=\"compilation-\\d+\\.mp4\""));
    assertEquals(400, get("/compilation.mp4?download=2").statusCode());
  }

  @Test
  void aFilmThatIsNotThereIsToldWhy() throws Exception {
    JobId running = web.submit();
    HttpResponse<String> early = web.get("/api/v1/jobs/" + running + "/compilation.mp4");
    assertEquals(409, early.statusCode());
    web.seeEnd(Snapshots.of(running).status(JobStatus.COMPLETED).build());
    HttpResponse<String> none = web.get("/api/v1/jobs/" + running + "/compilation.mp4");
    assertEquals(404, none.statusCode());
    assertTrue(none.body().contains("no_film"), none.body());
    assertFalse(none.headers().firstValue("content-disposition").isPresent());
  }

  @Test
  void aDownloadThatIsSlowButMovesIsNotCutOff() throws Exception {
    try (RawHttp client = new RawHttp(web.port())) {
      client.socket.setReceiveBufferSize(65_536);
      client.send(
          "GET "
              + job
              + "/compilation.mp4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      client.readThrough("\r\n\r\n");
      // Longer, all in all, than an idle connection may stand.
      for (int i = 0; i < 10; i++) {
        client.readBytes(1_000_000);
        Thread.sleep(300);
      }
      assertEquals(2_000_000, client.readToEnd().length());
    }
  }

  @Test
  void whoeverLeavesInTheMiddleLeavesNoFileOpen() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (RawHttp client = new RawHttp(web.port())) {
        client.send("GET " + job + "/compilation.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.readThrough("\r\n\r\n");
      }
    }
    long limit = System.nanoTime() + 60_000_000_000L;
    while (isOpen()) {
      assertTrue(System.nanoTime() < limit, "the film is still open");
      Thread.sleep(20);
    }
  }

  @Test
  void aForgottenJobIsGoneWithItsFilm() throws Exception {
    JobId id = web.submit();
    Path film = folder.resolve("jobs/" + id + "/compilation.mp4");
    Files.write(film, FILM);
    web.seeEnd(Snapshots.of(id).film(film).build());
    assertEquals(204, web.send("DELETE", "/api/v1/jobs/" + id, null).statusCode());
    assertEquals(404, web.get("/api/v1/jobs/" + id).statusCode());
    assertEquals(404, web.get("/api/v1/jobs/" + id + "/compilation.mp4").statusCode());
    assertFalse(Files.exists(film.getParent()));
    assertFalse(web.get("/api/v1/jobs").body().contains(id.value()));
  }

  private static boolean isOpen() throws Exception {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.anyMatch(
          fd -> {
            try {
              return Files.readSymbolicLink(fd).equals(file);
            } catch (IOException e) {
              return false;
            }
          });
    }
  }

  private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(web.at(job + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return web.client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}
