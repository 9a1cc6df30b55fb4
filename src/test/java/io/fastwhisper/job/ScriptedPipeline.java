package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.compile.OrderingVerticle;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.transcribe.LaneDispatcher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The coordinator on a real bus; the rooms around it are scripted, the clock is moved by hand. */
abstract class ScriptedPipeline {
  static final long STAGE_SILENCE_MS = 1_000;
  static final JobId JOB = ScriptedRooms.job(1);
  static final Function<Command, Future<Event>> USUAL = command -> null;
  static final Future<Event> NEVER = Future.future(never -> {});

  final Vertx vertx = Vertx.vertx();

  /** Moved by hand. */
  final AtomicLong clockMs = new AtomicLong();

  @TempDir Path folder;

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  Future<Pipeline> deploy(ScriptedRooms rooms, int fetches, int cuts) {
    return Pipeline.deploy(
        vertx,
        settings(fetches, cuts),
        new NothingKept(),
        clockMs::get,
        List.of(Pipeline.Room.of(new OrderingVerticle()), Pipeline.Room.of(rooms)));
  }

  CoordinatorSettings settings(int fetches, int cuts) {
    return new CoordinatorSettings(
        folder.resolve("work"),
        new Job.Settings(ScriptedRooms.PLAN, 3, 1),
        new LaneDispatcher.Limits(60_000, 60_000),
        fetches,
        cuts,
        2,
        STAGE_SILENCE_MS,
        5,
        false);
  }

  JobSnapshot run(ScriptedRooms rooms, JobRequest request) throws Exception {
    return run(rooms, request, 6, 8);
  }

  JobSnapshot run(ScriptedRooms rooms, JobRequest request, int fetches, int cuts) throws Exception {
    return get(
        deploy(rooms, fetches, cuts)
            .compose(pipeline -> pipeline.run(JOB, request, film(), snapshot -> {})));
  }

  static JobRequest request(String... sources) {
    return JobRequest.of(List.of(sources), List.of("freedom"), JobOptions.DEFAULT);
  }

  static Future<Event> answer(Event event) {
    return Future.succeededFuture(event);
  }

  Path film() {
    return folder.resolve("film.mp4");
  }

  /** Files that are there, whatever folders they lie in. */
  List<Path> left() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  static List<String> clips(JobSnapshot snapshot) {
    assertFalse(snapshot.clips().isEmpty(), snapshot.toString());
    return snapshot.clips().stream().map(clip -> clip.clip().id().toString()).toList();
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
