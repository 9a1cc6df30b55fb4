package io.fastwhisper.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches a model file. What has arrived is kept in {@code ggml-NAME.bin.part} and gone on with, in
 * this run and the next ones; the file takes its name only when its sum is right. Blocking; not for
 * an event loop.
 */
public final class ModelDownload {
  private static final int TRIES_WITHOUT_PROGRESS = 3;

  private final HttpClient client;
  private final String baseUrl;
  private final Duration stall;

  /**
   * @param baseUrl the folder that {@code ggml-NAME.bin} lies in
   * @param stall a transfer without a byte for this long has broken off
   */
  public ModelDownload(String baseUrl, Duration connectTimeout, Duration stall) {
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    this.baseUrl = baseUrl.replaceFirst("/+$", "");
    this.stall = stall;
  }

  /** Hears how far a download is. */
  public interface Progress {
    /**
     * @param totalBytes 0 where the server does not say
     */
    void at(long doneBytes, long totalBytes);
  }

  /**
   * What came.
   *
   * @param sum the sum that was compared, or was computed where there was none to compare with
   * @param verified false where nobody says what the sum must be
   */
  public record Downloaded(Path file, String sum, boolean verified) {}

  /** The sum that a file must have. */
  private record Sum(String algorithm, String hex) {}

  /** A transfer that ended early, or did not begin; trying again may help. */
  private static final class BrokenOff extends IOException {
    private static final long serialVersionUID = 1;

    BrokenOff(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Fetches a model, or only the rest of it.
   *
   * @param sha1 what its SHA-1 must be; "" takes the SHA-256 that the server names ({@code
   *     X-Linked-Etag}), if it does
   * @throws IOException with the address and the reason; after a wrong sum nothing is kept
   */
  public Downloaded fetch(String name, String sha1, Path place, Progress progress)
      throws IOException, InterruptedException {
    Files.createDirectories(place.toAbsolutePath().getParent());
    Path part = place.resolveSibling(place.getFileName() + ".part");
    URI address = URI.create(baseUrl + "/ggml-" + name + ".bin");
    Optional<Sum> sum = sha1.isEmpty() ? Optional.empty() : Optional.of(new Sum("SHA-1", sha1));
    int failures = 0;
    while (true) {
      long before = sizeOf(part);
      try {
        Optional<Sum> named = transfer(address, part, progress);
        sum = sum.or(() -> named);
        return finish(address, part, place, sum);
      } catch (BrokenOff e) {
        failures = sizeOf(part) > before ? 1 : failures + 1;
        if (failures >= TRIES_WITHOUT_PROGRESS) {
          throw new IOException(
              address
                  + ": "
                  + e.getMessage()
                  + "; "
                  + sizeOf(part)
                  + " bytes are kept for another try",
              e);
        }
        TimeUnit.MILLISECONDS.sleep(200L << failures);
      }
    }
  }

  /** Takes what is missing, and gives the sum that the server names. */
  private Optional<Sum> transfer(URI address, Path part, Progress progress)
      throws IOException, InterruptedException {
    long have = sizeOf(part);
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(stall);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new BrokenOff("no answer: " + e, e);
    }
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      if (status == 416) {
        // All is here, or what is here belongs to another file; the sum will tell.
        return namedSum(response);
      }
      if (status >= 500) {
        throw new BrokenOff("the server answers " + status, null);
      }
      boolean resumed =
          status == 206
              && response
                  .headers()
                  .firstValue("Content-Range")
                  .orElse("")
                  .startsWith("bytes " + have + "-");
      if (status != 200 && !resumed) {
        throw new IOException(address + ": the server answers " + status);
      }
      long start = resumed ? have : 0;
      long total = response.headers().firstValueAsLong("Content-Length").orElse(-start) + start;
      copy(body, part, start, total, progress);
      if (total > 0 && sizeOf(part) < total) {
        throw new BrokenOff("broke off at " + sizeOf(part) + " of " + total + " bytes", null);
      }
      return namedSum(response);
    }
  }

  private void copy(InputStream body, Path part, long start, long total, Progress progress)
      throws IOException {
    AtomicLong lastByteNanos = new AtomicLong(System.nanoTime());
    ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    long periodMs = Math.max(10, stall.toMillis() / 4);
    watch.scheduleAtFixedRate(
        () -> closeIfStalled(body, lastByteNanos), periodMs, periodMs, TimeUnit.MILLISECONDS);
    StandardOpenOption mode =
        start > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, mode)) {
      byte[] buffer = new byte[1 << 16];
      long done = start;
      progress.at(done, total);
      while (true) {
        int read = read(body, buffer);
        if (read < 0) {
          return;
        }
        lastByteNanos.set(System.nanoTime());
        out.write(buffer, 0, read);
        done += read;
        progress.at(done, total);
      }
    } finally {
      watch.shutdownNow();
    }
  }

  private static int read(InputStream body, byte[] buffer) throws BrokenOff {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new BrokenOff("broke off: " + e.getMessage(), e);
    }
  }

  private void closeIfStalled(InputStream body, AtomicLong lastByteNanos) {
    if (System.nanoTime() - lastByteNanos.get() > stall.toNanos()) {
      try {
        body.close();
      } catch (IOException e) {
        // The reader meets the same and reports it.
        lastByteNanos.set(System.nanoTime());
      }
    }
  }

  /** Hugging Face names the SHA-256 of a large file in the answer that redirects to its store. */
  private static Optional<Sum> namedSum(HttpResponse<?> response) {
    Optional<? extends HttpResponse<?>> at = Optional.of(response);
    while (at.isPresent()) {
      String tag = at.get().headers().firstValue("X-Linked-Etag").orElse("").replace("\"", "");
      if (tag.matches("[0-9a-f]{64}")) {
        return Optional.of(new Sum("SHA-256", tag));
      }
      at = at.get().previousResponse();
    }
    return Optional.empty();
  }

  private static Downloaded finish(URI address, Path part, Path place, Optional<Sum> expected)
      throws IOException {
    String algorithm = expected.map(Sum::algorithm).orElse("SHA-256");
    String found = sum(part, algorithm);
    if (expected.isPresent() && !expected.get().hex().equals(found)) {
      Files.deleteIfExists(part);
      throw new IOException(
          address
              + ": wrong file: its "
              + algorithm
              + " is "
              + found
              + ", expected "
              + expected.get().hex());
    }
    try {
      ModelFolder.requireModel(part);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw new IOException(address + ": what came is not a ggml model file", e);
    }
    Files.move(part, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    return new Downloaded(place, algorithm + " " + found, expected.isPresent());
  }

  private static String sum(Path file, String algorithm) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every Java has " + algorithm, e);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static long sizeOf(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }
}
