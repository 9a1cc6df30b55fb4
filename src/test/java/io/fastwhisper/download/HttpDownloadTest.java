package io.fastwhisper.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Failure;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HttpDownloadTest {
  private static final long STALL_MS = 500;
  private static final byte[] CONTENT = new byte[3_000_000];

  private static final HttpDownload.Limits ALLOW_LOOPBACK =
      new HttpDownload.Limits(1L << 30, 1_000, STALL_MS, true);

  static {
    new Random(1).nextBytes(CONTENT);
  }

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void aFileArrivesWhole() throws Exception {
    String url = serve(request -> request.response().end(Buffer.buffer(CONTENT)));
    assertArrayEquals(CONTENT, Files.readAllBytes(download(url)));
  }

  @Test
  void aRedirectIsFollowed() throws Exception {
    String url =
        serve(
            request -> {
              if (request.path().equals("/talk.mp4")) {
                request.response().setStatusCode(302).putHeader("Location", "/moved").end();
              } else {
                request.response().end(Buffer.buffer(CONTENT));
              }
            });
    assertArrayEquals(CONTENT, Files.readAllBytes(download(url)));
  }

  @Test
  void aTransferThatBreaksOffGoesOnWhereItStopped() throws Exception {
    List<String> ranges = new ArrayList<>();
    String url =
        serve(
            request -> {
              ranges.add(request.getHeader("Range"));
              int from =
                  ranges.size() == 1
                      ? 0
                      : Integer.parseInt(request.getHeader("Range").replaceAll("\\D", ""));
              assertEquals(ranges.size() == 1 ? null : "\"v1\"", request.getHeader("If-Range"));
              request
                  .response()
                  .setStatusCode(from == 0 ? 200 : 206)
                  .putHeader("ETag", "\"v1\"")
                  .putHeader("Accept-Ranges", "bytes")
                  .putHeader("Content-Length", String.valueOf(CONTENT.length - from));
              if (ranges.size() == 1) {
                request
                    .response()
                    .write(Buffer.buffer(CONTENT).slice(0, 1_000_000))
                    .onSuccess(w -> request.connection().close());
              } else {
                request.response().end(Buffer.buffer(CONTENT).slice(from, CONTENT.length));
              }
            });
    assertArrayEquals(CONTENT, Files.readAllBytes(download(url)));
    assertEquals(2, ranges.size());
  }

  @Test
  void aServerThatSendsANewVersionIsReadFromTheStart() throws Exception {
    byte[] changed = CONTENT.clone();
    changed[0] ^= 1;
    int[] requests = {0};
    String url =
        serve(
            request -> {
              boolean first = requests[0]++ == 0;
              request
                  .response()
                  .putHeader("ETag", first ? "\"v1\"" : "\"v2\"")
                  .putHeader("Accept-Ranges", "bytes")
                  .putHeader("Content-Length", String.valueOf(CONTENT.length));
              if (first) {
                request
                    .response()
                    .write(Buffer.buffer(CONTENT).slice(0, 1_000_000))
                    .onSuccess(w -> request.connection().close());
              } else {
                request.response().end(Buffer.buffer(changed));
              }
            });
    assertArrayEquals(changed, Files.readAllBytes(download(url)));
  }

  @Test
  void aMissingPageFailsForGood() throws Exception {
    Failure failure = failure(serve(request -> request.response().setStatusCode(404).end()));
    assertEquals("the server answered 404 Not Found", failure.what());
    assertTrue(failure.permanent());
  }

  @Test
  void anOverloadedServerMayBeTriedAgain() throws Exception {
    Failure failure = failure(serve(request -> request.response().setStatusCode(503).end()));
    assertFalse(failure.permanent());
  }

  @Test
  void aServerThatHangsIsGivenUp() throws Exception {
    Failure failure = failure(serve(request -> {}));
    assertTrue(failure.what().startsWith("broke off after 0 bytes"), failure.what());
    assertFalse(failure.permanent());
  }

  @Test
  void anAddressThatNobodyListensAtSaysSo() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Failure failure = failure("http://127.0.0.1:" + port + "/talk.mp4");
    assertTrue(failure.what().startsWith("cannot be reached"), failure.what());
  }

  @Test
  void moreThanTheLimitIsRefusedWithAndWithoutAnAnnouncedLength() throws Exception {
    for (boolean announced : new boolean[] {true, false}) {
      String url =
          serve(
              request -> {
                request.response().setChunked(!announced);
                request.response().end(Buffer.buffer(CONTENT));
              });
      HttpDownload download =
          new HttpDownload(vertx, new HttpDownload.Limits(1_000_000, 1_000, STALL_MS, true));
      Failure failure = failure(download, url);
      assertTrue(failure.what().startsWith("longer than the 1000000 bytes"), failure.what());
    }
  }

  @Test
  void aForbiddenAddressIsNeverConnectedTo() throws Exception {
    int[] requests = {0};
    String url = serve(request -> requests[0]++);
    Failure failure =
        failure(
            new HttpDownload(vertx, new HttpDownload.Limits(1L << 30, 1_000, STALL_MS, false)),
            url);
    assertTrue(failure.what().startsWith("127.0.0.1 is not an address"), failure.what());
    assertTrue(failure.permanent());
    assertEquals(0, requests[0]);
  }

  @Test
  void aRedirectToSomethingElseThanHttpIsRefused() throws Exception {
    Failure failure =
        failure(
            serve(
                r ->
                    r.response()
                        .setStatusCode(302)
                        .putHeader("Location", "file:///etc/passwd")
                        .end()));
    assertTrue(failure.what().startsWith("leads to file:///etc/passwd"), failure.what());
  }

  @Test
  void anEndlessRedirectIsGivenUp() throws Exception {
    Failure failure =
        failure(serve(r -> r.response().setStatusCode(307).putHeader("Location", "/again").end()));
    assertEquals("is redirected too often", failure.what());
  }

  private String serve(Handler<HttpServerRequest> handler) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(handler)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    return "http://127.0.0.1:" + server.actualPort() + "/talk.mp4";
  }

  private Path download(String url) throws Exception {
    HttpDownload download = new HttpDownload(vertx, ALLOW_LOOPBACK);
    return download
        .begin(url, folder.resolve("talk"))
        .result()
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }

  private Failure failure(String url) {
    return failure(new HttpDownload(vertx, ALLOW_LOOPBACK), url);
  }

  private Failure failure(HttpDownload download, String url) {
    ExecutionException failed =
        Assertions.assertThrows(
            ExecutionException.class,
            () ->
                download
                    .begin(url, folder.resolve("talk"))
                    .result()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get());
    return assertInstanceOf(HttpDownload.Failed.class, failed.getCause()).failure();
  }
}
