package io.fastwhisper.transcribe;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Command.TryDevice;
import io.fastwhisper.bus.Command.WithdrawLease;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.engine.EngineException;
import io.fastwhisper.engine.Lane;
import io.fastwhisper.engine.Model;
import io.fastwhisper.engine.WindowRequest;
import io.fastwhisper.engine.WindowResult;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device's worker: takes leased segments, several at a time, feeds their windows to the
 * device's lanes and sends each segment's transcript. It announces as many places as its lanes hold
 * windows, and one more, which the dispatcher keeps for a job that has none: so the windows of
 * several segments and jobs fill one batch, and a lease never waits for another one to be whole.
 *
 * <p>Windows go to the lanes by their job's priority, then those of the job of which least have
 * gone ({@link WaitingSegments}). They wait here and not in a lane, where a window that comes later
 * cannot pass.
 *
 * <p>Runs on a worker thread of its own ({@link #deployment}), the only thread that touches its
 * state. Between two looks at the lanes it goes back to its queue, so that commands are heard while
 * windows are in work.
 *
 * <p>What is lost when something fails: a window that fails ends its lease; a lost lane ends the
 * leases that had windows in it and is opened anew; a lost device ends all leases and the worker.
 */
public final class DeviceVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceVerticle.class);

  /** Longest wait for a finished window before commands are heard again. */
  private static final int POLL_MS = 20;

  private final DeviceSettings settings;
  private final String device;
  private final String worker = UUID.randomUUID().toString();
  private final Map<Long, LeasedSegment> leases = new LinkedHashMap<>();
  private final Map<Long, WindowInWork> windows = new HashMap<>();
  private final Trials trials = new Trials();
  private final UseMeter useMeter;
  private Model model;
  private DeviceLanes lanes;
  private WaitingSegments unsubmitted;
  private long nextTag;
  private long windowsDone;
  private boolean pumping;
  private boolean lost;
  private long heartbeatTimer = -1;

  /**
   * Where a submitted window is, by its tag. A cancelled lease leaves its windows here until the
   * lane has dropped them.
   */
  private record WindowInWork(LeasedSegment segment, int window, int lane) {}

  public DeviceVerticle(DeviceSettings settings) {
    this.settings = settings;
    this.device = settings.model().device();
    this.useMeter = new UseMeter(device);
  }

  /** How it has to be deployed: as one worker with a pool of one thread of its own. */
  public static DeploymentOptions deployment(String device) {
    return new DeploymentOptions()
        .setThreadingModel(ThreadingModel.WORKER)
        .setWorkerPoolName("fastwhisper-device-" + device)
        .setWorkerPoolSize(1);
  }

  @Override
  public Future<?> start() {
    unsubmitted = new WaitingSegments(vertx, settings.speech(), this::pumpSoon, this::failToOpen);
    model = Model.open(settings.model());
    try {
      lanes = new DeviceLanes(model, settings);
    } catch (EngineException e) {
      // A verticle that fails to start is not stopped.
      stop();
      throw e;
    }
    LOG.info(
        "{}: {} with {} lanes of {} windows",
        device,
        model.info(),
        settings.lanes(),
        settings.lane().batch());
    Future<Void> registered =
        Consumers.registerAsync(
                vertx.eventBus(), Addresses.device(device), Command.class, this::take)
            .completion();
    heartbeatTimer = vertx.setPeriodic(settings.heartbeatMs(), timer -> heartbeat());
    return registered.onSuccess(
        done -> {
          send(new Event.DeviceReady(device, worker));
          send(
              new Event.PlacesFree(device, worker, settings.lanes() * settings.lane().batch() + 1));
        });
  }

  @Override
  public Future<?> stop() {
    lost = true;
    leases.values().forEach(LeasedSegment::close);
    leases.clear();
    unsubmitted.clear();
    trials.failAll("its worker has ended");
    windows.clear();
    if (lanes != null) {
      lanes.close();
    }
    if (model != null) {
      model.close();
      model = null;
    }
    vertx.cancelTimer(heartbeatTimer);
    return unsubmitted.idle().compose(idle -> quiet());
  }

  /**
   * What is queued already runs first: the thread's pool goes with the end of {@link #stop()}, and
   * would refuse it with a stack trace.
   */
  private Future<?> quiet() {
    Promise<Void> quiet = Promise.promise();
    context.runOnContext(go -> quiet.complete());
    return quiet.future();
  }

  private Future<?> take(Command command) {
    if (command instanceof TryDevice attempt) {
      if (lost) {
        return Future.failedFuture("it is lost");
      }
      TranscribeSegment trial = trials.segment(attempt);
      Future<Reply.DeviceTried> tried = trials.begin(trial);
      lease(trial);
      return tried;
    }
    if (command instanceof TranscribeSegment transcribe) {
      lease(transcribe);
    } else if (command instanceof WithdrawLease withdraw) {
      LeasedSegment segment = leases.get(withdraw.lease());
      if (segment != null) {
        end(segment);
      }
    } else {
      throw new IllegalArgumentException("a device does not take " + command);
    }
    return Future.succeededFuture();
  }

  private void lease(TranscribeSegment transcribe) {
    LeasedSegment segment = new LeasedSegment(transcribe, System.nanoTime());
    leases.put(transcribe.lease(), segment);
    unsubmitted.add(segment);
    pumpSoon();
  }

  private void pumpSoon() {
    if (!pumping && !lost) {
      pumping = true;
      context.runOnContext(go -> pump());
    }
  }

  private void pump() {
    pumping = false;
    if (lost) {
      return;
    }
    try {
      unsubmitted.open();
      fillLanes();
      collect();
      lanes.reopenLost(lane -> windows.values().stream().anyMatch(inWork -> inWork.lane() == lane));
    } catch (RuntimeException e) {
      // Also a fault of our own: a worker that only fell silent would keep its leases until they
      // lapse, again and again.
      loseDevice(e);
      return;
    }
    if (!windows.isEmpty() || leases.values().stream().anyMatch(LeasedSegment::isOpen)) {
      pumpSoon();
    }
  }

  private void failToOpen(LeasedSegment segment, Throwable cause) {
    if (cause instanceof IOException) {
      fail(
          segment,
          Failure.passing("its sound cannot be read: " + cause.getMessage(), where(segment)),
          false);
    } else if (cause instanceof EngineException refused && refused.isCallersFault()) {
      fail(segment, Failure.permanent(cause.getMessage(), where(segment), ""), false);
    } else {
      loseDevice(cause);
    }
  }

  /** Hands windows in, the jobs taking turns, until the lanes are full. */
  private void fillLanes() {
    while (true) {
      int lane = lanes.freest();
      Optional<LeasedSegment> next = lane < 0 ? Optional.empty() : unsubmitted.take();
      if (next.isEmpty()) {
        return;
      }
      LeasedSegment segment = next.get();
      boolean taken = submitNext(segment, lane);
      if (leases.get(segment.command().lease()) == segment && segment.hasUnsubmitted()) {
        unsubmitted.add(segment);
      }
      if (!taken) {
        return;
      }
    }
  }

  /** False where the lane takes nothing now. */
  private boolean submitNext(LeasedSegment segment, int lane) {
    TranscribeSegment command = segment.command();
    try {
      if (segment.hasUnsubmitted()) {
        int window = segment.nextWindow();
        long tag = nextTag++;
        WindowRequest request = new WindowRequest(tag, command.options(), settings.decode());
        SegmentSound sound = segment.sound();
        if (!lanes.get(lane).submit(request, sound.pcm(), sound.plan(), window)) {
          return false;
        }
        windows.put(tag, new WindowInWork(segment, window, lane));
        segment.markSubmitted();
      } else {
        finish(segment);
      }
    } catch (EngineException e) {
      if (!e.isCallersFault()) {
        throw e;
      }
      fail(segment, Failure.permanent(e.getMessage(), where(segment), ""), false);
    }
    return true;
  }

  private void collect() {
    boolean any = false;
    for (Lane lane : lanes.all()) {
      for (Optional<WindowResult> result = lane.poll(0);
          result.isPresent();
          result = lane.poll(0)) {
        accept(result.get());
        any = true;
      }
    }
    if (!any && !windows.isEmpty()) {
      int busy = windows.values().iterator().next().lane();
      lanes.get(busy).poll(POLL_MS).ifPresent(this::accept);
    }
  }

  private void accept(WindowResult result) {
    ++windowsDone;
    WindowInWork inWork = windows.remove(result.tag());
    LeasedSegment segment = inWork.segment();
    if (leases.get(segment.command().lease()) != segment) {
      return;
    }
    EngineException failure = result.failure();
    if (failure == null) {
      segment.accept(inWork.window(), result);
      if (segment.isFinished()) {
        finish(segment);
      }
    } else if (failure.isDeviceLost()) {
      throw failure;
    } else {
      String what = "window " + inWork.window() + ": " + failure.getMessage();
      fail(
          segment,
          failure.isCallersFault()
              ? Failure.permanent(what, where(segment), "")
              : Failure.passing(what, where(segment)),
          failure.isLaneLost());
    }
  }

  private void finish(LeasedSegment segment) {
    TranscribeSegment command = segment.command();
    if (trials.holds(command.lease())) {
      trials.passed(segment, segment.elapsedMs(System.nanoTime()));
      end(segment);
      return;
    }
    Event done =
        new Event.SegmentTranscribed(
            command.lease(),
            command.segment().id(),
            segment.transcript(),
            segment.sound().startBorderMs(),
            segment.sound().endBorderMs(),
            segment.elapsedMs(System.nanoTime()));
    end(segment);
    send(done);
  }

  private void fail(LeasedSegment segment, Failure failure, boolean laneLost) {
    boolean trial = trials.failed(segment.command().lease(), failure.what());
    end(segment);
    if (trial) {
      return;
    }
    send(
        new Event.TranscriptionFailed(
            segment.command().lease(), segment.command().segment().id(), failure, laneLost));
  }

  /** Drops what is left of a lease and announces its place. */
  private void end(LeasedSegment segment) {
    leases.remove(segment.command().lease(), segment);
    JobId job = segment.command().segment().id().job();
    unsubmitted.remove(segment);
    if (leases.values().stream()
        .noneMatch(other -> other.command().segment().id().job().equals(job))) {
      unsubmitted.forget(job);
    }
    windows.forEach(
        (tag, inWork) -> {
          if (inWork.segment() == segment) {
            lanes.get(inWork.lane()).cancel(tag);
          }
        });
    segment.close();
    if (!Trials.isTrial(segment.command().lease())) {
      send(new Event.PlacesFree(device, worker, 1));
    }
  }

  private void loseDevice(Throwable cause) {
    if (cause instanceof EngineException) {
      LOG.error("{} is lost: {}", device, cause.getMessage());
    } else {
      LOG.error("{} is lost", device, cause);
    }
    lost = true;
    trials.failAll("it is lost: " + cause.getMessage());
    send(
        new Event.DeviceLost(
            device,
            worker,
            Failure.permanent(String.valueOf(cause.getMessage()), device, "Restart FastWhisper.")));
    stop();
  }

  private void heartbeat() {
    if (!lost) {
      List<Long> held = leases.keySet().stream().filter(lease -> !Trials.isTrial(lease)).toList();
      send(new Event.LeaseHeartbeat(device, worker, held, windowsDone, useMeter.measure()));
    }
  }

  private String where(LeasedSegment segment) {
    return "segment " + segment.command().segment().id() + " on " + device;
  }

  private void send(Event event) {
    vertx.eventBus().send(Addresses.EVENTS, event);
  }
}
