package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CancelJob;
import io.fastwhisper.bus.Command.Drain;
import io.fastwhisper.bus.Command.ResumeJob;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.bus.Command.TellLoad;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.Reply.LoadTold;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.SegmentId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Accepts jobs, carries out what they decide, tells how they stand and lets them go at their end.
 * Their work passes the {@link StageDesk} and the {@link DeviceDesk}; what comes of it comes back
 * by the {@link EventSwitchboard}. What must outlive this process passes the {@link KeeperDesk}.
 *
 * <p>One instance, on one event loop, which alone touches its state. Nothing here blocks; all
 * decisions lie in {@link Job}, {@link WorkQueue} and the dispatcher.
 */
public final class JobCoordinator extends VerticleBase {
  private final CoordinatorSettings settings;
  private final JobFiles files;
  private final LongSupplier monotonicMs;
  private final JobKeeper keeper;
  private final RunningJobs jobs = new RunningJobs();
  private final StageLog log;
  private Admission admission;
  private KeeperDesk kept;
  private StageDesk stages;
  private DeviceDesk devices;
  private EventSwitchboard switchboard;
  private Outbox outbox;

  /** Jobs that have ended, until that is told. */
  private final Set<JobId> ending = new HashSet<>();

  /** What jobs that are here no longer still have to do: files go, ends are kept. */
  private final Set<Future<Void>> leaving = new HashSet<>();

  private int filesToRemove;

  /** Completed when nothing is in hand; null while jobs are taken. */
  private Promise<Void> drained;

  /**
   * Makes the coordinator, which begins with its deployment.
   *
   * @param monotonicMs the clock of all time limits, milliseconds; never goes back
   */
  JobCoordinator(
      CoordinatorSettings settings, JobFiles files, JobKeeper keeper, LongSupplier monotonicMs) {
    this.settings = settings;
    this.files = files;
    this.keeper = keeper;
    this.monotonicMs = monotonicMs;
    this.log = new StageLog(settings.logStages());
  }

  @Override
  public Future<?> start() {
    outbox = new Outbox(vertx.eventBus(), log);
    kept = new KeeperDesk(vertx, keeper, log, settings.job().retryPauseMs(), this::goOn);
    devices =
        new DeviceDesk(
            settings.lanes(),
            jobs,
            outbox,
            monotonicMs,
            this::transcriptionFailed,
            keeper.resumes());
    stages =
        new StageDesk(
            settings,
            outbox,
            monotonicMs,
            () -> kept.recalling() + devices.waiting() + filesToRemove,
            job -> kept.recalling(job) + devices.waiting(job) > 0,
            this::take);
    admission = new Admission(vertx, settings, files, keeper, jobs, this::with);
    switchboard = new EventSwitchboard(stages, devices, this::with);
    vertx.setPeriodic(
        Math.max(1, Math.min(settings.lanes().silenceMs(), settings.stageSilenceMs()) / 8),
        timer -> {
          devices.tick();
          stages.tick();
          goOn();
        });
    vertx.setPeriodic(settings.progressMs(), timer -> jobs.takeChanged().forEach(this::report));
    return Future.all(
        Consumers.registerAsync(vertx.eventBus(), Addresses.JOBS, Command.class, this::take)
            .completion(),
        Consumers.register(vertx.eventBus(), Addresses.EVENTS, Event.class, this::take)
            .completion());
  }

  /**
   * Stops what runs; done when the files of all jobs are gone. Where a later process goes on with
   * them, the jobs are left as they are; else they are cancelled.
   */
  @Override
  public Future<?> stop() {
    stopBeginning();
    return admission
        .quiet()
        .transform(
            arrived -> {
              for (JobId id : jobs.ids()) {
                with(
                    id,
                    job -> keeper.resumes() ? job.leave() : job.cancel(System.currentTimeMillis()));
              }
              kept.close();
              return Future.join(List.copyOf(leaving)).otherwiseEmpty();
            });
  }

  // ---- what comes in

  private Future<?> take(Command command) {
    if (command instanceof SubmitJob submit) {
      return admission.accept(submit);
    }
    if (command instanceof ResumeJob resume) {
      return admission.resume(resume);
    }
    if (command instanceof CancelJob cancel) {
      return cancel(cancel.job());
    }
    if (command instanceof Drain drain) {
      return drain(drain.limitMs());
    }
    if (command instanceof TellLoad) {
      return Future.succeededFuture(load());
    }
    return Future.failedFuture("the coordinator does not take " + command);
  }

  private void take(Event event) {
    log.write(event);
    if (drained == null || !isFailure(event)) {
      event.tell(switchboard);
    }
    goOn();
  }

  /**
   * Once draining has begun, work may fail because everything ends: that it failed for good is for
   * the next process to find.
   */
  private static boolean isFailure(Event event) {
    return event instanceof Event.SourceFailed
        || event instanceof Event.VideoFailed
        || event instanceof Event.FetchFailed
        || event instanceof Event.ClipFailed
        || event instanceof Event.CompilationFailed;
  }

  private void transcriptionFailed(SegmentId segment, Failure failure) {
    if (drained == null) {
      with(segment.job(), job -> job.transcriptionFailed(segment, failure));
    }
  }

  /** Something has happened: work may begin, or the last of it may be done. */
  private void goOn() {
    stages.startWork();
    if (drained != null && devices.lent() == 0 && kept.idle() && leaving.isEmpty()) {
      drained.tryComplete();
    }
  }

  private Future<?> cancel(JobId id) {
    if (jobs.get(id) == null && !ending.contains(id)) {
      return Future.failedFuture(Refusal.of(Refusal.NOT_FOUND, "no job " + id + " is running"));
    }
    with(id, job -> job.cancel(System.currentTimeMillis()));
    return Future.succeededFuture();
  }

  private Future<Void> drain(long limitMs) {
    stopBeginning();
    vertx.setTimer(Math.max(1, limitMs), timer -> drained.tryComplete());
    goOn();
    return drained.future();
  }

  private LoadTold load() {
    return new LoadTold(
        drained != null,
        jobs.ids().size(),
        stages.fetching(),
        devices.load(),
        stages.compiling(),
        devices.work(),
        devices.devices(),
        devices.gpus(),
        devices.lostDevices());
  }

  private void stopBeginning() {
    if (drained == null) {
      drained = Promise.promise();
      admission.close();
      stages.close();
      devices.stopLending();
    }
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
    } else if (effect instanceof Effect.Keep keep) {
      kept.keep(keep.what());
    } else if (effect instanceof Effect.Recall recall) {
      SegmentId segment = recall.segment().segment().id();
      kept.recall(
          recall.segment(), recalled -> with(job.id(), it -> it.recalled(segment, recalled)));
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
    } else if (effect instanceof Effect.Leave) {
      jobs.remove(job.id());
      leaves(files.remove(job.folder()));
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
   * The one place where a job leaves. Its end is kept when nothing of it is left but its film, and
   * told when it is kept: what was told of a job is never taken back.
   */
  private void end(Job job) {
    jobs.remove(job.id());
    stages.ended(job.id());
    devices.ended(job.id());
    ending.add(job.id());
    JobSnapshot end = job.snapshot(System.currentTimeMillis());
    JobLog.ended(end);
    leaves(
        files
            .remove(job.folder())
            .compose(gone -> kept.keepEnd(end))
            .onSuccess(
                done -> {
                  ending.remove(job.id());
                  tell(end);
                }));
  }

  private void leaves(Future<Void> gone) {
    leaving.add(gone);
    gone.onComplete(
        done -> {
          leaving.remove(gone);
          goOn();
        });
  }

  private void report(Job job) {
    tell(job.snapshot(System.currentTimeMillis()));
  }

  private void tell(JobSnapshot snapshot) {
    vertx.eventBus().publish(Addresses.progress(snapshot.id()), new Event.JobProgress(snapshot));
  }
}
