package io.fastwhisper.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDownloadTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final byte[] model = new byte[300_000];
  private final List<String> ranges = new ArrayList<>();
  private HttpServer server;
  private String baseUrl;

  @BeforeEach
  void startServer() throws IOException {
    new Random(1).nextBytes(model);
    System.arraycopy(new byte[] {0x6c, 0x6d, 0x67, 0x67}, 0, model, 0, 4);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    baseUrl = "http://127.0.0.1:" + server.getAddress().getPort() + "/models/";
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void aModelComesWholeAndIsChecked() throws Exception {
    serve(model.length);
    List<Long> seen = new ArrayList<>();
    ModelDownload.Downloaded downloaded =
        fetch(sum("SHA-1"), (done, total) -> seen.add(total == model.length ? done : -1));
    assertArrayEquals(model, Files.readAllBytes(downloaded.file()));
    assertTrue(downloaded.verified());
    assertEquals(place(), downloaded.file());
    assertEquals(0, seen.get(0));
    assertEquals(model.length, seen.get(seen.size() - 1));
    assertOnly(place());
  }

  @Test
  void aTransferThatBreaksOffGoesOnWhereItWas() throws Exception {
    serve(100_000);
    ModelDownload.Downloaded downloaded = fetch(sum("SHA-1"), (done, total) -> {});
    assertArrayEquals(model, Files.readAllBytes(downloaded.file()));
    assertEquals(Arrays.asList(null, "bytes=100000-", "bytes=200000-"), ranges);
  }

  @Test
  void whatCameIsKeptForTheNextRun() throws Exception {
    serve(0);
    Files.createDirectories(folder);
    Files.write(part(), Arrays.copyOf(model, 1000));
    IOException broken =
        assertThrows(IOException.class, () -> fetch(sum("SHA-1"), (done, total) -> {}));
    assertTrue(broken.getMessage().contains("1000 bytes are kept"), broken.getMessage());
    assertEquals(1000, Files.size(part()));
    server.removeContext("/");
    ranges.clear();
    serve(model.length);
    fetch(sum("SHA-1"), (done, total) -> {});
    assertEquals(List.of("bytes=1000-"), ranges);
    assertArrayEquals(model, Files.readAllBytes(place()));
  }

  @Test
  void aServerThatFallsSilentIsATransferThatBrokeOff() throws Exception {
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, model.length);
          exchange.getResponseBody().write(model, 0, 10);
          exchange.getResponseBody().flush();
        });
    IOException broken =
        assertThrows(
            IOException.class,
            () ->
                new ModelDownload(baseUrl, LONG, Duration.ofMillis(200))
                    .fetch("tiny.en", sum("SHA-1"), place(), (done, total) -> {}));
    assertTrue(broken.getMessage().contains("broke off"), broken.getMessage());
    assertFalse(Files.exists(place()));
  }

  @Test
  void aWrongSumLeavesNothing() throws Exception {
    serve(model.length);
    String other = "0".repeat(40);
    IOException wrong = assertThrows(IOException.class, () -> fetch(other, (done, total) -> {}));
    assertTrue(
        wrong.getMessage().contains(other) && wrong.getMessage().contains(sum("SHA-1")),
        wrong.getMessage());
    assertOnly();
  }

  @Test
  void aSumThatTheServerNamesOnItsRedirectIsHeldTo() throws Exception {
    serve(model.length);
    String[] named = {sum("SHA-256")};
    server.createContext(
        "/models/ggml-tiny.en.bin",
        exchange -> {
          exchange.getResponseHeaders().add("X-Linked-Etag", '"' + named[0] + '"');
          exchange.getResponseHeaders().add("Location", "/store");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    ModelDownload.Downloaded downloaded = fetch("", (done, total) -> {});
    assertTrue(downloaded.verified());
    assertEquals("SHA-256 " + named[0], downloaded.sum());
    Files.delete(place());
    named[0] = "f".repeat(64);
    assertThrows(IOException.class, () -> fetch("", (done, total) -> {}));
    assertOnly();
  }

  @Test
  void withoutAnySumTheResultSaysSo() throws Exception {
    serve(model.length);
    ModelDownload.Downloaded downloaded = fetch("", (done, total) -> {});
    assertFalse(downloaded.verified());
    assertEquals("SHA-256 " + sum("SHA-256"), downloaded.sum());
  }

  @Test
  void aPageInsteadOfAModelIsRefused() throws Exception {
    model[0] = '<';
    serve(model.length);
    IOException wrong = assertThrows(IOException.class, () -> fetch("", (done, total) -> {}));
    assertTrue(wrong.getMessage().contains("not a ggml model file"), wrong.getMessage());
    assertOnly();
  }

  @Test
  void aMissingFileIsToldAtOnce() {
    server.createContext(
        "/",
        exchange -> {
          ranges.add("asked");
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    IOException missing = assertThrows(IOException.class, () -> fetch("", (done, total) -> {}));
    assertTrue(
        missing.getMessage().contains("404") && missing.getMessage().contains("ggml-tiny.en.bin"),
        missing.getMessage());
    assertEquals(1, ranges.size());
  }

  /** Serves the model with ranges, but at most so many bytes at a time. */
  private void serve(int most) {
    server.createContext(
        "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          ranges.add(range);
          int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
          if (from > 0) {
            exchange
                .getResponseHeaders()
                .add(
                    "Content-Range",
                    "bytes " + from + "-" + (model.length - 1) + "/" + model.length);
          }
          exchange.sendResponseHeaders(from > 0 ? 206 : 200, model.length - from);
          send(exchange, from, Math.min(most, model.length - from));
        });
  }

  private void send(HttpExchange exchange, int from, int count) throws IOException {
    exchange.getResponseBody().write(model, from, count);
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private ModelDownload.Downloaded fetch(String sha1, ModelDownload.Progress progress)
      throws IOException, InterruptedException {
    return new ModelDownload(baseUrl, LONG, LONG).fetch("tiny.en", sha1, place(), progress);
  }

  private Path place() {
    return folder.resolve("models").resolve("ggml-tiny.en.bin");
  }

  private Path part() throws IOException {
    Files.createDirectories(place().getParent());
    return place().resolveSibling("ggml-tiny.en.bin.part");
  }

  private void assertOnly(Path... files) throws IOException {
    try (var found = Files.list(place().getParent())) {
      assertEquals(List.of(files), found.toList());
    }
  }

  private String sum(String algorithm) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(model));
  }
}
