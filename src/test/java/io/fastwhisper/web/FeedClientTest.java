package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is put by for one client: the connection is played, and says when it is full. */
class FeedClientTest {
  private static final int FULL = 64 * 1024;
  private static final String DATA = "x".repeat(1_000);

  private final JobId id = JobId.random();
  private final LiveJob job =
      new LiveJob(
          new JobView(
              id,
              1,
              JobRequest.of(List.of("a.mp4"), List.of("rain"), JobOptions.DEFAULT),
              JobView.before(id, 1)),
          0,
          new JobJson(
              new WebSettings.ModelFacts("demo", true, ""),
              new PathVeil(List.of(Path.of("/data")))));
  private final StringBuilder sent = new StringBuilder();
  private int waiting;
  private boolean closed;

  private final HttpServerResponse response =
      (HttpServerResponse)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {HttpServerResponse.class},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "writeQueueFull":
                    return waiting >= FULL;
                  case "write":
                    String text = ((Buffer) arguments[0]).toString();
                    sent.append(text);
                    waiting += text.length();
                    return Future.succeededFuture();
                  case "end":
                    closed = true;
                    return Future.succeededFuture();
                  default:
                    throw new UnsupportedOperationException(method.getName());
                }
              });

  private final FeedClient client = new FeedClient(response, job, job.log().beginning());

  @Test
  void forAClientThatDoesNotReadNoMoreIsPutByThanItsConnectionTakesAndOneWrite() {
    for (int i = 0; i < 20_000; i++) {
      job.log().add("match", DATA);
      client.pump();
      client.beat();
    }
    assertTrue(waiting < FULL + 16 * 1_100, "put by: " + waiting);
  }

  @Test
  void aClientThatReadsAgainGetsAllTheRestInOrder() {
    int events = 500;
    for (int i = 0; i < events; i++) {
      job.log().add("match", "{\"number\":" + i + "}" + DATA);
      client.pump();
    }
    job.log().end("end", "{}");
    while (!closed) {
      waiting = 0;
      client.pump();
    }
    int from = 0;
    for (int i = 0; i < events; i++) {
      from = sent.indexOf("{\"number\":" + i + "}", from);
      assertTrue(from >= 0, "event " + i);
    }
    assertEquals(events, sent.toString().split("event: match", -1).length - 1);
    assertTrue(sent.toString().endsWith("event: end\ndata: {}\n\n"));
  }
}
