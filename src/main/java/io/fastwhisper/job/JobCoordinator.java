package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CancelJob;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.find.WordFinder;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Accepts jobs, carries out what they decide, tells how they stand and lets them go at their end.
 * Their work passes the {@link StageDesk} and the {@link DeviceDesk}; what comes of it comes back
 * by the {@link EventSwitchboard}.
 *
 * <p>One instance, on one event loop, which alone touches its state. Nothing here blocks; all
 * decisions lie in {@link Job}, {@link WorkQueue} and the dispatcher.
 */
public final class JobCoordinator extends VerticleBase {
  private final CoordinatorSettings settings;
  private final JobFiles files;
  private final LongSupplier monotonicMs;
  private final RunningJobs jobs = new RunningJobs();
  private final StageLog log;
  private StageDesk stages;
  private DeviceDesk devices;
  private EventSwitchboard switchboard;
  private Outbox outbox;

  /** Files of ended jobs that are being removed. */
  private final Set<Future<Void>> leaving = new HashSet<>();

  private int filesToRemove;

  /**
   * Makes the coordinator, which begins with its deployment.
   *
   * @param monotonicMs the clock of all time limits, milliseconds; never goes back
   */
  JobCoordinator(CoordinatorSettings settings, JobFiles files, LongSupplier monotonicMs) {
    this.settings = settings;
    this.files = files;
    this.monotonicMs = monotonicMs;
    this.log = new StageLog(settings.logStages());
  }

  @Override
  public Future<?> start() {
    outbox = new Outbox(vertx.eventBus(), log);
    devices =
        new DeviceDesk(
            settings.lanes(),
            jobs,
            outbox,
            monotonicMs,
            (segment, failure) ->
                with(segment.job(), job -> job.transcriptionFailed(segment, failure)));
    stages =
        new StageDesk(
            settings, outbox, monotonicMs, () -> devices.waiting() + filesToRemove, this::take);
    switchboard = new EventSwitchboard(stages, devices, this::with);
    vertx.setPeriodic(
        Math.max(1, Math.min(settings.lanes().silenceMs(), settings.stageSilenceMs()) / 8),
        timer -> {
          devices.tick();
          stages.tick();
          stages.startWork();
        });
    vertx.setPeriodic(settings.progressMs(), timer -> jobs.takeChanged().forEach(this::report));
    return Future.all(
        Consumers.registerAsync(vertx.eventBus(), Addresses.JOBS, Command.class, this::take)
            .completion(),
        Consumers.register(vertx.eventBus(), Addresses.EVENTS, Event.class, this::take)
            .completion());
  }

  /** Cancels what runs; done when the files of all jobs are gone. */
  @Override
  public Future<?> stop() {
    jobs.ids().forEach(id -> with(id, job -> job.cancel(System.currentTimeMillis())));
    return Future.all(List.copyOf(leaving));
  }

  // ---- what comes in

  private Future<?> take(Command command) {
    if (command instanceof SubmitJob submit) {
      return accept(submit);
    }
    if (command instanceof CancelJob cancel) {
      if (jobs.get(cancel.job()) == null) {
        return Future.failedFuture("no job " + cancel.job() + " is running");
      }
      with(cancel.job(), job -> job.cancel(System.currentTimeMillis()));
      return Future.succeededFuture();
    }
    return Future.failedFuture("the coordinator does not take " + command);
  }

  private void take(Event event) {
    log.write(event);
    event.tell(switchboard);
    stages.startWork();
  }

  /**
   * The one place where a job is accepted: once its targets are understood and it has its folder,
   * it begins, and its sender is told.
   */
  private Future<?> accept(SubmitJob submit) {
    long number = jobs.nextNumber();
    long receivedAtMs = System.currentTimeMillis();
    JobFolder folder = new JobFolder(settings.workFolder().resolve("fastwhisper-" + submit.job()));
    // With ten thousand targets this takes longer than an event loop may.
    Future<WordFinder> finder =
        vertx.executeBlocking(() -> new WordFinder(submit.request().targets()), false);
    return finder
        .compose(built -> files.make(folder).map(built))
        .onSuccess(
            built -> {
              Job job =
                  new Job(
                      submit.job(),
                      submit.request(),
                      built,
                      folder,
                      submit.film(),
                      settings.job(),
                      receivedAtMs);
              jobs.add(new RunningJobs.Entry(job, number));
              with(job.id(), it -> it.start(System.currentTimeMillis()));
            });
  }

  // ---- what the jobs want

  private void with(JobId id, Function<Job, List<Effect>> decide) {
    RunningJobs.Entry running = jobs.get(id);
    if (running != null) {
      jobs.changed(id);
      decide.apply(running.job()).forEach(effect -> perform(running, effect));
      stages.startWork();
    }
  }

  private void perform(RunningJobs.Entry running, Effect effect) {
    Job job = running.job();
    int priority = job.request().options().priority();
    if (effect instanceof Effect.Send send) {
      PieceOfWork.of(send.command())
          .ifPresentOrElse(
              work -> stages.want(work, priority, running.number()),
              () -> tellLedger(job.id(), send.command()));
    } else if (effect instanceof Effect.Offer offer) {
      devices.offer(offer.segment(), priority, running.number());
    } else if (effect instanceof Effect.Later later) {
      vertx.setTimer(
          Math.max(1, later.delayMs()), timer -> with(job.id(), it -> it.due(later.then())));
    } else if (effect instanceof Effect.CallOff callOff) {
      callOff(callOff.from());
    } else if (effect instanceof Effect.Tell tell) {
      vertx.eventBus().publish(Addresses.feed(job.id()), tell.event());
    } else if (effect instanceof Effect.Delete delete) {
      filesToRemove++;
      files
          .delete(delete.file())
          .onComplete(
              done -> {
                filesToRemove--;
                stages.startWork();
              });
    } else if (effect instanceof Effect.End) {
      end(job);
    }
  }

  private void tellLedger(JobId job, Command command) {
    outbox.send(
        Addresses.ORDERING,
        command,
        failure -> with(job, it -> it.fail(failure, System.currentTimeMillis())));
  }

  private void callOff(ClipId from) {
    stages.callOff(from);
    devices.callOff(from);
    vertx.eventBus().publish(Addresses.STOP, new StopWork(from));
  }

  /**
   * The one place where a job leaves. The last report comes when nothing of it is left but its
   * film.
   */
  private void end(Job job) {
    jobs.remove(job.id());
    stages.ended(job.id());
    devices.ended(job.id());
    Future<Void> gone = files.remove(job.folder());
    leaving.add(gone);
    gone.onComplete(
        done -> {
          leaving.remove(gone);
          report(job);
        });
  }

  private void report(Job job) {
    vertx
        .eventBus()
        .publish(
            Addresses.progress(job.id()),
            new Event.JobProgress(job.snapshot(System.currentTimeMillis())));
  }
}
