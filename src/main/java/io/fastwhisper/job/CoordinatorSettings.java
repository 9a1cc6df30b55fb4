package io.fastwhisper.job;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.transcribe.LaneDispatcher;
import java.nio.file.Path;

/**
 * What the coordinator goes by.
 *
 * @param workFolder where each job gets a folder of its own while it runs
 * @param fetches videos opened and segments fetched at a time, over all jobs; fetching pauses while
 *     twice as many segments wait for a device, and one more of a job that had none
 * @param cuts clips cut at a time
 * @param joins films joined at a time
 * @param stageSilenceMs longest time that a fetch, cut or join may be without a sign of life
 * @param progressMs least time between two reports of one job
 * @param logStages whether each change of stage of a video, segment or clip is a line of the log
 */
record CoordinatorSettings(
    Path workFolder,
    Job.Settings job,
    LaneDispatcher.Limits lanes,
    int fetches,
    int cuts,
    int joins,
    long stageSilenceMs,
    long progressMs,
    boolean logStages) {
  /** Several heartbeats of a device fit into this. */
  private static final long DEVICE_SILENCE_MS = 30_000;

  /**
   * The rooms keep the stage's time limit themselves and know more about what went wrong: so long
   * they have to say so.
   */
  private static final long ANSWER_MS = 5_000;

  private static final long PROGRESS_MS = 200;

  static CoordinatorSettings of(Configuration configuration) {
    Configuration.Segments segments = configuration.segments();
    Configuration.Stages stages = configuration.stages();
    String work = configuration.folders().work();
    return new CoordinatorSettings(
        Path.of(work.isEmpty() ? System.getProperty("java.io.tmpdir") : work).toAbsolutePath(),
        new Job.Settings(
            new SegmentPlan(segments.lengthMs(), segments.overlapMs()),
            stages.tries(),
            stages.retryPauseMs()),
        new LaneDispatcher.Limits(DEVICE_SILENCE_MS, stages.transcriptionTimeoutS() * 1_000L),
        stages.fetches(),
        stages.cuts(),
        stages.joins(),
        stages.stageTimeoutS() * 1_000L + ANSWER_MS,
        PROGRESS_MS,
        configuration.log().pipeline());
  }
}
