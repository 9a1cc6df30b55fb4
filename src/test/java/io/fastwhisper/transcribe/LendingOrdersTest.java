package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.transcribe.LaneDispatcher.Action;
import io.fastwhisper.transcribe.LaneDispatcher.GivenUp;
import io.fastwhisper.transcribe.LaneDispatcher.Grant;
import io.fastwhisper.transcribe.LaneDispatcher.Limits;
import io.fastwhisper.transcribe.LaneDispatcher.Returned;
import io.fastwhisper.transcribe.LaneDispatcher.Withdraw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the dispatcher lends and takes back in random orders. */
class LendingOrdersTest {
  private static final long SILENCE_MS = 1_000;
  private static final long WINDOW_MS = 10_000;
  private static final long SEGMENT_MS = 120_000;

  /**
   * Devices come, go, hang and crash at random while jobs offer and call off: every segment that is
   * wanted ends exactly once, no segment is lent twice at a time, and no device gets more than it
   * has announced.
   */
  @Test
  void everySegmentEndsExactlyOnceWhateverTheDevicesDo() {
    for (int seed = 0; seed < 1_000; seed++) {
      new RandomRun(seed).play();
    }
  }

  /**
   * Jobs come at random beside others that have more: each is begun after no more than a turn of
   * every other, and no job takes the last place beside its own work.
   */
  @Test
  void aJobThatComesWaitsForNoMoreThanATurnOfEveryOther() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      LaneDispatcher dispatcher = new LaneDispatcher(new Limits(SILENCE_MS, WINDOW_MS));
      int places = 2 + random.nextInt(8);
      Map<Long, SegmentId> lent = new TreeMap<>();
      Map<JobId, Integer> passedOver = new HashMap<>();
      int jobs = 0;
      int offered = 0;
      int ended = 0;
      dispatcher.deviceReady("d", "w", 0);
      List<Action> actions = new ArrayList<>(dispatcher.placesFree("d", "w", places, 0));
      for (int step = 0; step < 100 || !lent.isEmpty(); step++) {
        if (step < 100 && random.nextInt(6) == 0) {
          JobId job = job(jobs);
          passedOver.put(job, 0);
          int segments = 1 + random.nextInt(12);
          for (int i = 0; i < segments; i++) {
            long lengthMs = 1 + random.nextInt((int) SEGMENT_MS);
            SegmentId segment = new SegmentId(job, 0, i);
            actions.addAll(dispatcher.offer(segment, 5, jobs, lengthMs, 0));
          }
          offered += segments;
          jobs++;
        } else if (!lent.isEmpty()) {
          List<Long> leases = List.copyOf(lent.keySet());
          long lease = leases.get(random.nextInt(leases.size()));
          lent.remove(lease);
          assertTrue(dispatcher.transcribed(lease));
          ended++;
          actions.addAll(dispatcher.placesFree("d", "w", 1, 0));
        }
        for (Action action : actions) {
          Grant grant = (Grant) action;
          JobId job = grant.segment().job();
          boolean first = lent.values().stream().noneMatch(other -> other.job().equals(job));
          lent.put(grant.lease(), grant.segment());
          assertTrue(lent.size() < places || first, "seed " + seed + ": the last place");
          passedOver.remove(job);
          passedOver.replaceAll((other, turns) -> turns + 1);
          for (int turns : passedOver.values()) {
            assertTrue(turns < jobs, "seed " + seed + ": " + passedOver);
          }
        }
        actions.clear();
      }
      assertEquals(offered, ended, "seed " + seed);
      assertEquals(0, dispatcher.waiting(), "seed " + seed);
    }
  }

  private static final class RandomRun {
    final int seed;
    final Random random;
    final LaneDispatcher dispatcher = new LaneDispatcher(new Limits(SILENCE_MS, WINDOW_MS));
    final Map<String, Integer> lives = new HashMap<>();
    final Map<String, Integer> places = new HashMap<>();
    final Map<Long, Grant> lent = new HashMap<>();
    final List<Grant> stale = new ArrayList<>();
    final Set<SegmentId> wanted = new HashSet<>();
    final Map<SegmentId, Integer> ends = new HashMap<>();
    long nowMs = 5;

    RandomRun(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void play() {
      int segments = 1 + random.nextInt(12);
      for (int i = 0; i < segments; i++) {
        SegmentId segment = new SegmentId(job(random.nextInt(3)), random.nextInt(2), i);
        wanted.add(segment);
        act(dispatcher.offer(segment, 5, 0, SEGMENT_MS, nowMs));
        step();
      }
      for (int i = 0; i < 60; i++) {
        step();
      }
      finish();
      for (SegmentId segment : wanted) {
        assertEquals(1, ends.getOrDefault(segment, 0), "seed " + seed + ": " + segment);
      }
      assertEquals(0, dispatcher.lent() + dispatcher.waiting(), "seed " + seed);
    }

    private void step() {
      nowMs += random.nextInt(200);
      String device = "d" + random.nextInt(3);
      switch (random.nextInt(8)) {
        case 0 -> restart(device);
        case 1 -> announce(device, 1 + random.nextInt(2));
        case 2 -> act(dispatcher.deviceLost(device, worker(device), "crash", nowMs));
        case 3 -> act(dispatcher.tick(nowMs));
        case 4 -> {
          if (lives.containsKey(device)) {
            act(dispatcher.heartbeat(device, worker(device), random.nextInt(3), nowMs));
          }
        }
        case 5 -> answer(random.nextInt(4) == 0);
        case 6 -> answer(false);
        default -> {
          if (!stale.isEmpty()) {
            assertFalse(
                dispatcher.transcribed(stale.get(random.nextInt(stale.size())).lease()),
                "seed " + seed);
          }
        }
      }
      if (random.nextInt(40) == 0 && !wanted.isEmpty()) {
        SegmentId unwanted = wanted.iterator().next();
        wanted.remove(unwanted);
        act(dispatcher.callOff(unwanted::equals, nowMs));
      }
    }

    private void finish() {
      for (int i = 0; i < 200 && dispatcher.lent() + dispatcher.waiting() > 0; i++) {
        nowMs += 10;
        if (lent.isEmpty()) {
          restart("d0");
          announce("d0", 1);
        } else {
          answer(false);
        }
      }
    }

    private void restart(String device) {
      lives.merge(device, 1, Integer::sum);
      places.put(device, 0);
      act(dispatcher.deviceReady(device, worker(device), nowMs));
    }

    private void announce(String device, int count) {
      if (lives.containsKey(device)) {
        places.merge(device, count, Integer::sum);
        act(dispatcher.placesFree(device, worker(device), count, nowMs));
      }
    }

    private void answer(boolean laneLost) {
      if (lent.isEmpty()) {
        return;
      }
      List<Long> leases = lent.keySet().stream().sorted().toList();
      long lease = leases.get(random.nextInt(leases.size()));
      Grant grant = lent.remove(lease);
      if (laneLost) {
        act(dispatcher.failed(lease, failure(), true, nowMs));
      } else {
        assertTrue(dispatcher.transcribed(lease), "seed " + seed);
        ends.merge(grant.segment(), 1, Integer::sum);
        act(dispatcher.tick(nowMs));
      }
    }

    private void act(List<Action> actions) {
      for (Action action : actions) {
        if (action instanceof Grant grant) {
          assertTrue(
              lent.values().stream().noneMatch(other -> other.segment().equals(grant.segment())),
              "seed " + seed + ": lent twice " + grant);
          assertTrue(
              places.merge(grant.device(), -1, Integer::sum) >= 0,
              "seed " + seed + ": no place for " + grant);
          lent.put(grant.lease(), grant);
        } else if (action instanceof Withdraw withdraw) {
          drop(lent.get(withdraw.lease()));
        } else if (action instanceof Returned returned) {
          dropSegment(returned.segment());
        } else if (action instanceof GivenUp givenUp) {
          dropSegment(givenUp.segment());
          ends.merge(givenUp.segment(), 1, Integer::sum);
        }
      }
    }

    private void dropSegment(SegmentId segment) {
      lent.values().stream()
          .filter(grant -> grant.segment().equals(segment))
          .findFirst()
          .ifPresent(this::drop);
    }

    private void drop(Grant grant) {
      if (grant != null) {
        lent.remove(grant.lease());
        stale.add(grant);
      }
    }

    private String worker(String device) {
      return device + "." + lives.getOrDefault(device, 0);
    }
  }

  private static JobId job(int number) {
    return new JobId(String.format("%032x", number));
  }

  private static Failure failure() {
    return Failure.passing("the lane is lost", "cpu");
  }
}
