package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Command.WithdrawLease;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.StageLoad;
import io.fastwhisper.transcribe.LaneDispatcher;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Lends segments to the devices, as the dispatcher decides. Belongs to the coordinator and is used
 * on its context.
 */
final class DeviceDesk {
  private final LaneDispatcher dispatcher;
  private final WorkDone done = new WorkDone();
  private final Map<String, String> lost = new TreeMap<>();
  private final Map<String, GpuUse> gpus = new TreeMap<>();
  private final RunningJobs jobs;
  private final Outbox outbox;
  private final LongSupplier clock;
  private final BiConsumer<SegmentId, Failure> givenUp;
  private final boolean patient;

  /**
   * Opens without a device.
   *
   * @param clock milliseconds; never goes back
   * @param givenUp told where a segment comes back from its devices without a transcript
   * @param patient whether segments wait where all devices are lost: a later process goes on with
   *     them; else they are given up
   */
  DeviceDesk(
      LaneDispatcher.Limits limits,
      RunningJobs jobs,
      Outbox outbox,
      LongSupplier clock,
      BiConsumer<SegmentId, Failure> givenUp,
      boolean patient) {
    this.dispatcher = new LaneDispatcher(limits);
    this.jobs = jobs;
    this.outbox = outbox;
    this.clock = clock;
    this.givenUp = givenUp;
    this.patient = patient;
  }

  /** Segments that wait for a device. */
  int waiting() {
    return dispatcher.waiting();
  }

  /** Those of this job. */
  int waiting(JobId job) {
    return dispatcher.waiting(job);
  }

  /** Segments that a device has. */
  int lent() {
    return dispatcher.lent();
  }

  /** From now on nothing is lent; what devices have they finish. */
  void stopLending() {
    dispatcher.stopLending();
  }

  /** A segment's PCM is there. */
  void offer(SegmentId segment, int priority, long jobNumber) {
    long lengthMs = jobs.get(segment.job()).job().segment(segment).range().lengthMs();
    act(dispatcher.offer(segment, priority, jobNumber, lengthMs, clock.getAsLong()));
  }

  /** Nothing of this job at or behind this place is wanted. */
  void callOff(ClipId from) {
    act(
        dispatcher.callOff(
            segment -> segment.job().equals(from.job()) && segment.clip(0).compareTo(from) >= 0,
            clock.getAsLong()));
  }

  /** The job has ended. */
  void ended(JobId job) {
    dispatcher.ended(job);
  }

  /** Time has passed. */
  void tick() {
    act(dispatcher.tick(clock.getAsLong()));
    giveUpWhereNoneIsLeft();
  }

  void on(Event.DeviceReady event) {
    lost.remove(event.device());
    act(dispatcher.deviceReady(event.device(), event.worker(), clock.getAsLong()));
  }

  void on(Event.PlacesFree event) {
    act(dispatcher.placesFree(event.device(), event.worker(), event.places(), clock.getAsLong()));
  }

  void on(Event.LeaseHeartbeat event) {
    act(
        dispatcher.heartbeat(
            event.device(), event.worker(), event.windowsDone(), clock.getAsLong()));
    if (event.use() == null) {
      gpus.remove(event.device());
    } else {
      gpus.put(event.device(), event.use());
      done.measured(event.use());
    }
  }

  void on(Event.DeviceLost event) {
    lost.put(event.device(), event.failure().what());
    gpus.remove(event.device());
    act(
        dispatcher.deviceLost(
            event.device(), event.worker(), event.failure().what(), clock.getAsLong()));
    giveUpWhereNoneIsLeft();
  }

  private void giveUpWhereNoneIsLeft() {
    if (!patient && !lost.isEmpty() && dispatcher.devices().isEmpty()) {
      String why =
          lost.entrySet().stream()
              .map(device -> device.getKey() + " is lost: " + device.getValue())
              .collect(Collectors.joining("; "));
      act(dispatcher.giveUpWaiting("no device is left: " + why));
    }
  }

  /** Says whether the transcript counts: its lease has not ended. */
  boolean transcribed(Event.SegmentTranscribed event) {
    boolean counts = dispatcher.transcribed(event.lease());
    count();
    RunningJobs.Entry running = jobs.get(event.segment().job());
    if (counts && running != null) {
      done.transcribed(running.job().segment(event.segment()).range().lengthMs());
    }
    return counts;
  }

  /** Segments on devices, and those that wait for one. */
  StageLoad load() {
    return new StageLoad(dispatcher.lent(), dispatcher.waiting(), done.segments());
  }

  /** What devices have done so far. */
  DeviceWork work() {
    count();
    return done.work();
  }

  private void count() {
    done.at(dispatcher.lent() > 0, clock.getAsLong());
  }

  List<DeviceLoad> devices() {
    return dispatcher.devices();
  }

  /** How much of each GPU is in use, by the device; of those that tell. */
  Map<String, GpuUse> gpus() {
    return gpus;
  }

  /** Why devices were lost that have not come back, by the device. */
  Map<String, String> lostDevices() {
    return lost;
  }

  void on(Event.TranscriptionFailed event) {
    failed(event.lease(), event.failure(), event.laneLost());
  }

  private void failed(long lease, Failure failure, boolean laneLost) {
    act(dispatcher.failed(lease, failure, laneLost, clock.getAsLong()));
  }

  private void act(List<LaneDispatcher.Action> actions) {
    count();
    for (LaneDispatcher.Action action : actions) {
      if (action instanceof LaneDispatcher.Grant grant) {
        lend(grant);
      } else if (action instanceof LaneDispatcher.Withdraw withdraw) {
        outbox.send(
            Addresses.device(withdraw.device()),
            new WithdrawLease(withdraw.lease()),
            failure -> {});
      } else if (action instanceof LaneDispatcher.Returned returned) {
        RunningJobs.Entry running = jobs.get(returned.segment().job());
        if (running != null) {
          running.job().returned(returned.segment());
        }
      } else if (action instanceof LaneDispatcher.GivenUp gone) {
        givenUp.accept(gone.segment(), gone.failure());
      }
    }
  }

  private void lend(LaneDispatcher.Grant grant) {
    Job job = jobs.get(grant.segment().job()).job();
    job.lent(grant.segment());
    jobs.changed(job.id());
    outbox.send(
        Addresses.device(grant.device()),
        new TranscribeSegment(
            grant.lease(),
            job.request().options().priority(),
            job.segment(grant.segment()),
            job.folder().pcm(grant.segment()),
            job.request().options().transcribe()),
        failure -> failed(grant.lease(), failure, false));
  }
}
