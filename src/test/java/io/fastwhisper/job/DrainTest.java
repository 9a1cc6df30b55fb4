package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Refusal;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A process that is asked to end: what it still does, and what it leaves to the next. */
class DrainTest extends JobLives {
  @Test
  void drainingFinishesWhatDevicesHaveAndTheNextProcessGoesOnFromThere() throws Exception {
    Promise<Event> gate = Promise.promise();
    CompletableFuture<TranscribeSegment> held = new CompletableFuture<>();
    AtomicInteger leases = new AtomicInteger();
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof TranscribeSegment transcribe
                      && leases.incrementAndGet() == 2) {
                    held.complete(transcribe);
                    return gate.future();
                  }
                  return command instanceof CutClip ? NEVER : null;
                }));
    Future<JobSnapshot> end = life.run(JOB, "a*4");
    TranscribeSegment inHand = held.get(30, TimeUnit.SECONDS);
    Future<Void> drained = life.pipeline.drain(30_000);
    assertDraining(life, ScriptedRooms.job(2));
    assertFalse(drained.isComplete());
    gate.complete(ScriptedRooms.usual(inHand));
    get(drained);
    life.close();
    assertFalse(end.isComplete(), "a job that is left does not end");
    List<String> heard = heard(life);
    assertEquals(2, heard.size());
    assertEquals(1, life.rooms.asked(StopWork.class).size());
    assertEquals(List.of(), workLeft());

    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertNull(next.stored(JOB).end());
    List<JobSnapshot> ends = next.resume();
    assertEquals(List.of("0-0-0", "0-1-0", "0-2-0", "0-3-0"), clips(ends.get(0)));
    assertEquals(next.stored(JOB).receivedAtMs(), ends.get(0).receivedAtMs());
    assertEquals(
        List.of("0-0", "0-1", "0-2", "0-3"),
        Stream.concat(heard.stream(), heard(next).stream()).sorted().toList());
    next.close();
    Life last = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of(), last.resume());
    assertEquals(ends.get(0), last.stored(JOB).end());
  }

  @Test
  void drainingEndsAtItsLimitWhateverADeviceDoes() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life = new Life(stuckAt(TranscribeSegment.class, held));
    Future<JobSnapshot> end = life.run(JOB, "a*2");
    held.get(30, TimeUnit.SECONDS);
    get(life.pipeline.drain(1));
    life.close();
    assertFalse(end.isComplete());
    assertEquals(List.of(), workLeft());
    goesOn("0-0-0", "0-1-0");
  }

  @Test
  void whatFailsWhileDrainingIsForTheNextProcessToFind() throws Exception {
    Promise<Event> gate = Promise.promise();
    CompletableFuture<JoinFilm> held = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof JoinFilm join) {
                    held.complete(join);
                    return gate.future();
                  }
                  return null;
                }));
    Future<JobSnapshot> end = life.run(JOB, "a*2");
    JoinFilm join = held.get(30, TimeUnit.SECONDS);
    get(life.pipeline.drain(30_000));
    gate.complete(
        new Event.CompilationFailed(
            JOB, Failure.permanent("killed", "film.mp4", ""), join.attempt()));
    life.close();
    assertFalse(end.isComplete());
    goesOn("0-0-0", "0-1-0");
  }

  @Test
  void drainingWithNothingInHandIsDoneAtOnce() throws Exception {
    Life life = new Life(new ScriptedRooms(1, USUAL));
    get(life.run(JOB, "a*1"));
    get(life.pipeline.drain(3_600_000));
    assertDraining(life, ScriptedRooms.job(2));
  }

  /** The segments that a life's device was given. */
  private static List<String> heard(Life life) {
    return life.rooms.asked(TranscribeSegment.class).stream()
        .map(transcribe -> transcribe.segment().id().toString())
        .toList();
  }

  private void assertDraining(Life life, JobId job) {
    JobRequest request = request("b*1");
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () -> get(life.pipeline.run(job, request, film(), snapshot -> {})));
    assertEquals(Refusal.DRAINING, ((ReplyException) refused.getCause()).failureCode());
  }
}
