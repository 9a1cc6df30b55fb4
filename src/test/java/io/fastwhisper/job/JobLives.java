package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.compile.OrderingVerticle;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.store.DataFolder;
import io.fastwhisper.store.StoreVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * Processes one behind the other on one data folder: the coordinator with the real store, the rooms
 * scripted.
 */
@Timeout(60)
abstract class JobLives extends ScriptedPipeline {
  private static final Function<StoreCommand, Future<Void>> WORKS = command -> null;

  private final List<Life> lives = new ArrayList<>();

  /** One process: its bus, its store, its pipeline. */
  final class Life {
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

  /** Rooms with one device place that never answer a command of one type, and tell that it came. */
  static ScriptedRooms stuckAt(Class<? extends Command> type, CompletableFuture<Command> held) {
    return new ScriptedRooms(
        1,
        command -> {
          if (type.isInstance(command)) {
            held.complete(command);
            return NEVER;
          }
          return null;
        });
  }

  /** The next process, in which the one job that is left comes to its end with these clips. */
  final Life goesOn(String... clips) throws Exception {
    Life next = new Life(new ScriptedRooms(2, USUAL));
    assertEquals(List.of(clips), clips(next.resume().get(0)));
    return next;
  }

  /** What lies in the folder of running jobs. */
  final List<Path> workLeft() throws Exception {
    try (Stream<Path> left = Files.list(folder.resolve("work"))) {
      return left.toList();
    }
  }
}
