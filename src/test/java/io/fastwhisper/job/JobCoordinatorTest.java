package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole jobs by the coordinator: what they end with, whatever fails on their way. */
@Timeout(60)
class JobCoordinatorTest extends ScriptedPipeline {
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
  void aDeviceThatWasLostIsToldOfUntilItComesBack() throws Exception {
    get(deploy(new ScriptedRooms(2, USUAL), 6, 8));
    Failure why = Failure.permanent("an illegal memory access", "cuda:0", "");
    tell(new Event.DeviceReady("cuda:0", "first"));
    tell(new Event.DeviceLost("cuda:0", "first", why));
    assertEquals(Map.of("cuda:0", "an illegal memory access"), load().lostDevices());
    tell(new Event.DeviceReady("cuda:0", "second"));
    assertEquals(Map.of(), load().lostDevices());
  }

  /** The command line's: no later process goes on with it, so it must not wait for one. */
  @Test
  void aJobWhoseLastDeviceIsLostEndsWithWhatIsMissingAndWhy() throws Exception {
    Failure why = Failure.permanent("an illegal memory access", ScriptedRooms.DEVICE, "");
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command ->
                command instanceof TranscribeSegment transcribe
                        && transcribe.segment().id().segment() == 1
                    ? answer(new Event.DeviceLost(ScriptedRooms.DEVICE, ScriptedRooms.WORKER, why))
                    : null);
    JobSnapshot end = run(rooms, request("a*3"));
    assertEquals(JobStatus.COMPLETED, end.status(), end.toString());
    assertEquals(List.of("0-0-0"), clips(end));
    assertEquals(2, end.segmentsFailed());
    assertEquals(
        List.of("no device is left: cpu is lost: an illegal memory access"),
        end.failures().stream().map(failed -> failed.failure().what()).distinct().toList());
  }

  private void tell(Event event) {
    vertx.eventBus().send(Addresses.EVENTS, event);
  }

  /** Asked behind what was told, it is answered behind it. */
  private Reply.LoadTold load() throws Exception {
    return get(
        vertx
            .eventBus()
            .<Reply.LoadTold>request(Addresses.JOBS, new Command.TellLoad())
            .map(reply -> reply.body()));
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
                    new Event.FetchFailed(
                        fetch.segment().id(), Failure.passing("slow", "0-0"), fetch.attempt()));
              }
              if (command instanceof CutClip cut && cut.clip().id().segment() == 1) {
                cuts.incrementAndGet();
                return answer(
                    new Event.ClipFailed(
                        cut.clip().id(), Failure.passing("no luck", "0-1-0"), cut.attempt()));
              }
              return null;
            });
    JobSnapshot end = run(rooms, request("a*3"));
    assertEquals(List.of("0-0-0", "0-2-0"), clips(end));
    assertEquals(3, cuts.get());
    assertEquals(
        List.of("no luck"),
        end.failures().stream().map(failed -> failed.failure().what()).toList());
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
                            Failure.permanent("no such file", resolve.source().location(), ""),
                            resolve.attempt()))
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
}
