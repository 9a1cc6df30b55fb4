package io.fastwhisper.job;

import io.fastwhisper.bus.Command.ResumeJob;
import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.find.WordFinder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The one place where a job is accepted: once its targets are understood and it is kept, it begins,
 * and its sender is told. Belongs to the coordinator and is used on its context.
 */
final class Admission {
  private final Vertx vertx;
  private final CoordinatorSettings settings;
  private final JobFiles files;
  private final JobKeeper keeper;
  private final RunningJobs jobs;
  private final EventSwitchboard.Jobs begin;
  private final Map<JobId, Future<Void>> arriving = new HashMap<>();
  private boolean closed;

  /**
   * A job on its way in.
   *
   * @param number its place among all, in the order in which they came
   */
  private record Arrival(JobId id, JobRequest request, Path film, long receivedAtMs, long number) {}

  /**
   * Opens with nobody on the way.
   *
   * @param jobs to which those that are in are added
   * @param begin carries out what such a job decides first
   */
  Admission(
      Vertx vertx,
      CoordinatorSettings settings,
      JobFiles files,
      JobKeeper keeper,
      RunningJobs jobs,
      EventSwitchboard.Jobs begin) {
    this.vertx = vertx;
    this.settings = settings;
    this.files = files;
    this.keeper = keeper;
    this.jobs = jobs;
    this.begin = begin;
  }

  Future<Void> accept(SubmitJob submit) {
    Arrival job =
        new Arrival(
            submit.job(),
            submit.request(),
            submit.film(),
            System.currentTimeMillis(),
            jobs.nextNumber());
    return arrive(
        job,
        () ->
            finder(job)
                .compose(
                    finder ->
                        keeper
                            .keep(
                                new KeepJob(
                                    job.id(), job.request(), job.film(), job.receivedAtMs()))
                            .compose(done -> enter(job, finder, null))));
  }

  /** A job that was accepted before: it begins anew, or ends with the reason why it cannot. */
  Future<Void> resume(ResumeJob resume) {
    Arrival job =
        new Arrival(
            resume.job(),
            resume.request(),
            resume.film(),
            resume.receivedAtMs(),
            jobs.nextNumber());
    return arrive(
        job,
        () ->
            finder(job)
                .transform(
                    built ->
                        built.succeeded()
                            ? enter(job, built.result(), null)
                            : enter(
                                job,
                                new WordFinder(List.of()),
                                Failure.permanent(
                                    built.cause().getMessage(), "job " + job.id(), ""))));
  }

  /** From now on nobody is let in. */
  void close() {
    closed = true;
  }

  /** Done when nobody is on the way, however that went. */
  Future<Void> quiet() {
    return Future.join(List.copyOf(arriving.values())).<Void>mapEmpty().otherwiseEmpty();
  }

  private Future<Void> arrive(Arrival job, Supplier<Future<Void>> way) {
    if (closed) {
      return Future.failedFuture(
          Refusal.of(Refusal.DRAINING, "FastWhisper is about to end and takes no more jobs"));
    }
    if (jobs.get(job.id()) != null || arriving.containsKey(job.id())) {
      return Future.failedFuture("job " + job.id() + " is here already");
    }
    Future<Void> arrived = way.get();
    arriving.put(job.id(), arrived);
    return arrived.onComplete(done -> arriving.remove(job.id()));
  }

  private Future<WordFinder> finder(Arrival job) {
    // With ten thousand targets this takes longer than an event loop may.
    return vertx.executeBlocking(() -> new WordFinder(job.request().targets()), false);
  }

  /**
   * The job has its folder, without what a process that was killed may have left there, and begins.
   *
   * @param obstacle why it cannot; null where nothing is known
   */
  private Future<Void> enter(Arrival arrival, WordFinder finder, Failure obstacle) {
    JobFolder folder = new JobFolder(settings.workFolder().resolve("fastwhisper-" + arrival.id()));
    return files
        .remove(folder)
        .compose(gone -> files.make(folder))
        .map(obstacle)
        .otherwise(
            e ->
                Failure.permanent(
                    "its folder cannot be made: " + e.getMessage(),
                    folder.root().toString(),
                    "Make room there, or set folders.work."))
        .map(
            failure -> {
              Job job =
                  new Job(
                      arrival.id(),
                      arrival.request(),
                      finder,
                      folder,
                      arrival.film(),
                      settings.job(),
                      arrival.receivedAtMs());
              jobs.add(new RunningJobs.Entry(job, arrival.number()));
              JobLog.begun(job.id(), job.request());
              begin.with(
                  job.id(),
                  it ->
                      failure == null
                          ? it.start(System.currentTimeMillis())
                          : it.fail(failure, System.currentTimeMillis()));
              return null;
            });
  }
}
