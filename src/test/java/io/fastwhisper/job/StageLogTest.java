package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StageLogTest {
  private static final JobId JOB = ScriptedRooms.job(1);

  @Test
  void aChangeOfStageIsALineWithJobPlaceAndWhatHappened() {
    assertEquals(
        Optional.of("job " + JOB + " 0-3: fetched"),
        StageLog.line(new Event.SegmentFetched(new SegmentId(JOB, 0, 3), 16, 1)));
    assertEquals(
        Optional.of("job " + JOB + " 0-3-1: failed: no luck"),
        StageLog.line(
            new Event.ClipFailed(
                new ClipId(JOB, 0, 3, 1), Failure.passing("no luck", "there"), 1)));
  }

  @Test
  void whatMovesNothingIsNoLine() {
    assertEquals(Optional.empty(), StageLog.line(new Command.WithdrawLease(1)));
    assertEquals(Optional.empty(), StageLog.line(new Event.PlacesFree("cpu", "w", 1)));
  }
}
