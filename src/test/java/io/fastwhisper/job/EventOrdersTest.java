package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.SegmentId;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two jobs, the dispatcher and the ledgers, without a bus: what is asked for is answered in random
 * order, fails at random, is answered twice, too late or never, devices die, the store knows some
 * sounds and does not keep others. Whatever happens, the outcome is the one that follows from what
 * can be found. A failure names its seed; {@code -Dseeds=N} tries more.
 */
class EventOrdersTest {
  private static final int SEEDS = Integer.getInteger("seeds", 1_000);

  @Test
  void everyOrderOfEventsGivesTheSameFilm() {
    for (int seed = 0; seed < SEEDS; seed++) {
      EventWorld world = new EventWorld(seed);
      world.play();
      world.check();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 10, 20, 40})
  void aJobThatIsCancelledAtAnyMomentEndsAndAsksForNothingMore(int steps) {
    for (int seed = 0; seed < 100; seed++) {
      EventWorld world = new EventWorld(seed);
      world.stopAfter(steps, job -> job.cancel(world.nowMs));
      world.play();
      for (EventRun run : world.runs.values()) {
        assertTrue(run.job.ended(), world.say("not ended"));
      }
      assertEquals(0, world.dispatcher.lent() + world.dispatcher.waiting(), world.say("left over"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 10, 20, 40, 60, 80})
  void aJobThatIsLeftAtAnyMomentAndRunAgainGivesTheSameFilmAndTranscribesNothingThatWasKept(
      int steps) {
    int needless = 0;
    for (int seed = 0; seed < 100; seed++) {
      EventWorld first = new EventWorld(seed);
      first.stopAfter(steps, Job::leave);
      first.play();
      Set<String> kept = Set.copyOf(first.store);
      needless += kept.size();
      for (EventRun run : first.runs.values()) {
        assertTrue(run.job.ended(), first.say("goes on"));
        if (run.job.snapshot(1).status() == JobStatus.PROCESSING) {
          assertEquals(0, run.job.snapshot(1).endedAtMs(), first.say("left, but not ended"));
        }
      }
      EventWorld second = new EventWorld(seed, first.store);
      second.recallNeverFails = true;
      second.play();
      second.check();
      for (SegmentId segment : second.lentFrom) {
        assertFalse(kept.contains(EventWorld.name(segment)), second.say("again: " + segment));
      }
    }
    assertTrue(steps < 40 || needless > 100, "only " + needless + " segments were kept");
  }
}
