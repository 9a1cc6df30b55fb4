package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.engine.SpeechSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On one context, as on a device's thread, with files of sound. */
class WaitingSegmentsTest {
  private static final int LENGTH_MS = 2_000;
  private static final JobId JOB = JobId.random();
  private static final JobId ANOTHER = JobId.random();

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<String> told = new ArrayList<>();
  private Path sound;
  private WaitingSegments waiting;

  @BeforeEach
  void open() throws Exception {
    sound = Files.write(folder.resolve("sound.pcm"), new byte[LENGTH_MS * 16 * Float.BYTES]);
    waiting =
        onDevice(
            () ->
                new WaitingSegments(
                    vertx,
                    SpeechSettings.DEFAULT,
                    () -> told.add("opened"),
                    (segment, cause) -> told.add("failed: " + cause)));
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void theFirstOfEachJobIsOpenedAndAsManyMoreAsFeedADevice() throws Exception {
    List<LeasedSegment> many = IntStream.range(0, 9).mapToObj(i -> leased(JOB, i, sound)).toList();
    LeasedSegment late = leased(ANOTHER, 100, sound);
    openAll(many, late);
    openAll(List.of()); // again, as at each look at the lanes
    assertEquals(
        List.of(0, 1, 2, 3),
        IntStream.range(0, 9).filter(i -> many.get(i).isOpen()).boxed().toList());
    assertTrue(late.isOpen(), told.toString());
    assertEquals(5, told.size(), told.toString());
  }

  @Test
  void anotherIsOpenedWhenAWindowOfOneIsHandedIn() throws Exception {
    List<LeasedSegment> many = IntStream.range(0, 9).mapToObj(i -> leased(JOB, i, sound)).toList();
    openAll(many);
    assertFalse(many.get(4).isOpen());
    many.get(0).markSubmitted();
    openAll(List.of());
    assertTrue(many.get(4).isOpen(), told.toString());
    assertFalse(many.get(5).isOpen());
  }

  @Test
  void oneThatIsNotOpenLetsTheNextHaveItsTurn() throws Exception {
    LeasedSegment missing = leased(JOB, 0, folder.resolve("missing.pcm"));
    LeasedSegment there = leased(JOB, 1, sound);
    onDevice(
        () -> {
          waiting.add(missing);
          waiting.add(there);
          return null;
        });
    assertEquals(Optional.empty(), onDevice(waiting::take));
    openAll(List.of());
    assertEquals(Optional.of(there), onDevice(waiting::take));
    assertEquals(Optional.empty(), onDevice(waiting::take));
  }

  @Test
  void soundThatIsNotThereIsTold() throws Exception {
    Path missing = folder.resolve("missing.pcm");
    openAll(List.of(leased(JOB, 0, missing)));
    assertEquals(List.of("failed: " + new NoSuchFileException(missing.toString())), told);
  }

  @Test
  void nothingIsToldWhileTheQueueIsGoneThroughHoweverSoonItIsKnown() throws Exception {
    Path missing = folder.resolve("missing.pcm");
    Future<?> idle =
        onDevice(
            () -> {
              for (int i = 0; i < 300; i++) {
                waiting.add(leased(JobId.random(), i, missing));
              }
              waiting.open();
              assertEquals(List.of(), told);
              return waiting.idle();
            });
    await(idle);
    assertEquals(300, onDevice(told::size));
  }

  @Test
  void nothingIsToldOfOneThatEndsWhileItIsBeingOpened() throws Exception {
    LeasedSegment there = leased(JOB, 0, sound);
    LeasedSegment missing = leased(JOB, 1, folder.resolve("missing.pcm"));
    Future<?> idle =
        onDevice(
            () -> {
              waiting.add(there);
              waiting.add(missing);
              waiting.open();
              there.close();
              missing.close();
              return waiting.idle();
            });
    await(idle);
    assertEquals(List.of(), onDevice(() -> List.copyOf(told)));
    assertFalse(there.isOpen());
  }

  /** Adds these and waits until all that are due are open. */
  private void openAll(List<LeasedSegment> added, LeasedSegment... more) throws Exception {
    Future<?> idle =
        onDevice(
            () -> {
              added.forEach(waiting::add);
              List.of(more).forEach(waiting::add);
              waiting.open();
              return waiting.idle();
            });
    await(idle);
    onDevice(() -> null);
  }

  private static LeasedSegment leased(JobId job, int segment, Path pcmFile) {
    TimeRange all = new TimeRange(0, LENGTH_MS);
    TimeRange start = new TimeRange(0, 0);
    TimeRange end = new TimeRange(LENGTH_MS, LENGTH_MS);
    Segment whole = new Segment(new VideoId(job, 0).segment(segment), all, start, end);
    TranscribeOptions options = new TranscribeOptions("auto", "", "", 1);
    return new LeasedSegment(
        new TranscribeSegment(1 + segment, 5, whole, pcmFile, options), System.nanoTime());
  }

  private <T> T onDevice(Callable<T> call) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    context.runOnContext(
        go -> {
          try {
            done.complete(call.call());
          } catch (Exception e) {
            done.completeExceptionally(e);
          }
        });
    return done.get(30, TimeUnit.SECONDS);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
