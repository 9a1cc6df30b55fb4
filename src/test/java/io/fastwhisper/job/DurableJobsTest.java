package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.bus.StoreCommand.KeepEnd;
import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.bus.StoreCommand.KeepSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.KeptJob;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Jobs that outlive their process: the coordinator with the real store, the rooms scripted. */
class DurableJobsTest extends JobLives {
  @Test
  void aJobIsKeptBeforeItsSenderIsToldAndBeforeAnythingIsDoneForIt() throws Exception {
    Promise<Void> gate = Promise.promise();
    CompletableFuture<StoreCommand> asked = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(2, USUAL),
            what -> {
              asked.complete(what);
              return what instanceof KeepJob ? gate.future() : null;
            });
    Future<Message> taken =
        life.vertx
            .eventBus()
            .<Message>request(
                Addresses.JOBS, new Command.SubmitJob(JOB, request("a*1"), life.data.film(JOB)))
            .map(reply -> reply.body());
    assertTrue(asked.get(30, TimeUnit.SECONDS) instanceof KeepJob);
    // Behind whatever the coordinator would have done by now.
    assertThrows(ExecutionException.class, () -> get(life.pipeline.cancel(JOB)));
    assertFalse(taken.isComplete());
    assertEquals(List.of(), life.rooms.asked(ResolveSource.class));
    gate.fail(Refusal.of(Refusal.NO_STORAGE, "full"));
    ExecutionException refused = assertThrows(ExecutionException.class, () -> get(taken));
    assertEquals(Refusal.NO_STORAGE, ((ReplyException) refused.getCause()).failureCode());
    assertEquals(List.of(), life.rooms.asked(ResolveSource.class));
    assertFalse(Files.exists(folder.resolve("work")));
  }

  @Test
  void theSecondJobOnTheSameSoundNeedsNoDevice() throws Exception {
    Life life = new Life(new ScriptedRooms(2, USUAL));
    JobSnapshot first = get(life.run(JOB, "a*3"));
    assertEquals(3, life.rooms.asked(TranscribeSegment.class).size());
    JobId again = ScriptedRooms.job(2);
    JobSnapshot second = get(life.run(again, "b*1", "a*3"));
    assertEquals(
        List.of("0-0"),
        life.rooms.asked(TranscribeSegment.class).stream()
            .map(TranscribeSegment::segment)
            .filter(segment -> segment.id().job().equals(again))
            .map(segment -> segment.id().toString())
            .toList());
    assertEquals(List.of("0-0-0", "0-1-0", "0-2-0"), clips(first));
    assertEquals(List.of("0-0-0", "1-0-0", "1-1-0", "1-2-0"), clips(second));
    assertEquals(JobStatus.COMPLETED, life.stored(again).end().status());
  }

  @Test
  void anEndIsToldOnlyOnceItIsKeptHoweverOftenTheDiskRefuses() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    Life life =
        new Life(
            new ScriptedRooms(2, USUAL),
            what ->
                what instanceof KeepEnd && tries.incrementAndGet() < 5
                    ? Future.failedFuture(Refusal.of(Refusal.NO_STORAGE, "full"))
                    : null);
    JobSnapshot end = get(life.run(JOB, "a*2"));
    assertEquals(5, tries.get());
    assertEquals(end, life.stored(JOB).end());
    // The job is on its way out: to cancel it changes nothing, and is no error.
    assertEquals(JobStatus.COMPLETED, end.status());
  }

  @Test
  void aTranscriptThatCannotBeKeptCostsTheJobNothing() throws Exception {
    Life life =
        new Life(
            new ScriptedRooms(2, USUAL),
            what ->
                what instanceof KeepSegment
                    ? Future.failedFuture(Refusal.of(Refusal.NO_STORAGE, "full"))
                    : null);
    assertEquals(List.of("0-0-0", "0-1-0"), clips(get(life.run(JOB, "a*2"))));
  }

  @Test
  void aProcessThatEndsWithoutDrainingLeavesItsJobsToTheNext() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life = new Life(stuckAt(OpenVideo.class, held));
    Future<JobSnapshot> end = life.run(JOB, "a*2");
    held.get(30, TimeUnit.SECONDS);
    life.close();
    assertFalse(end.isComplete());
    assertEquals(List.of(), workLeft());
    goesOn("0-0-0", "0-1-0");
  }

  @Test
  void anEndThatCouldNotBeKeptIsNotToldAndTheJobIsRunAgain() throws Exception {
    CompletableFuture<StoreCommand> refused = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(2, USUAL),
            what -> {
              if (what instanceof KeepEnd) {
                refused.complete(what);
                return Future.failedFuture(Refusal.of(Refusal.NO_STORAGE, "full"));
              }
              return null;
            });
    Future<JobSnapshot> end = life.run(JOB, "a*2");
    refused.get(30, TimeUnit.SECONDS);
    life.close();
    assertFalse(end.isComplete());
    Life next = goesOn("0-0-0", "0-1-0");
    assertEquals(List.of(), next.rooms.asked(TranscribeSegment.class));
  }

  @Test
  void whatAKilledProcessLeftInAJobsFolderIsGoneBeforeTheJobBeginsAnew() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life = new Life(stuckAt(TranscribeSegment.class, held));
    life.run(JOB, "a*1");
    held.get(30, TimeUnit.SECONDS);
    life.close();
    Path left = folder.resolve("work/fastwhisper-" + JOB + "/clips/0-7-0.part");
    Files.createDirectories(left.getParent());
    ScriptedRooms.write(left, 10);
    Life next =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof ResolveSource && Files.exists(left)) {
                    throw new IllegalStateException("still there");
                  }
                  return null;
                }));
    JobSnapshot end = next.resume().get(0);
    assertEquals(List.of(), end.failures());
    assertEquals(List.of(), workLeft());
  }

  @Test
  void aJobIsNotRunTwiceAtATime() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life = new Life(stuckAt(OpenVideo.class, held));
    life.run(JOB, "a*1");
    held.get(30, TimeUnit.SECONDS);
    KeptJob job = get(life.pipeline.unfinished()).get(0);
    assertThrows(ExecutionException.class, () -> get(life.pipeline.resume(job)));
    assertEquals(1, life.rooms.asked(ResolveSource.class).size());
  }

  @Test
  void aJobWithoutRoomForItsFilesEndsWithThatReason() throws Exception {
    ScriptedRooms.write(folder.resolve("work"), 1);
    Life life = new Life(new ScriptedRooms(1, USUAL));
    JobSnapshot end = get(life.run(JOB, "a*1"));
    assertEquals(JobStatus.ERROR, end.status());
    assertTrue(end.message().contains("folder cannot be made"), end.message());
    assertEquals(end, life.stored(JOB).end());
  }
}
