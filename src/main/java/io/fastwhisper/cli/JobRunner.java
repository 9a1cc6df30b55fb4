package io.fastwhisper.cli;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.job.Pipeline;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The pipeline in this process, for one job at a time. Ends cleanly when the process is told to:
 * the job is cancelled, its children end and its files go before the process does.
 */
final class JobRunner implements AutoCloseable {
  private static final long CLOSE_LIMIT_MS = 20_000;

  private final Vertx vertx;
  private final Rooms rooms;
  private final Pipeline pipeline;
  private final Thread onSignal = new Thread(this::end, "fastwhisper-end");
  private volatile JobId running;
  private boolean ended;

  private JobRunner(Vertx vertx, Rooms rooms, Pipeline pipeline) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.pipeline = pipeline;
  }

  /** Loads the model and starts all rooms. */
  static JobRunner start(Configuration configuration, ModelChoice model, DeviceChoice devices)
      throws IOException, InterruptedException {
    Rooms rooms = Rooms.open(configuration, model, devices);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    try {
      JobRunner runner =
          new JobRunner(
              vertx, rooms, Rooms.await(Pipeline.deploy(vertx, configuration, rooms.list())));
      Runtime.getRuntime().addShutdownHook(runner.onSignal);
      return runner;
    } catch (IOException | InterruptedException | RuntimeException e) {
      vertx.close();
      rooms.close();
      throw e;
    }
  }

  /**
   * Runs a job to its end.
   *
   * @param feed hears of its videos and transcripts
   */
  JobSnapshot run(JobRequest request, Path film, JobFeed feed, ProgressDisplay display)
      throws IOException, InterruptedException {
    JobId job = JobId.random();
    Promise<JobSnapshot> done = Promise.promise();
    // On one context, so that what the feed hears comes before the end of the job does.
    Context context = vertx.getOrCreateContext();
    context.runOnContext(
        go -> {
          Consumers.register(vertx.eventBus(), Addresses.feed(job), Event.class, feed::take);
          running = job;
          pipeline
              .run(job, request, film, snapshot -> display.at(Progress.of(snapshot)))
              .onComplete(done);
        });
    JobSnapshot end = Rooms.await(done.future());
    running = null;
    return end;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      return; // The process ends; the hook does this.
    }
    end();
  }

  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    JobId job = running;
    if (job != null) {
      // Where it has just ended there is nothing to cancel.
      Rooms.finish(pipeline.cancel(job).otherwiseEmpty(), CLOSE_LIMIT_MS);
    }
    Rooms.finish(pipeline.close(), CLOSE_LIMIT_MS);
    // By itself: at the end of a chain it would be told on an event loop that is gone by then.
    Rooms.finish(vertx.close(), CLOSE_LIMIT_MS);
    rooms.close();
  }
}
