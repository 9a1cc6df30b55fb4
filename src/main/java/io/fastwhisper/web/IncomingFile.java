package io.fastwhisper.web;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the body of a paused request to a file as it comes, at the pace of the disk. */
final class IncomingFile {
  private static final Logger LOG = LoggerFactory.getLogger(IncomingFile.class);
  private static final String OWNER_ONLY = "rw-------";

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final long maxBytes;
  private final Promise<Void> received = Promise.promise();
  private long sizeBytes;

  /** Made before anything is waited for: a client that goes meanwhile is told of only once. */
  IncomingFile(Vertx vertx, HttpServerRequest request, long maxBytes) {
    this.vertx = vertx;
    this.request = request;
    this.maxBytes = maxBytes;
    request.exceptionHandler(received::tryFail);
    if (request.response().closed()) {
      received.tryFail("the client has gone");
    }
  }

  /** Gives the size of the file, which is then on the disk and closed. */
  Future<Long> receive(Path file) {
    OpenOptions options = new OpenOptions().setCreateNew(true).setPerms(OWNER_ONLY);
    return vertx
        .fileSystem()
        .open(file.toString(), options)
        .compose(
            opened -> {
              request
                  .handler(buffer -> take(buffer, opened))
                  .endHandler(end -> received.tryComplete())
                  .resume();
              return received
                  .future()
                  .compose(all -> opened.flush())
                  .eventually(opened::close)
                  .compose(closed -> whole());
            });
  }

  private void take(Buffer buffer, AsyncFile file) {
    if (received.future().isComplete()) {
      return;
    }
    sizeBytes += buffer.length();
    if (sizeBytes > maxBytes) {
      received.tryFail(Problem.of(413, "too_large", "the file is larger than the server takes"));
      return;
    }
    file.write(buffer).onFailure(received::tryFail);
    if (file.writeQueueFull()) {
      request.pause();
      file.drainHandler(drained -> request.resume());
    }
  }

  private Future<Long> whole() {
    return sizeBytes == 0
        ? Future.failedFuture(Problem.of(400, "bad_request", "the file is empty"))
        : Future.succeededFuture(sizeBytes);
  }

  /** What a client is told of a failure to receive. */
  static Throwable problem(Throwable e) {
    if (e instanceof FileSystemException || e instanceof IOException) {
      LOG.error("an upload cannot be written: {}", e.getMessage());
      return Problem.of(507, "no_storage", "the server's disk is full or cannot be written");
    }
    return e instanceof Problem
        ? e
        : Problem.of(400, "bad_request", "the upload did not come whole");
  }
}
