package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A room that does not answer costs a try; its late answer changes nothing. */
@Timeout(60)
class LostAnswersTest extends ScriptedPipeline {
  @ParameterizedTest(name = "{0}")
  @ValueSource(
      classes = {
        ResolveSource.class,
        OpenVideo.class,
        FetchSegment.class,
        CutClip.class,
        JoinFilm.class
      })
  void aLostAnswerIsAFailedTryAndComesTooLateLater(Class<? extends Command> stage)
      throws Exception {
    Promise<Event> lost = Promise.promise();
    List<Command> tries = new ArrayList<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              if (!stage.isInstance(command)) {
                return null;
              }
              tries.add(command);
              if (tries.size() == 1) {
                clockMs.addAndGet(STAGE_SILENCE_MS);
                return lost.future();
              }
              // The first try's answer goes out before the second's.
              lost.complete(ScriptedRooms.usual(tries.get(0)));
              return null;
            });
    JobSnapshot end = run(rooms, request("a*1"));
    assertEquals(JobStatus.COMPLETED, end.status(), end.toString());
    assertEquals(List.of("0-0-0"), clips(end));
    assertEquals(2, tries.size());
    assertEquals(List.of(), end.failures());
    assertEquals(List.of(film()), left());
  }

  @Test
  void aLateFailureIsNotCountedASecondTime() throws Exception {
    Promise<Event> lost = Promise.promise();
    List<CutClip> tries = new ArrayList<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              if (!(command instanceof CutClip cut)) {
                return null;
              }
              tries.add(cut);
              Failure failure = Failure.passing("try " + cut.attempt(), "0-0-0");
              if (tries.size() == 1) {
                clockMs.addAndGet(STAGE_SILENCE_MS);
                return lost.future();
              } else if (tries.size() == 2) {
                lost.complete(new Event.ClipFailed(cut.clip().id(), failure, 1));
                return answer(new Event.ClipFailed(cut.clip().id(), failure, 2));
              }
              return null;
            });
    JobSnapshot end = run(rooms, request("a*1"));
    assertEquals(List.of("0-0-0"), clips(end));
    assertEquals(List.of(1, 2, 3), tries.stream().map(CutClip::attempt).toList());
  }

  @Test
  void aRoomThatNeverAnswersLosesItsWorkAndWhatItStillDoesIsCalledOff() throws Exception {
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              if (command instanceof JoinFilm) {
                clockMs.addAndGet(STAGE_SILENCE_MS);
                return NEVER;
              }
              return null;
            });
    JobSnapshot end = run(rooms, request("a*1"));
    assertEquals(JobStatus.ERROR, end.status());
    assertEquals(3, rooms.asked(JoinFilm.class).size());
    assertEquals(
        List.of("no sign of life for 1 s"),
        end.failures().stream().map(failed -> failed.failure().what()).toList());
    assertEquals(film().toString(), end.failures().get(0).failure().where());
    assertEquals("0-0-0", rooms.asked(StopWork.class).get(0).from().toString());
    assertEquals(List.of(), left());
  }

  @Test
  void workThatMovesIsWaitedFor() throws Exception {
    Promise<Event> slow = Promise.promise();
    CompletableFuture<CutClip> asked = new CompletableFuture<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              if (command instanceof CutClip cut) {
                asked.complete(cut);
                return slow.future();
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    Future<JobSnapshot> end = pipeline.run(JOB, request("a*1"), film(), snapshot -> {});
    CutClip cut = asked.get(30, TimeUnit.SECONDS);
    for (int i = 0; i < 5; i++) {
      // One bus, one order: the coordinator hears that the work moves before it answers.
      clockMs.addAndGet(STAGE_SILENCE_MS / 2);
      rooms.send(new Event.WorkMoves(Addresses.CUT, List.of(cut.clip().id())));
      get(vertx.eventBus().request(Addresses.EVENTS, nothing()));
    }
    slow.complete(ScriptedRooms.usual(cut));
    assertEquals(List.of("0-0-0"), clips(get(end)));
    assertTrue(rooms.asked(CutClip.class).size() == 1, "asked again");
  }

  private static Event nothing() {
    return new Event.WorkMoves(Addresses.CUT, List.of());
  }
}
