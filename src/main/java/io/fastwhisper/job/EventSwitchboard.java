package io.fastwhisper.job;

import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.JobId;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each event to whom it concerns: an answer frees its place at the desk and goes to its job,
 * what devices say goes to theirs.
 */
final class EventSwitchboard implements Event.Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(EventSwitchboard.class);

  private final StageDesk stages;
  private final DeviceDesk devices;
  private final Jobs jobs;

  /** Lets a job decide. */
  interface Jobs {
    /** What the job decides is carried out; nothing where it runs no longer. */
    void with(JobId job, Function<Job, List<Effect>> decide);
  }

  EventSwitchboard(StageDesk stages, DeviceDesk devices, Jobs jobs) {
    this.stages = stages;
    this.devices = devices;
    this.jobs = jobs;
  }

  private void answer(Object key, int attempt, JobId id, Function<Job, List<Effect>> decide) {
    stages.done(key, attempt);
    jobs.with(id, decide);
  }

  @Override
  public void on(Event.SourceResolved event) {
    answer(
        PieceOfWork.source(event.job(), event.source()),
        event.attempt(),
        event.job(),
        job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.SourceFailed event) {
    answer(
        PieceOfWork.source(event.job(), event.source()),
        event.attempt(),
        event.job(),
        job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.VideoOpened event) {
    answer(
        event.video().id(),
        event.attempt(),
        event.video().id().job(),
        job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.VideoFailed event) {
    answer(
        event.video(),
        event.attempt(),
        event.video().job(),
        job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.SegmentFetched event) {
    answer(event.segment(), event.attempt(), event.segment().job(), job -> job.on(event));
  }

  @Override
  public void on(Event.FetchFailed event) {
    answer(event.segment(), event.attempt(), event.segment().job(), job -> job.on(event));
  }

  @Override
  public void on(Event.ClipCut event) {
    answer(event.clip().id(), event.attempt(), event.clip().id().job(), job -> job.on(event));
  }

  @Override
  public void on(Event.ClipFailed event) {
    answer(event.clip(), event.attempt(), event.clip().job(), job -> job.on(event));
  }

  @Override
  public void on(Event.PrefixGrown event) {
    jobs.with(event.job(), job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.CompilationReady event) {
    answer(
        event.job(),
        event.attempt(),
        event.job(),
        job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.CompilationFailed event) {
    answer(
        event.job(),
        event.attempt(),
        event.job(),
        job -> job.on(event, System.currentTimeMillis()));
  }

  @Override
  public void on(Event.WorkMoves event) {
    stages.on(event);
  }

  @Override
  public void on(Event.DeviceReady event) {
    devices.on(event);
  }

  @Override
  public void on(Event.PlacesFree event) {
    devices.on(event);
  }

  @Override
  public void on(Event.LeaseHeartbeat event) {
    devices.on(event);
  }

  @Override
  public void on(Event.DeviceLost event) {
    devices.on(event);
  }

  @Override
  public void on(Event.SegmentTranscribed event) {
    if (devices.transcribed(event)) {
      jobs.with(event.segment().job(), job -> job.on(event));
    }
    devices.tick();
  }

  @Override
  public void on(Event.TranscriptionFailed event) {
    devices.on(event);
  }

  @Override
  public void on(Event.SegmentHeard event) {
    LOG.warn("what was heard in {} came to the wrong address", event.segment().id());
  }

  @Override
  public void on(Event.JobProgress event) {
    LOG.warn("progress of job {} came to the wrong address", event.snapshot().id());
  }
}
