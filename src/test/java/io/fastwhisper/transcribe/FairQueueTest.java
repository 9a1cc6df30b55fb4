package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.JobId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final FairQueue<String> queue = new FairQueue<>(Comparator.<String>naturalOrder());

  @Test
  void jobsOfOnePriorityTakeTurnsByWhatTheyWereServed() {
    add(1, 5, "a1", "a2", "a3", "a4");
    add(2, 5, "b1", "b2");
    assertEquals(List.of("a1", "b1", "a2", "b2", "a3", "a4"), takeAll(1));
  }

  @Test
  void aHigherPriorityGoesFirstHoweverMuchItWasServed() {
    add(1, 5, "a1");
    add(2, 9, "b1", "b2", "b3");
    assertEquals(List.of("b1", "b2", "b3", "a1"), takeAll(1));
  }

  @Test
  void aJobThatComesLaterIsNotMadeToWaitAndShutsNobodyOut() {
    add(1, 5, "a1", "a2", "a3", "a4", "a5", "a6");
    takeOne(60);
    takeOne(60);
    add(2, 5, "b1", "b2", "b3");
    List<String> order = takeAll(60);
    assertEquals("b1", order.get(0));
    assertEquals(List.of("b1", "a3", "b2", "a4", "b3", "a5", "a6"), order);
  }

  @Test
  void aJobThatHadNothingWaitingForAWhileHasSavedNoTurns() {
    add(1, 5, "a1");
    add(2, 5, "b1", "b2", "b3", "b4", "b5", "b6");
    takeOne(1);
    takeOne(1);
    takeOne(1);
    takeOne(1);
    takeOne(1);
    add(1, 5, "a2", "a3", "a4");
    assertEquals(List.of("a2", "a3", "b5", "a4", "b6"), takeAll(1));
  }

  @Test
  void aJobThatComesIsNotMeasuredByOneThatWasServedPastOthers() {
    add(1, 5, "a1", "a2", "a3");
    add(2, 5, "b1", "b2", "b3");
    for (int i = 0; i < 2; i++) {
      FairQueue<String>.Round round = queue.round();
      while (!round.next().startsWith("b")) {
        // Passed over.
      }
      round.take(60);
    }
    add(3, 5, "c1");
    assertEquals(List.of("a1", "c1", "a2", "a3", "b3"), takeAll(60));
  }

  @Test
  void aPieceThatIsNotTakenLetsTheNextOnePass() {
    add(1, 5, "a1", "a2");
    add(2, 5, "b1");
    List<String> seen = new ArrayList<>();
    for (FairQueue<String>.Round round = queue.round(); round.hasNext(); ) {
      String piece = round.next();
      seen.add(piece);
      if (piece.equals("a2")) {
        round.take(1);
      }
    }
    assertEquals(List.of("a1", "a2", "b1"), seen);
    assertEquals(2, queue.size());
    assertEquals(List.of("b1", "a1"), takeAll(1));
  }

  @Test
  void whatIsCalledOffOrForgottenNeverHasItsTurn() {
    add(1, 5, "a1", "a2");
    add(2, 5, "b1");
    queue.removeIf("a1"::equals);
    queue.forget(job(2));
    assertEquals(1, queue.size());
    assertEquals(List.of("a2"), takeAll(1));
    assertFalse(queue.round().hasNext());
  }

  /** Jobs that always have something waiting get the same within one piece, whoever else comes. */
  @Test
  void overAnyRunOfTurnsBusyJobsGetTheSame() {
    for (int seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      FairQueue<String> busy = new FairQueue<>(Comparator.<String>naturalOrder());
      int jobs = 2 + random.nextInt(4);
      Map<Integer, Long> served = new HashMap<>();
      for (int job = 0; job < jobs; job++) {
        for (int piece = 0; piece < 100; piece++) {
          busy.add(job(job), 5, job, job + "-" + piece);
        }
        served.put(job, 0L);
      }
      long longest = 0;
      for (int turn = 0; turn < 60; turn++) {
        FairQueue<String>.Round round = busy.round();
        int job = Integer.parseInt(round.next().split("-")[0]);
        long amount = 1 + random.nextInt(50);
        longest = Math.max(longest, amount);
        round.take(amount);
        served.merge(job, amount, Long::sum);
        long least = served.values().stream().min(Long::compare).orElseThrow();
        long most = served.values().stream().max(Long::compare).orElseThrow();
        assertTrue(most - least <= longest, "seed " + seed + ": " + served);
      }
    }
  }

  private void add(int job, int priority, String... pieces) {
    for (String piece : pieces) {
      queue.add(job(job), priority, job, piece);
    }
  }

  private String takeOne(long amount) {
    FairQueue<String>.Round round = queue.round();
    String piece = round.next();
    round.take(amount);
    return piece;
  }

  private List<String> takeAll(long amount) {
    List<String> taken = new ArrayList<>();
    while (queue.size() > 0) {
      taken.add(takeOne(amount));
    }
    return taken;
  }

  private static JobId job(int number) {
    return new JobId(String.format("%032x", number));
  }
}
