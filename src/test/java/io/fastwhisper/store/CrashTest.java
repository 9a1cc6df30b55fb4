package io.fastwhisper.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.media.MediaMaker;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.store.MortalServer.Books;
import io.fastwhisper.store.MortalServer.Death;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real server, killed at every write of its store and at random moments. {@code -Dcrashes=500}
 * kills it that often, {@code -Dcrash.seed=N} at others. Each run ends with its books: no job lost,
 * none doubled, every film as an undisturbed server makes it, nothing left, and nothing transcribed
 * again that was kept.
 *
 * <p>The two runs go on beside each other: a server that starts keeps one core busy.
 */
class CrashTest {
  private static final int CRASHES = Integer.getInteger("crashes", 20);
  private static final long SEED = Long.getLong("crash.seed", 1);

  @TempDir static Path folder;
  private static final ExecutorService runs = Executors.newFixedThreadPool(2);
  private static Future<Books> atEveryWrite;
  private static Future<Books> atAnyMoment;

  @BeforeAll
  static void begin() throws Exception {
    String request = request();
    byte[] film;
    long lifeMs;
    long jobMs;
    try (MortalServer server = new MortalServer(folder.resolve("undisturbed"), request, null)) {
      long began = System.nanoTime();
      server.live(Death.NONE);
      lifeMs = (System.nanoTime() - began) / 1_000_000;
      jobMs = server.jobMs();
      film = server.film();
      Books books = server.books();
      assertEquals(List.of(), books.left());
      assertEquals(2, books.transcribed());
    }
    atEveryWrite =
        runs.submit(
            () -> {
              try (MortalServer server =
                  new MortalServer(folder.resolve("writes"), request, film)) {
                return killAtEveryWrite(server);
              }
            });
    atAnyMoment =
        runs.submit(
            () -> {
              try (MortalServer server =
                  new MortalServer(folder.resolve("moments"), request, film)) {
                return killAtRandom(server, lifeMs, jobMs);
              }
            });
  }

  @AfterAll
  static void end() {
    runs.shutdownNow();
  }

  @Test
  void aServerThatIsKilledAtAnyWriteOfItsStoreLosesNothing() throws Exception {
    check("every write", atEveryWrite.get());
  }

  @Test
  void aServerThatIsKilledAtAnyMomentLosesNothing() throws Exception {
    check("random moments, seed " + SEED, atAnyMoment.get());
  }

  /** Two short videos, each with one of the words. */
  private static String request() throws Exception {
    MediaMaker maker = new MediaMaker(folder);
    List<String> sources = new ArrayList<>();
    for (SampleTalk talk : List.of(SampleTalk.WATER, SampleTalk.BREAD)) {
      List<String> cut =
          List.of("-i", talk.video().toString(), "-t", "14", "-vf", "scale=160:90", "-r", "10");
      List<String> codecs = List.of("-c:v", "libopenh264", "-c:a", "aac");
      sources.add(
          maker
              .make(
                  talk.title() + ".mp4",
                  Stream.concat(cut.stream(), codecs.stream()).toArray(String[]::new))
              .toString());
    }
    return "{\"sources\":[\""
        + String.join("\",\"", sources)
        + "\"],\"targets\":[\"rain\",\"kitchen\"]}";
  }

  private static Books killAtEveryWrite(MortalServer server) throws Exception {
    // The first points are those of a store that is being made.
    for (int point = 1; point <= 2; point++) {
      assertTrue(server.live(Death.atPointFromStart(point)), "point " + point + " of a new store");
    }
    int point = 1;
    while (server.live(Death.atPointFromSubmit(point))) {
      point++;
    }
    assertEquals(12, point - 1, "job, two videos, two segments, end, with two points each");
    // A job that was killed before its end was kept is killed again while it is resumed, where two
    // videos and two segments are kept for it again, and its end.
    server.live(Death.atPointFromSubmit(11));
    for (point = 1; point <= 10; point++) {
      assertTrue(
          server.live(Death.atPointFromStart(point)), "point " + point + " of a resumed job");
    }
    server.live(Death.NONE);
    return server.books();
  }

  /** Half of them while they start and resume, half while they run a job of their own. */
  private static Books killAtRandom(MortalServer server, long lifeMs, long jobMs) throws Exception {
    Random random = new Random(SEED);
    int deaths = 0;
    for (int i = 0; deaths < CRASHES; i++) {
      // A moment may come too late for a life.
      assertTrue(i < 10 + 3 * CRASHES, "only " + deaths + " of " + i + " lives ended early");
      boolean died =
          server.live(
              i % 2 == 0
                  ? Death.afterSubmit(random.nextLong(jobMs + jobMs / 4))
                  : Death.afterStart(random.nextLong(lifeMs)));
      deaths += died ? 1 : 0;
    }
    server.live(Death.NONE);
    return server.books();
  }

  private static void check(String when, Books books) {
    System.err.println("Killed at " + when + ": " + books);
    assertEquals(0, books.lost(), "lost");
    assertEquals(0, books.doubled(), "doubled");
    assertEquals(0, books.unlike(), "films unlike the undisturbed one");
    assertEquals(0, books.again(), "transcribed again");
    assertEquals(List.of(), books.left(), "left");
    assertTrue(books.promised() > 0 && books.deaths() > 0, books.toString());
  }
}
