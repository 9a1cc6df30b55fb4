package io.fastwhisper.download;

import io.fastwhisper.domain.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * Copies a URL into a file, without blocking and with back-pressure from the disk to the sender.
 * Certificates are verified. A transfer that breaks off goes on where it stopped, if the server
 * names the version of what it sends and takes ranges; otherwise from the start. Used on one event
 * loop.
 */
final class HttpDownload {
  /** Connections made for one download while each brings something new. */
  private static final int MAX_CONNECTIONS = 5;

  private static final int MAX_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Answers that another try will not change (RFC 9110); all others of 400 and above may pass. */
  private static final Set<Integer> PERMANENT =
      Set.of(400, 401, 402, 403, 404, 405, 406, 410, 414, 451, 501);

  /**
   * @param maxBytes longest answer that is taken
   * @param connectMs longest time to connect
   * @param stallMs longest time without a byte
   * @param privateAddresses whether URLs and redirects may lead to addresses that are not public
   */
  record Limits(long maxBytes, int connectMs, long stallMs, boolean privateAddresses) {}

  /** A download that has failed; tells for people why. */
  static final class Failed extends RuntimeException {
    private final transient Failure failure;

    Failed(Failure failure) {
      super(failure.toString(), null, false, false);
      this.failure = failure;
    }

    Failure failure() {
      return failure;
    }
  }

  private final Vertx vertx;
  private final HttpClient client;
  private final Limits limits;
  private final AddressGate gate;

  HttpDownload(Vertx vertx, Limits limits) {
    this.vertx = vertx;
    this.limits = limits;
    this.gate = new AddressGate(limits.privateAddresses());
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(limits.connectMs())
                .setDecompressionSupported(false));
  }

  /** One download on its way; {@link #cancel} ends it and its result fails. */
  final class Transfer {
    private final String url;
    private final Path file;
    private final Promise<Path> done = Promise.promise();
    private HttpClientRequest request;
    private String validator;
    private long received;
    private volatile long moves;
    private int connections;
    private boolean cancelled;

    private Transfer(String url, Path file) {
      this.url = url;
      this.file = file;
    }

    Future<Path> result() {
      return done.future();
    }

    /** Grows with every byte and every answer of a server. */
    long moves() {
      return moves;
    }

    void cancel() {
      cancelled = true;
      if (request != null) {
        request.reset();
      }
      done.tryFail(new Failed(Failure.permanent("cancelled", url, "")));
    }

    private void connect() {
      long before = received;
      ++connections;
      follow(URI.create(url), MAX_REDIRECTS)
          .compose(this::receive)
          .onSuccess(all -> done.tryComplete(file))
          .onFailure(
              cause -> {
                boolean goesOn =
                    !cancelled
                        && !(cause instanceof Failed)
                        && received > before
                        && validator != null
                        && connections < MAX_CONNECTIONS;
                if (goesOn) {
                  connect();
                } else {
                  done.tryFail(cause instanceof Failed ? cause : new Failed(explain(cause)));
                }
              });
    }

    /**
     * Asks for a URL and for those that it is redirected to; each is vetted before it is connected
     * to.
     */
    private Future<HttpClientResponse> follow(URI uri, int redirects) {
      boolean secure = "https".equalsIgnoreCase(uri.getScheme());
      if (!secure && !"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
        return Future.failedFuture(
            new Failed(
                Failure.permanent("leads to " + uri + ", not an http or https URL", url, "")));
      }
      int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
      String host = uri.getHost().replaceAll("[\\[\\]]", "");
      return vertx
          .executeBlocking(() -> gate.resolve(host), false)
          .compose(address -> client.request(request(uri, secure, host, port, address)))
          .compose(
              r -> {
                request = r;
                return cancelled ? Future.failedFuture("cancelled") : r.send();
              })
          .compose(
              response -> {
                moves++;
                String location = response.getHeader(HttpHeaders.LOCATION);
                if (!REDIRECTS.contains(response.statusCode()) || location == null) {
                  return Future.succeededFuture(response);
                }
                Failed tooMany = new Failed(Failure.permanent("is redirected too often", url, ""));
                return refuse(response, tooMany)
                    .recover(
                        refused ->
                            redirects == 0
                                ? Future.failedFuture(refused)
                                : Future.<Void>succeededFuture())
                    .compose(go -> follow(uri.resolve(location), redirects - 1));
              });
    }

    private RequestOptions request(
        URI uri, boolean secure, String host, int port, InetAddress address) {
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      RequestOptions options =
          new RequestOptions()
              .setMethod(HttpMethod.GET)
              .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
              .setHost(host)
              .setPort(port)
              .setSsl(secure)
              .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
              .setIdleTimeout(limits.stallMs())
              .putHeader(HttpHeaders.USER_AGENT, "FastWhisper")
              .putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
      if (received != 0) {
        options.putHeader("range", "bytes=" + received + "-").putHeader("if-range", validator);
      }
      return options;
    }

    private Future<Void> receive(HttpClientResponse response) {
      response.pause();
      int status = response.statusCode();
      boolean continued = received != 0 && status == 206;
      if (status != 200 && !continued) {
        return refuse(response, new Failed(refused(status, response.statusMessage())));
      }
      if (!continued) {
        received = 0;
        validator = validator(response);
      }
      String length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
      if (length != null && received + Long.parseLong(length) > limits.maxBytes()) {
        return refuse(response, tooLong());
      }
      OpenOptions open =
          new OpenOptions().setWrite(true).setCreate(true).setTruncateExisting(!continued);
      return vertx
          .fileSystem()
          .open(file.toString(), open)
          .compose(
              target -> copy(response, target.setWritePos(received)).eventually(target::close));
    }

    /** Ends the transfer from our side; that this resets the stream is no news. */
    private Future<Void> refuse(HttpClientResponse response, Failed why) {
      response.exceptionHandler(reset -> {});
      response.request().reset();
      return Future.failedFuture(why);
    }

    private Future<Void> copy(HttpClientResponse response, AsyncFile target) {
      Promise<Void> copied = Promise.promise();
      boolean[] brokenOff = {false};
      target.exceptionHandler(copied::tryFail);
      target.drainHandler(drained -> response.resume());
      // What was received is on the disk before the transfer may go on behind it; what comes after
      // the break is not counted.
      response.exceptionHandler(
          cause -> {
            if (copied.future().isComplete()) {
              return;
            }
            brokenOff[0] = true;
            target.flush().onComplete(flushed -> copied.tryFail(cause));
          });
      response.handler(
          buffer -> {
            if (brokenOff[0] || copied.future().isComplete()) {
              return;
            }
            if (received + buffer.length() > limits.maxBytes()) {
              copied.tryFail(tooLong());
              response.request().reset();
              return;
            }
            write(target, buffer, copied);
            if (target.writeQueueFull()) {
              response.pause();
            }
          });
      response.endHandler(
          end -> {
            if (!brokenOff[0] && !copied.future().isComplete()) {
              target.flush().onSuccess(flushed -> copied.tryComplete()).onFailure(copied::tryFail);
            }
          });
      response.resume();
      return copied.future();
    }

    private void write(AsyncFile target, Buffer buffer, Promise<Void> copied) {
      received += buffer.length();
      moves++;
      target.write(buffer).onFailure(copied::tryFail);
    }

    private Failed tooLong() {
      return new Failed(
          Failure.permanent(
              "longer than the " + limits.maxBytes() + " bytes allowed",
              url,
              "Raise input.max_download_bytes."));
    }

    private Failure refused(int status, String text) {
      String what = "the server answered " + status + " " + text;
      return PERMANENT.contains(status)
          ? Failure.permanent(what, url, status == 404 || status == 410 ? "Check the URL." : "")
          : Failure.passing(what, url);
    }

    private Failure explain(Throwable cause) {
      if (cause instanceof AddressGate.Forbidden) {
        return Failure.permanent(
            cause.getMessage(), url, "To allow it, set input.private_addresses to true.");
      }
      if (cause instanceof UnknownHostException) {
        return new Failure("no such host", url, "Check the URL and the network.", false);
      }
      if (cause instanceof ConnectException) {
        return new Failure(
            "cannot be reached: " + cause.getMessage(),
            url,
            "Check the URL and the network.",
            false);
      }
      if (cause instanceof SSLException) {
        return Failure.permanent("no trusted connection: " + cause.getMessage(), url, "");
      }
      String text =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
      return Failure.passing("broke off after " + received + " bytes: " + text, url);
    }
  }

  /** Begins to copy; what the file held before is overwritten. */
  Transfer begin(String url, Path file) {
    Transfer transfer = new Transfer(url, file);
    transfer.connect();
    return transfer;
  }

  Future<Void> close() {
    return client.close();
  }

  /**
   * A strong validator, or null where the answer cannot be continued (RFC 9110, 13.1.5 takes no
   * weak ones).
   */
  private static String validator(HttpClientResponse response) {
    boolean ranges = "bytes".equalsIgnoreCase(response.getHeader(HttpHeaders.ACCEPT_RANGES));
    String tag = response.getHeader(HttpHeaders.ETAG);
    return ranges && tag != null && !tag.startsWith("W/") ? tag : null;
  }
}
