package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.VideoProgress.State;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Progress feeds over real connections. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FeedTest {
  @TempDir static Path folder;
  private static WebAtWork web;

  @BeforeAll
  static void start() throws Exception {
    web = WebAtWork.start(folder, "server.feed_heartbeat_s=1", "server.idle_timeout_s=2");
  }

  @AfterAll
  static void close() throws Exception {
    web.close();
  }

  @Test
  void whoeverComesBackHearsTheRestWithoutAGapAndAfterTheEndNothing() throws Exception {
    JobId id = web.submit();
    Snapshots job = Snapshots.of(id).video(0, State.OPEN, 0);
    List<String> heard = new ArrayList<>();
    String last = "";
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 20; i++) {
        job.match(0, 1_000L * (round * 20 + i) + 1);
        web.report(job.clip().build());
      }
      try (RawHttp client = follow(id, last)) {
        while (heard.size() < 40 * (round + 1)) {
          String frame = client.readThrough("\n\n");
          if (frame.contains("event: match") || frame.contains("event: clip")) {
            heard.add(frame);
          }
          last = frame.contains("id: ") ? between(frame, "id: ", "\n") : last;
        }
      }
    }
    assertEquals(200, heard.size());
    assertEquals(200, heard.stream().distinct().count());

    web.await(web.end(job.stage(JobStage.COMPILING).status(JobStatus.COMPLETED).build()));
    HttpResponse<String> rest = feed(id, last);
    assertEquals(200, rest.statusCode());
    assertFalse(rest.body().contains("event: match"), rest.body());
    assertTrue(rest.body().contains("event: end\ndata: {\"status\":\"completed\""), rest.body());
    String end = rest.body().substring(rest.body().lastIndexOf("id: ") + 4).split("\n")[0];
    assertEquals(204, feed(id, end).statusCode());
  }

  @Test
  void anIdOfAnotherServersLifeMakesTheFeedBeginAnew() throws Exception {
    JobId id = web.submit();
    Snapshots job = Snapshots.of(id).match(0, 1);
    web.await(web.end(job.status(JobStatus.COMPLETED).build()));
    String whole = feed(id, "").body();
    assertFalse(whole.contains("event: reset"), whole);
    String anew = feed(id, "5000000001").body();
    assertTrue(anew.startsWith("id: "), anew);
    assertTrue(anew.contains("event: reset"), anew);
    assertEquals(whole, anew.substring(anew.indexOf("\n\n") + 2));
  }

  @Test
  void aJobThatIsOnlyStoredHasTheSameFeedWheneverItIsAsked() throws Exception {
    JobId id = web.submit();
    web.await(web.end(Snapshots.of(id).match(0, 1).clip().status(JobStatus.COMPLETED).build()));
    for (int i = 0; i < 60; i++) {
      JobId other = web.submit();
      web.await(web.end(Snapshots.of(other).status(JobStatus.COMPLETED).build()));
    }
    String first = feed(id, "").body();
    assertTrue(first.contains("event: match") && first.contains("event: end"), first);
    assertEquals(first, feed(id, "").body());
    String third = first.split("\n\n")[2];
    assertEquals(
        first.substring(first.indexOf(third) + third.length() + 2),
        feed(id, between(third, "id: ", "\n")).body());
  }

  @Test
  void aSilentFeedSaysThatItLivesBeyondTheTimeForIdleConnections() throws Exception {
    JobId id = web.submit();
    try (RawHttp client = follow(id, "")) {
      for (int i = 0; i < 6; i++) {
        client.readThrough("\n:\n\n");
      }
      web.report(Snapshots.of(id).match(0, 77).build());
      client.readThrough("\"startMs\":77");
    }
  }

  /** The kernel takes some megabytes for it; beyond them nothing is put by. */
  @Test
  void aClientThatNeverReadsIsLetGoAndDisturbsNobody() throws Exception {
    JobId id = web.submit();
    Snapshots job = Snapshots.of(id);
    try (RawHttp stuck = follow(id, "");
        RawHttp reader = follow(id, "")) {
      Thread reading = new Thread(() -> readAll(reader));
      reading.start();
      // Some 20 MB: far more than sockets hold.
      String text = "x".repeat(10_000);
      for (int i = 0; i < 2_000; i++) {
        job.failure(0, Failure.passing(text, "failure " + i));
        if (i % 100 == 0) {
          web.report(job.build());
        }
      }
      web.report(job.build());
      // The server closes it: what the sockets still hold comes, and then the end.
      stuck.socket.setSoTimeout(60_000);
      String rest = awaitCutOff(id, stuck);
      assertFalse(rest.contains("event: end"), "it was not let go");
      web.await(web.end(job.status(JobStatus.COMPLETED).build()));
      reading.join();
    }
  }

  @Test
  void clientsThatNeverReadDoNotKeepTheirConnections(@TempDir Path other) throws Exception {
    int most = 4;
    try (WebAtWork few =
        WebAtWork.start(other, "server.idle_timeout_s=1", "server.max_connections=" + most)) {
      JobId id = few.submit();
      Snapshots job = Snapshots.of(id);
      List<RawHttp> stuck = new ArrayList<>();
      // One connection is the one that the job was submitted by.
      while (stuck.size() < most - 1) {
        stuck.add(follow(few, id, ""));
      }
      String text = "x".repeat(100_000);
      for (int i = 0; i < 200; i++) {
        few.report(job.failure(0, Failure.passing(text, "failure " + i)).build());
      }
      while (!served(few)) {
        // The server looks at its connections twice in their time.
        Thread.sleep(100);
      }
      for (RawHttp client : stuck) {
        client.close();
      }
    }
  }

  private static boolean served(WebAtWork few) throws IOException {
    List<RawHttp> all = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        RawHttp client = new RawHttp(few.port());
        all.add(client);
        client.send("GET /api/v1/samples HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.readThrough("\r\n\r\n");
      }
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      for (RawHttp client : all) {
        client.close();
      }
    }
  }

  private static String awaitCutOff(JobId id, RawHttp stuck) throws Exception {
    // Feeds of others go on while the stuck one waits for its end.
    try (RawHttp other = follow(id, "")) {
      for (int beats = 0; beats < 8; beats++) {
        other.readThrough("\n:\n\n");
      }
    }
    return stuck.readToEnd();
  }

  private static void readAll(RawHttp client) {
    try {
      client.readThrough("event: end");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static RawHttp follow(JobId id, String last) throws IOException {
    return follow(web, id, last);
  }

  private static RawHttp follow(WebAtWork web, JobId id, String last) throws IOException {
    RawHttp client = new RawHttp(web.port());
    client.send(
        "GET /api/v1/jobs/"
            + id
            + "/events HTTP/1.1\r\nHost: localhost\r\n"
            + (last.isEmpty() ? "" : "Last-Event-ID: " + last + "\r\n")
            + "Accept-Encoding: gzip\r\n\r\n");
    String head = client.readThrough("\r\n\r\n");
    assertTrue(head.startsWith("HTTP/1.1 200 "), head);
    assertTrue(head.contains("text/event-stream"), head);
    assertFalse(head.contains("gzip"), head);
    return client;
  }

  private static HttpResponse<String> feed(JobId id, String last) throws Exception {
    String path = "/api/v1/jobs/" + id + "/events";
    return last.isEmpty() ? web.get(path) : web.get(path, "Last-Event-ID", last);
  }

  private static String between(String text, String before, String behind) {
    int begin = text.indexOf(before) + before.length();
    return text.substring(begin, text.indexOf(behind, begin));
  }
}
