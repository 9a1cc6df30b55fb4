package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CancelJob;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Command.WithdrawLease;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Message;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.find.WordFinder;
import io.fastwhisper.transcribe.LaneDispatcher;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the jobs decide: sends their commands to the rooms, as many at a time as each
 * stage allows, lends their segments to the devices, brings the rooms' events back to the jobs and
 * tells how these stand.
 *
 * <p>One instance, on one event loop, which alone touches its state. Nothing here blocks. Longer
 * than most files, for it is the one place where every command and event passes; all decisions lie
 * in {@link Job}, {@link WorkQueue} and the dispatcher.
 */
public final class JobCoordinator extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(JobCoordinator.class);

  private final CoordinatorSettings settings;
  private final Map<JobId, RunningJob> jobs = new LinkedHashMap<>();
  private final Set<JobId> changed = new HashSet<>();
  private final LaneDispatcher dispatcher;
  private final WorkQueue resolves;
  private final WorkQueue fetches;
  private final WorkQueue cuts;
  private final WorkQueue joins;
  private final Map<Class<? extends Event>, Consumer<Event>> handlers = new HashMap<>();
  private final JobFiles files;

  /** Files of ended jobs that are being removed. */
  private final Set<Future<Void>> leaving = new HashSet<>();

  private long nextJobNumber;
  private int filesToRemove;

  private record RunningJob(Job job, long number, JobFolder folder) {}

  JobCoordinator(CoordinatorSettings settings, JobFiles files) {
    this.settings = settings;
    this.files = files;
    dispatcher = new LaneDispatcher(settings.lanes());
    resolves = new WorkQueue(settings.fetches(), command -> true);
    fetches = new WorkQueue(settings.fetches(), this::mayFetch);
    cuts = new WorkQueue(settings.cuts(), command -> true);
    joins = new WorkQueue(settings.joins(), command -> true);
    listenToStages();
    listenToDevices();
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(
        Math.max(1, settings.lanes().silenceMs() / 8),
        timer -> act(dispatcher.tick(monotonicMs())));
    vertx.setPeriodic(settings.progressMs(), timer -> reportChanged());
    return Future.all(
        Consumers.registerAsync(vertx.eventBus(), Addresses.JOBS, Command.class, this::take)
            .completion(),
        Consumers.register(vertx.eventBus(), Addresses.EVENTS, Event.class, this::take)
            .completion());
  }

  /** Cancels what runs; done when the files of all jobs are gone. */
  @Override
  public Future<?> stop() {
    List.copyOf(jobs.keySet()).forEach(id -> with(id, job -> job.cancel(wallMs())));
    return Future.all(List.copyOf(leaving));
  }

  // ---- what comes in

  private Future<?> take(Command command) {
    if (command instanceof SubmitJob submit) {
      return submit(submit);
    }
    if (command instanceof CancelJob cancel) {
      if (!jobs.containsKey(cancel.job())) {
        return Future.failedFuture("no job " + cancel.job() + " is running");
      }
      with(cancel.job(), job -> job.cancel(wallMs()));
      return Future.succeededFuture();
    }
    return Future.failedFuture("the coordinator does not take " + command);
  }

  /** Accepted once the targets are understood and the job has its folder. */
  private Future<?> submit(SubmitJob submit) {
    long number = nextJobNumber++;
    long receivedAtMs = wallMs();
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
              jobs.put(submit.job(), new RunningJob(job, number, folder));
              with(submit.job(), it -> it.start(wallMs()));
            });
  }

  private void take(Event event) {
    logStage(event);
    handlers.get(event.getClass()).accept(event);
  }

  private <E extends Event> void on(Class<E> type, Consumer<E> handler) {
    handlers.put(type, event -> handler.accept(type.cast(event)));
  }

  private void listenToStages() {
    on(
        Event.SourceResolved.class,
        e -> done(resolves, List.of(e.job(), e.source()), e.job(), job -> job.on(e, wallMs())));
    on(
        Event.SourceFailed.class,
        e -> done(resolves, List.of(e.job(), e.source()), e.job(), job -> job.on(e, wallMs())));
    on(
        Event.VideoOpened.class,
        e -> done(fetches, e.video().id(), e.video().id().job(), job -> job.on(e, wallMs())));
    on(
        Event.VideoFailed.class,
        e -> done(fetches, e.video(), e.video().job(), job -> job.on(e, wallMs())));
    on(
        Event.SegmentFetched.class,
        e -> done(fetches, e.segment(), e.segment().job(), job -> job.on(e)));
    on(
        Event.FetchFailed.class,
        e -> done(fetches, e.segment(), e.segment().job(), job -> job.on(e)));
    on(Event.ClipCut.class, e -> done(cuts, e.clip().id(), e.clip().id().job(), job -> job.on(e)));
    on(Event.ClipFailed.class, e -> done(cuts, e.clip(), e.clip().job(), job -> job.on(e)));
    on(Event.PrefixGrown.class, e -> with(e.job(), job -> job.on(e, wallMs())));
    on(
        Event.CompilationReady.class,
        e -> done(joins, e.job(), e.job(), job -> job.on(e, wallMs())));
    on(
        Event.CompilationFailed.class,
        e -> done(joins, e.job(), e.job(), job -> job.on(e, wallMs())));
    on(
        Event.SegmentHeard.class,
        e -> LOG.warn("what was heard in {} came to the wrong address", e.segment().id()));
    on(
        Event.JobProgress.class,
        e -> LOG.warn("progress of job {} came to the wrong address", e.snapshot().id()));
  }

  private void listenToDevices() {
    on(
        Event.DeviceReady.class,
        e -> act(dispatcher.deviceReady(e.device(), e.worker(), monotonicMs())));
    on(
        Event.PlacesFree.class,
        e -> act(dispatcher.placesFree(e.device(), e.worker(), e.places(), monotonicMs())));
    on(
        Event.LeaseHeartbeat.class,
        e -> act(dispatcher.heartbeat(e.device(), e.worker(), e.windowsDone(), monotonicMs())));
    on(
        Event.DeviceLost.class,
        e -> act(dispatcher.deviceLost(e.device(), e.worker(), e.failure().what(), monotonicMs())));
    on(
        Event.SegmentTranscribed.class,
        e -> {
          if (dispatcher.transcribed(e.lease())) {
            with(e.segment().job(), job -> job.on(e));
          }
          act(dispatcher.tick(monotonicMs()));
        });
    on(
        Event.TranscriptionFailed.class,
        e -> act(dispatcher.failed(e.lease(), e.failure(), e.laneLost(), monotonicMs())));
  }

  private void done(WorkQueue stage, Object key, JobId job, Function<Job, List<Effect>> decide) {
    stage.done(key);
    with(job, decide);
    startWork();
  }

  // ---- what the jobs want

  private void with(JobId id, Function<Job, List<Effect>> decide) {
    RunningJob running = jobs.get(id);
    if (running != null) {
      changed.add(id);
      decide.apply(running.job()).forEach(effect -> perform(running, effect));
      startWork();
    }
  }

  private void perform(RunningJob running, Effect effect) {
    Job job = running.job();
    if (effect instanceof Effect.Send send) {
      enqueue(running, send.command());
    } else if (effect instanceof Effect.Offer offer) {
      int priority = job.request().options().priority();
      act(dispatcher.offer(offer.segment(), priority, running.number(), monotonicMs()));
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
                startWork();
              });
    } else if (effect instanceof Effect.End) {
      end(running);
    }
  }

  private void enqueue(RunningJob running, Command command) {
    JobId job = running.job().id();
    int priority = running.job().request().options().priority();
    if (command instanceof ResolveSource resolve) {
      resolves.add(
          List.of(job, resolve.source().number()), job, priority, running.number(), command);
    } else if (command instanceof OpenVideo open) {
      fetches.add(open.video(), job, priority, running.number(), command);
    } else if (command instanceof FetchSegment fetch) {
      fetches.add(fetch.segment().id(), job, priority, running.number(), command);
    } else if (command instanceof CutClip cut) {
      cuts.add(cut.clip().id(), job, priority, running.number(), command);
    } else if (command instanceof JoinFilm) {
      joins.add(job, job, priority, running.number(), command);
    } else {
      send(
          Addresses.ORDERING,
          command,
          e -> with(job, it -> it.fail(notTaken(command, e), wallMs())));
    }
  }

  private void startWork() {
    for (Command command : resolves.start()) {
      ResolveSource resolve = (ResolveSource) command;
      JobId job = resolve.job();
      int source = resolve.source().number();
      send(
          Addresses.SOURCE,
          command,
          e -> take(new Event.SourceFailed(job, source, notTaken(command, e))));
    }
    for (Command command : fetches.start()) {
      if (command instanceof OpenVideo open) {
        send(
            Addresses.DOWNLOAD,
            command,
            e -> take(new Event.VideoFailed(open.video(), notTaken(command, e))));
      } else if (command instanceof FetchSegment fetch) {
        SegmentId segment = fetch.segment().id();
        send(
            Addresses.DOWNLOAD,
            command,
            e -> take(new Event.FetchFailed(segment, notTaken(command, e))));
      }
    }
    for (Command command : cuts.start()) {
      ClipId clip = ((CutClip) command).clip().id();
      send(Addresses.CUT, command, e -> take(new Event.ClipFailed(clip, notTaken(command, e))));
    }
    for (Command command : joins.start()) {
      JobId job = ((JoinFilm) command).job();
      send(
          Addresses.COMPILE,
          command,
          e -> take(new Event.CompilationFailed(job, notTaken(command, e))));
    }
  }

  /**
   * Fetching waits while enough segments wait for a device, so that a long video does not fill the
   * disk with PCM.
   */
  private boolean mayFetch(Command command) {
    int pcmFiles = fetches.running(FetchSegment.class) + dispatcher.waiting() + filesToRemove;
    return !(command instanceof FetchSegment) || pcmFiles < 2 * settings.fetches();
  }

  private void act(List<LaneDispatcher.Action> actions) {
    for (LaneDispatcher.Action action : actions) {
      if (action instanceof LaneDispatcher.Grant grant) {
        lend(grant);
      } else if (action instanceof LaneDispatcher.Withdraw withdraw) {
        send(Addresses.device(withdraw.device()), new WithdrawLease(withdraw.lease()), e -> {});
      } else if (action instanceof LaneDispatcher.Returned returned) {
        RunningJob running = jobs.get(returned.segment().job());
        if (running != null) {
          running.job().returned(returned.segment());
        }
      } else if (action instanceof LaneDispatcher.GivenUp givenUp) {
        with(
            givenUp.segment().job(),
            job -> job.transcriptionFailed(givenUp.segment(), givenUp.failure()));
      }
    }
    startWork();
  }

  private void lend(LaneDispatcher.Grant grant) {
    Job job = jobs.get(grant.segment().job()).job();
    job.lent(grant.segment());
    changed.add(job.id());
    Command command =
        new TranscribeSegment(
            grant.lease(),
            job.request().options().priority(),
            job.segment(grant.segment()),
            job.pcmFile(grant.segment()),
            job.request().options().transcribe());
    send(
        Addresses.device(grant.device()),
        command,
        e -> act(dispatcher.failed(grant.lease(), notTaken(command, e), false, monotonicMs())));
  }

  private void callOff(ClipId from) {
    resolves.callOff(from);
    fetches.callOff(from);
    cuts.callOff(from);
    joins.callOff(from);
    act(
        dispatcher.callOff(
            segment -> segment.job().equals(from.job()) && segment.clip(0).compareTo(from) >= 0,
            monotonicMs()));
    vertx.eventBus().publish(Addresses.STOP, new StopWork(from));
  }

  /** The last report comes when nothing of the job is left but its film. */
  private void end(RunningJob running) {
    Job job = running.job();
    jobs.remove(job.id());
    changed.remove(job.id());
    Future<Void> gone = files.remove(running.folder());
    leaving.add(gone);
    gone.onComplete(
        done -> {
          leaving.remove(gone);
          report(job);
        });
  }

  // ---- what goes out

  private void send(String address, Command command, Consumer<Throwable> notTaken) {
    logStage(command);
    vertx.eventBus().request(address, command).onFailure(notTaken::accept);
  }

  private void logStage(Message message) {
    if (settings.logStages()) {
      StageLog.line(message).ifPresent(LOG::info);
    }
  }

  private static Failure notTaken(Command command, Throwable cause) {
    String name = command.getClass().getSimpleName();
    LOG.error("{} was not taken", name, cause);
    return Failure.passing(name + " was not taken: " + cause.getMessage(), "FastWhisper");
  }

  private void reportChanged() {
    for (JobId id : changed) {
      report(jobs.get(id).job());
    }
    changed.clear();
  }

  private void report(Job job) {
    vertx
        .eventBus()
        .publish(Addresses.progress(job.id()), new Event.JobProgress(job.snapshot(wallMs())));
  }

  /** A clock that never goes back. */
  private static long monotonicMs() {
    return System.nanoTime() / 1_000_000;
  }

  private static long wallMs() {
    return System.currentTimeMillis();
  }
}
