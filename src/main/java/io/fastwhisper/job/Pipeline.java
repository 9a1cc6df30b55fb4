package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command.CancelJob;
import io.fastwhisper.bus.Command.Drain;
import io.fastwhisper.bus.Command.ResumeJob;
import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event.JobProgress;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Reply.JobsListed;
import io.fastwhisper.bus.StoreCommand.ListUnfinished;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.KeptJob;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The whole path in one process: the coordinator and the rooms on one Vert.x.
 *
 * <pre>{@code
 * Pipeline.deploy(vertx, configuration, rooms)
 *     .compose(pipeline -> pipeline.run(JobId.random(), request, film, snapshot -> show(snapshot)))
 *     .onSuccess(end -> ...);
 * }</pre>
 */
public final class Pipeline {
  private static final long DRAIN_SLACK_MS = 10_000;

  private final Vertx vertx;
  private final List<String> deployments = Collections.synchronizedList(new ArrayList<>());

  /** A verticle and how it wants to be deployed. */
  public record Room(Deployable verticle, DeploymentOptions options) {
    public static Room of(Deployable verticle) {
      return new Room(verticle, new DeploymentOptions());
    }
  }

  private Pipeline(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Deploys the coordinator and then the rooms, in their order. Where one does not start, those
   * that did are undeployed again.
   *
   * @param vertx without a pipeline so far
   */
  public static Future<Pipeline> deploy(
      Vertx vertx, Configuration configuration, List<Room> rooms) {
    return deploy(
        vertx, CoordinatorSettings.of(configuration), new NothingKept(), Pipeline::now, rooms);
  }

  /**
   * As {@link #deploy}; jobs are kept by the store, which is one of the rooms, and outlive this
   * process until they have ended.
   */
  public static Future<Pipeline> deployDurable(
      Vertx vertx, Configuration configuration, List<Room> rooms) {
    return deploy(
        vertx,
        CoordinatorSettings.of(configuration),
        new StoredJobs(vertx.eventBus()),
        Pipeline::now,
        rooms);
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  static Future<Pipeline> deploy(
      Vertx vertx,
      CoordinatorSettings settings,
      JobKeeper keeper,
      LongSupplier monotonicMs,
      List<Room> rooms) {
    BusCodec.register(vertx.eventBus());
    Pipeline pipeline = new Pipeline(vertx);
    List<Room> all = new ArrayList<>();
    all.add(Room.of(new JobCoordinator(settings, new JobFiles(vertx), keeper, monotonicMs)));
    all.addAll(rooms);
    Future<Void> deployed = Future.succeededFuture();
    for (Room room : all) {
      deployed =
          deployed
              .compose(done -> vertx.deployVerticle(room.verticle(), room.options()))
              .map(
                  id -> {
                    pipeline.deployments.add(id);
                    return null;
                  });
    }
    return deployed
        .map(pipeline)
        .recover(e -> pipeline.close().transform(closed -> Future.failedFuture(e)));
  }

  /**
   * Runs one job to its end.
   *
   * @param film where the film goes; its folder exists
   * @param progress told how the job stands, several times a second at most, on an event loop: it
   *     must not block
   * @return how the job ended; fails where the job was not accepted
   */
  public Future<JobSnapshot> run(
      JobId job, JobRequest request, Path film, Consumer<JobSnapshot> progress) {
    Promise<JobSnapshot> ended = Promise.promise();
    MessageConsumer<Message> reports =
        Consumers.register(
            vertx.eventBus(),
            Addresses.progress(job),
            JobProgress.class,
            report -> {
              progress.accept(report.snapshot());
              if (report.snapshot().status().ended()) {
                ended.tryComplete(report.snapshot());
              }
            });
    reports
        .completion()
        .compose(
            listening ->
                vertx.eventBus().request(Addresses.JOBS, new SubmitJob(job, request, film)))
        .onFailure(ended::tryFail);
    return ended.future().eventually(() -> reports.unregister());
  }

  /**
   * Ends a job: its work is stopped and its files go. {@link #run} then gives the last snapshot.
   */
  public Future<Void> cancel(JobId job) {
    return vertx.eventBus().request(Addresses.JOBS, new CancelJob(job)).mapEmpty();
  }

  /**
   * The jobs that a process before this one did not end, in the order in which they were accepted.
   */
  public Future<List<KeptJob>> unfinished() {
    return vertx
        .eventBus()
        .<Message>request(Addresses.STORE, new ListUnfinished())
        .map(reply -> ((JobsListed) reply.body()).jobs());
  }

  /** Goes on with one of them; whoever listens to it listens by now. */
  public Future<Void> resume(KeptJob job) {
    return vertx
        .eventBus()
        .request(
            Addresses.JOBS, new ResumeJob(job.id(), job.request(), job.film(), job.receivedAtMs()))
        .mapEmpty();
  }

  /**
   * Takes no more jobs and begins no more work; done when what devices have in hand is transcribed
   * and kept, or the limit is over.
   */
  public Future<Void> drain(long limitMs) {
    // The answer comes at the limit at the latest; some time on top for the way.
    DeliveryOptions patient = new DeliveryOptions().setSendTimeout(limitMs + DRAIN_SLACK_MS);
    return vertx.eventBus().request(Addresses.JOBS, new Drain(limitMs), patient).mapEmpty();
  }

  /**
   * Undeploys everything, the coordinator first: jobs that run are stopped and leave nothing behind
   * but, where they are kept, themselves.
   */
  public Future<Void> close() {
    List<String> ids = List.copyOf(deployments);
    deployments.clear();
    Future<Void> closed = Future.succeededFuture();
    for (String id : ids) {
      closed = closed.transform(done -> vertx.undeploy(id));
    }
    return closed;
  }
}
