package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.TranscribeOptions;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that end before all is done leave nothing running and nothing behind. */
@Timeout(60)
class CallingOffTest extends ScriptedPipeline {
  @Test
  void theFilmEndsAtItsGreatestLengthAndWhatIsBehindIsCalledOff() throws Exception {
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command ->
                command instanceof TranscribeSegment transcribe
                        && transcribe.segment().id().segment() > 2
                    ? NEVER
                    : null);
    JobOptions options = new JobOptions(1_000, 1_000, 2_000, 3_000, 5, TranscribeOptions.DEFAULT);
    JobSnapshot end = run(rooms, JobRequest.of(List.of("a*8"), List.of("freedom"), options));
    assertTrue(end.earlyTermination());
    assertEquals(List.of("0-0-0"), clips(end));
    assertEquals("0-0-1", rooms.asked(StopWork.class).get(0).from().toString());
    assertEquals(List.of(film()), left());
  }

  @ParameterizedTest(name = "cancelled at {0}")
  @ValueSource(
      classes = {
        ResolveSource.class,
        OpenVideo.class,
        FetchSegment.class,
        TranscribeSegment.class,
        CutClip.class,
        JoinFilm.class
      })
  void aJobThatIsCancelledStopsItsWorkAndLeavesNothing(Class<? extends Command> stage)
      throws Exception {
    CompletableFuture<Command> reached = new CompletableFuture<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command -> {
              if (stage.isInstance(command) && !reached.isDone()) {
                reached.complete(command);
                return NEVER;
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 1, 1));
    Future<JobSnapshot> end = pipeline.run(JOB, request("a*2"), film(), snapshot -> {});
    reached.get(30, TimeUnit.SECONDS);
    get(pipeline.cancel(JOB));
    assertEquals(JobStatus.CANCELLED, get(end).status());
    assertEquals(List.of(), left());
    // What was called off holds no place: the next job runs through.
    JobSnapshot next =
        get(pipeline.run(ScriptedRooms.job(2), request("b*1"), film(), snapshot -> {}));
    assertEquals(JobStatus.COMPLETED, next.status());
    assertEquals("0-0-0", rooms.asked(StopWork.class).get(0).from().toString());
  }

  @Test
  void closingThePipelineStopsItsJobsAndLeavesNothing() throws Exception {
    CompletableFuture<Command> reached = new CompletableFuture<>();
    ScriptedRooms rooms =
        new ScriptedRooms(
            2,
            command -> {
              if (command instanceof CutClip) {
                reached.complete(command);
                return NEVER;
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    Future<JobSnapshot> end = pipeline.run(JOB, request("a*2"), film(), snapshot -> {});
    reached.get(30, TimeUnit.SECONDS);
    get(pipeline.close());
    assertEquals(JobStatus.CANCELLED, get(end).status());
    assertEquals(List.of(), left());
  }
}
