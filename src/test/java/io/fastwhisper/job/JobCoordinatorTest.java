package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Event;
import io.fastwhisper.compile.OrderingVerticle;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.transcribe.LaneDispatcher;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The coordinator on a real bus; the rooms around it are scripted. One long file, for every case
 * stands on the same few lines of deployment.
 */
@Timeout(60)
class JobCoordinatorTest {
  private static final JobId JOB = ScriptedRooms.job(1);
  private static final Function<Command, Future<Event>> USUAL = command -> null;
  private static final Future<Event> NEVER = Future.future(never -> {});

  private final Vertx vertx = Vertx.vertx();

  @TempDir Path folder;

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  @Test
  void aJobEndsWithItsClipsInOrderAndNothingLeftButTheFilm() throws Exception {
    ScriptedRooms rooms = new ScriptedRooms(2, USUAL);
    JobSnapshot end = run(rooms, request("a*3", "b*1"));
    assertEquals(JobStatus.COMPLETED, end.status(), end.toString());
    assertEquals(List.of("0-0-0", "0-1-0", "0-2-0", "1-0-0"), clips(end));
    assertEquals(film(), end.compilation());
    assertEquals(4, end.matches().size());
    assertEquals(List.of(film()), left());
  }

  @Test
  void aJobWithoutAMatchIsFinishedWithoutAFilm() throws Exception {
    ScriptedRooms rooms = new ScriptedRooms(2, USUAL);
    JobSnapshot end =
        run(rooms, JobRequest.of(List.of("a*2"), List.of("unsaid"), JobOptions.DEFAULT));
    assertEquals(JobStatus.COMPLETED, end.status());
    assertEquals("No target words found in any video", end.message());
    assertEquals(List.of(), rooms.asked(JoinFilm.class));
    assertEquals(List.of(), left());
  }

  @Test
  void theFirstClipIsCutWhileTheLastSegmentIsStillHeldBack() throws Exception {
    Promise<Event> gate = Promise.promise();
    List<TranscribeSegment> held = new ArrayList<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            4,
            command -> {
              if (command instanceof TranscribeSegment transcribe
                  && transcribe.segment().id().segment() == 3) {
                held.add(transcribe);
                return gate.future();
              }
              return null;
            });
    CompletableFuture<JobSnapshot> cut = new CompletableFuture<>();
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    Future<JobSnapshot> end =
        pipeline.run(
            JOB,
            request("a*4"),
            film(),
            snapshot -> {
              if (snapshot.clipsCut() > 0) {
                cut.complete(snapshot);
              }
            });
    JobSnapshot whileHeld = cut.get(30, TimeUnit.SECONDS);
    assertTrue(whileHeld.segmentsCompleted() < 4, whileHeld.toString());
    assertEquals("0-0-0", rooms.asked(CutClip.class).get(0).clip().id().toString());
    gate.complete(ScriptedRooms.usual(held.get(0)));
    assertEquals(List.of("0-0-0", "0-1-0", "0-2-0", "0-3-0"), clips(get(end)));
  }

  @Test
  void aFailureThatPassesIsTriedAgainAndOneThatDoesNotIsReported() throws Exception {
    AtomicInteger fetches = new AtomicInteger();
    AtomicInteger cuts = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command -> {
              if (command instanceof FetchSegment fetch
                  && fetch.segment().id().segment() == 0
                  && fetches.incrementAndGet() < 3) {
                return answer(
                    new Event.FetchFailed(fetch.segment().id(), Failure.passing("slow", "0-0")));
              }
              if (command instanceof CutClip cut && cut.clip().id().segment() == 1) {
                cuts.incrementAndGet();
                return answer(
                    new Event.ClipFailed(cut.clip().id(), Failure.passing("no luck", "0-1-0")));
              }
              return null;
            });
    JobSnapshot end = run(rooms, request("a*3"));
    assertEquals(List.of("0-0-0", "0-2-0"), clips(end));
    assertEquals(3, cuts.get());
    assertEquals(List.of("no luck"), end.failures().stream().map(Failure::what).toList());
    assertEquals(JobStatus.COMPLETED, end.status());
  }

  @Test
  void aRoomThatThrowsCountsAsAFailedTry() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command -> {
              if (command instanceof OpenVideo && opened.incrementAndGet() == 1) {
                throw new IllegalStateException("thrown on purpose");
              }
              return null;
            });
    assertEquals(List.of("0-0-0"), clips(run(rooms, request("a*1"))));
    assertEquals(2, opened.get());
  }

  @Test
  void aSourceThatFailsDoesNotSinkTheJobAndNoSourceDoes() throws Exception {
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command ->
                command instanceof ResolveSource resolve
                        && resolve.source().location().startsWith("bad")
                    ? answer(
                        new Event.SourceFailed(
                            resolve.job(),
                            resolve.source().number(),
                            Failure.permanent("no such file", resolve.source().location(), "")))
                    : null);
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    JobSnapshot some = get(pipeline.run(JOB, request("bad", "a*1"), film(), snapshot -> {}));
    assertEquals(List.of("0-0-0"), clips(some));
    assertEquals(1, some.failures().size());
    JobSnapshot none =
        get(pipeline.run(ScriptedRooms.job(2), request("bad"), film(), snapshot -> {}));
    assertEquals(JobStatus.ERROR, none.status());
    assertEquals(0, none.usableVideos());
  }

  @Test
  void thePeakOfPcmOnDiskDoesNotGrowWithTheLengthOfTheVideo() throws Exception {
    AtomicInteger peak = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              if (command instanceof FetchSegment fetch) {
                ScriptedRooms.write(fetch.pcmFile(), 64);
                peak.accumulateAndGet(filesIn(fetch.pcmFile().getParent()), Math::max);
              }
              return null;
            });
    JobSnapshot end = run(rooms, request("a*60"), 2, 8);
    assertEquals(60, end.clips().size());
    // Twice two that are fetched, wait or are being removed; one on the device, one that it has
    // just answered for.
    assertTrue(peak.get() <= 6, "peak " + peak);
  }

  @Test
  void noMoreWorkRunsAtATimeThanIsAllowed() throws Exception {
    AtomicInteger cutting = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            8,
            command -> {
              if (command instanceof CutClip) {
                most.accumulateAndGet(cutting.incrementAndGet(), Math::max);
                Event usual = ScriptedRooms.usual(command);
                Promise<Event> later = Promise.promise();
                vertx.setTimer(
                    5,
                    timer -> {
                      cutting.decrementAndGet();
                      later.complete(usual);
                    });
                return later.future();
              }
              return null;
            });
    run(rooms, request("a*20"), 6, 3);
    assertEquals(3, most.get());
  }

  @Test
  void theFilmEndsAtItsGreatestLengthAndWhatIsBehindIsCalledOff() throws Exception {
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command ->
                command instanceof TranscribeSegment transcribe
                        && transcribe.segment().id().segment() > 2
                    ? NEVER
                    : null);
    JobOptions options = new JobOptions(1_000, 1_000, 2_000, 3_000, 5, TranscribeOptions.DEFAULT);
    JobSnapshot end = run(rooms, JobRequest.of(List.of("a*8"), List.of("freedom"), options));
    assertTrue(end.earlyTermination());
    assertEquals(List.of("0-0-0"), clips(end));
    assertEquals("0-0-1", rooms.asked(StopWork.class).get(0).from().toString());
    assertEquals(List.of(film()), left());
  }

  @ParameterizedTest(name = "cancelled at {0}")
  @ValueSource(
      classes = {
        ResolveSource.class,
        OpenVideo.class,
        FetchSegment.class,
        TranscribeSegment.class,
        CutClip.class,
        JoinFilm.class
      })
  void aJobThatIsCancelledStopsItsWorkAndLeavesNothing(Class<? extends Command> stage)
      throws Exception {
    CompletableFuture<Command> reached = new CompletableFuture<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command -> {
              if (stage.isInstance(command) && !reached.isDone()) {
                reached.complete(command);
                return NEVER;
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 1, 1));
    Future<JobSnapshot> end = pipeline.run(JOB, request("a*2"), film(), snapshot -> {});
    reached.get(30, TimeUnit.SECONDS);
    get(pipeline.cancel(JOB));
    assertEquals(JobStatus.CANCELLED, get(end).status());
    assertEquals(List.of(), left());
    // What was called off holds no place: the next job runs through.
    JobSnapshot next =
        get(pipeline.run(ScriptedRooms.job(2), request("b*1"), film(), snapshot -> {}));
    assertEquals(JobStatus.COMPLETED, next.status());
    assertEquals("0-0-0", rooms.asked(StopWork.class).get(0).from().toString());
  }

  @Test
  void closingThePipelineStopsItsJobsAndLeavesNothing() throws Exception {
    CompletableFuture<Command> reached = new CompletableFuture<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command -> {
              if (command instanceof CutClip) {
                reached.complete(command);
                return NEVER;
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    Future<JobSnapshot> end = pipeline.run(JOB, request("a*2"), film(), snapshot -> {});
    reached.get(30, TimeUnit.SECONDS);
    get(pipeline.close());
    assertEquals(JobStatus.CANCELLED, get(end).status());
    assertEquals(List.of(), left());
  }

  @Test
  void aTargetThatHoldsNoWordIsRefused() throws Exception {
    Pipeline pipeline = get(deploy(new ScriptedRooms(1, USUAL), 6, 8));
    JobRequest request = JobRequest.of(List.of("a*1"), List.of("!?"), JobOptions.DEFAULT);
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () -> get(pipeline.run(JOB, request, film(), snapshot -> {})));
    assertTrue(refused.getMessage().contains("!?"), refused.getMessage());
    assertEquals(List.of(), left());
  }

  @Test
  void theMoreUrgentJobGetsTheDeviceFirst() throws Exception {
    List<SegmentId> order = new ArrayList<>();
    Promise<Event> gate = Promise.promise();
    AtomicReference<Event> answerOfFirst = new AtomicReference<>();
    CompletableFuture<Void> lent = new CompletableFuture<>();
    AtomicInteger fetched = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              boolean first = false;
              if (command instanceof TranscribeSegment transcribe) {
                order.add(transcribe.segment().id());
                first = order.size() == 1;
              } else if (command instanceof FetchSegment) {
                fetched.incrementAndGet();
              }
              if (fetched.get() == 4) {
                // Behind the answer to the last fetch, so that all four are known when the device
                // becomes free.
                Vertx.currentContext().runOnContext(go -> gate.tryComplete(answerOfFirst.get()));
              }
              if (first) {
                answerOfFirst.set(ScriptedRooms.usual(command));
                lent.complete(null);
                return gate.future();
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    JobOptions urgent = new JobOptions(0, 0, 0, 0, 9, TranscribeOptions.DEFAULT);
    Future<JobSnapshot> usual = pipeline.run(JOB, request("a*2"), film(), snapshot -> {});
    lent.get(30, TimeUnit.SECONDS);
    Future<JobSnapshot> hasty =
        pipeline.run(
            ScriptedRooms.job(2),
            JobRequest.of(List.of("b*2"), List.of("freedom"), urgent),
            folder.resolve("hasty.mp4"),
            snapshot -> {});
    get(usual);
    get(hasty);
    assertEquals(JOB, order.get(order.size() - 1).job());
    assertEquals(
        List.of(2, 2), order.subList(1, 3).stream().map(s -> s.job().equals(JOB) ? 1 : 2).toList());
  }

  private Future<Pipeline> deploy(ScriptedRooms rooms, int fetches, int cuts) {
    CoordinatorSettings settings =
        new CoordinatorSettings(
            folder.resolve("work"),
            new Job.Settings(ScriptedRooms.PLAN, 3, 1),
            new LaneDispatcher.Limits(60_000, 60_000),
            fetches,
            cuts,
            2,
            5,
            false);
    return Pipeline.deploy(
        vertx,
        settings,
        List.of(Pipeline.Room.of(new OrderingVerticle()), Pipeline.Room.of(rooms)));
  }

  private JobSnapshot run(ScriptedRooms rooms, JobRequest request) throws Exception {
    return run(rooms, request, 6, 8);
  }

  private JobSnapshot run(ScriptedRooms rooms, JobRequest request, int fetches, int cuts)
      throws Exception {
    return get(
        deploy(rooms, fetches, cuts)
            .compose(pipeline -> pipeline.run(JOB, request, film(), snapshot -> {})));
  }

  private static JobRequest request(String... sources) {
    return JobRequest.of(List.of(sources), List.of("freedom"), JobOptions.DEFAULT);
  }

  private static Future<Event> answer(Event event) {
    return Future.succeededFuture(event);
  }

  private Path film() {
    return folder.resolve("film.mp4");
  }

  /** Files that are there, whatever folders they lie in. */
  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static int filesIn(Path pcm) {
    String[] names = pcm.toFile().list();
    return names == null ? 0 : names.length;
  }

  private static List<String> clips(JobSnapshot snapshot) {
    assertFalse(snapshot.clips().isEmpty(), snapshot.toString());
    return snapshot.clips().stream().map(clip -> clip.clip().id().toString()).toList();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
