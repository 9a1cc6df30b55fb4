package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.bus.StoreCommand.KeepEnd;
import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.bus.StoreCommand.KeepSegment;
import io.fastwhisper.compile.OrderingVerticle;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.store.DataFolder;
import io.fastwhisper.store.StoreVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that outlive their process: the coordinator with the real store, the rooms scripted. */
@Timeout(60)
class DurableJobsTest extends ScriptedPipeline {
  private static final Function<StoreCommand, Future<Void>> WORKS = command -> null;

  private final List<Life> lives = new ArrayList<>();

  /** One process: its bus, its store, its pipeline. */
  private final class Life {
    final Vertx vertx = Vertx.vertx();
    final ScriptedRooms rooms;
    final DataFolder data;
    final Pipeline pipeline;

    /** What the store was asked to keep, in the order it came. */
    final List<StoreCommand> kept = Collections.synchronizedList(new ArrayList<>());

    /**
     * @param storeSteps what keeping is answered with instead; null for the store's own answer
     */
    Life(ScriptedRooms rooms, Function<StoreCommand, Future<Void>> storeSteps) throws Exception {
      lives.add(this);
      this.rooms = rooms;
      data = DataFolder.open(folder.resolve("data"));
      JobKeeper store = new StoredJobs(vertx.eventBus());
      JobKeeper keeper =
          new JobKeeper() {
            @Override
            public boolean resumes() {
              return store.resumes();
            }

            @Override
            public Future<Void> keep(StoreCommand what) {
              kept.add(what);
              Future<Void> scripted = storeSteps.apply(what);
              return scripted == null ? store.keep(what) : scripted;
            }

            @Override
            public Future<Reply.SegmentRecalled> recall(StoreCommand.RecallSegment segment) {
              return store.recall(segment);
            }
          };
      pipeline =
          get(
              Pipeline.deploy(
                  vertx,
                  settings(6, 8),
                  keeper,
                  clockMs::get,
                  List.of(
                      Pipeline.Room.of(new OrderingVerticle()),
                      Pipeline.Room.of(rooms),
                      new Pipeline.Room(
                          new StoreVerticle(data, "model"), StoreVerticle.deployment()))));
    }

    Life(ScriptedRooms rooms) throws Exception {
      this(rooms, WORKS);
    }

    Future<JobSnapshot> run(JobId job, String... sources) throws Exception {
      Files.createDirectories(data.job(job));
      return pipeline.run(job, request(sources), data.film(job), snapshot -> {});
    }

    KeptJob stored(JobId job) throws Exception {
      Reply.JobLoaded loaded =
          (Reply.JobLoaded)
              get(vertx.eventBus().<Message>request(Addresses.STORE, new StoreCommand.LoadJob(job)))
                  .body();
      return loaded.job();
    }

    /** Goes on with what the life before did not end; gives their ends. */
    List<JobSnapshot> resume() throws Exception {
      List<Future<JobSnapshot>> ends = new ArrayList<>();
      for (KeptJob job : get(pipeline.unfinished())) {
        Promise<JobSnapshot> end = Promise.promise();
        vertx
            .eventBus()
            .<Message>consumer(
                Addresses.progress(job.id()),
                message -> {
                  JobSnapshot snapshot = ((Event.JobProgress) message.body()).snapshot();
                  if (snapshot.status().ended()) {
                    end.tryComplete(snapshot);
                  }
                });
        ends.add(end.future());
        get(pipeline.resume(job));
      }
      return get(Future.all(ends).map(all -> all.<JobSnapshot>list()));
    }

    void close() throws Exception {
      get(pipeline.close());
      get(vertx.close());
      data.close();
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (Life life : lives) {
      get(life.vertx.close());
      life.data.close();
    }
  }

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
  void drainingFinishesWhatDevicesHaveAndTheNextProcessGoesOnFromThere() throws Exception {
    Promise<Event> gate = Promise.promise();
    CompletableFuture<TranscribeSegment> held = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof TranscribeSegment transcribe
                      && transcribe.segment().id().segment() == 1) {
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
    assertEquals(2, life.rooms.asked(TranscribeSegment.class).size());
    assertEquals(1, life.rooms.asked(StopWork.class).size());
    assertEquals(List.of(), workLeft());

    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertNull(next.stored(JOB).end());
    List<JobSnapshot> ends = next.resume();
    assertEquals(List.of("0-0-0", "0-1-0", "0-2-0", "0-3-0"), clips(ends.get(0)));
    assertEquals(next.stored(JOB).receivedAtMs(), ends.get(0).receivedAtMs());
    assertEquals(
        List.of("0-2", "0-3"),
        next.rooms.asked(TranscribeSegment.class).stream()
            .map(transcribe -> transcribe.segment().id().toString())
            .sorted()
            .toList());
    next.close();
    Life last = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of(), last.resume());
    assertEquals(ends.get(0), last.stored(JOB).end());
  }

  @Test
  void drainingEndsAtItsLimitWhateverADeviceDoes() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof TranscribeSegment) {
                    held.complete(command);
                    return NEVER;
                  }
                  return null;
                }));
    Future<JobSnapshot> end = life.run(JOB, "a*2");
    held.get(30, TimeUnit.SECONDS);
    get(life.pipeline.drain(1));
    life.close();
    assertFalse(end.isComplete());
    assertEquals(List.of(), workLeft());
    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of("0-0-0", "0-1-0"), clips(next.resume().get(0)));
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
    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of("0-0-0", "0-1-0"), clips(next.resume().get(0)));
  }

  @Test
  void drainingWithNothingInHandIsDoneAtOnce() throws Exception {
    Life life = new Life(new ScriptedRooms(1, USUAL));
    get(life.run(JOB, "a*1"));
    get(life.pipeline.drain(3_600_000));
    assertDraining(life, ScriptedRooms.job(2));
  }

  @Test
  void aProcessThatEndsWithoutDrainingLeavesItsJobsToTheNext() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof OpenVideo) {
                    held.complete(command);
                    return NEVER;
                  }
                  return null;
                }));
    Future<JobSnapshot> end = life.run(JOB, "a*2");
    held.get(30, TimeUnit.SECONDS);
    life.close();
    assertFalse(end.isComplete());
    assertEquals(List.of(), workLeft());
    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of("0-0-0", "0-1-0"), clips(next.resume().get(0)));
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
    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of("0-0-0", "0-1-0"), clips(next.resume().get(0)));
    assertEquals(List.of(), next.rooms.asked(TranscribeSegment.class));
  }

  @Test
  void whatAKilledProcessLeftInAJobsFolderIsGoneBeforeTheJobBeginsAnew() throws Exception {
    CompletableFuture<Command> held = new CompletableFuture<>();
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof TranscribeSegment) {
                    held.complete(command);
                    return NEVER;
                  }
                  return null;
                }));
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
    Life life =
        new Life(
            new ScriptedRooms(
                1,
                command -> {
                  if (command instanceof OpenVideo) {
                    held.complete(command);
                    return NEVER;
                  }
                  return null;
                }));
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

  private void assertDraining(Life life, JobId job) {
    JobRequest request = request("b*1");
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () -> get(life.pipeline.run(job, request, film(), snapshot -> {})));
    assertEquals(Refusal.DRAINING, ((ReplyException) refused.getCause()).failureCode());
  }

  private List<Path> workLeft() throws Exception {
    try (Stream<Path> left = Files.list(folder.resolve("work"))) {
      return left.toList();
    }
  }
}
