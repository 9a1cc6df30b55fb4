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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the dispatcher lends to whom, and what it takes back, case by case. */
class LaneDispatcherTest {
  private static final long SILENCE_MS = 1_000;
  private static final long WINDOW_MS = 10_000;
  private static final int USUAL = 5;
  private static final long SEGMENT_MS = 120_000;

  private final LaneDispatcher dispatcher = new LaneDispatcher(new Limits(SILENCE_MS, WINDOW_MS));
  private long nowMs = 1_000_000;

  @Test
  void nothingIsLentToADeviceThatHasNotAnnouncedAPlace() {
    assertEquals(List.of(), offer(segment(0, 0)));
    assertEquals(List.of(), dispatcher.deviceReady("cpu", "w", nowMs));
    assertEquals(1, grants(dispatcher.placesFree("cpu", "w", 1, nowMs)).size());
    assertEquals(List.of(), offer(segment(0, 1)));
  }

  @Test
  void whatWaitsIsGivenUpAtOnceAndMayBeOfferedAgain() {
    ready("cpu", 1);
    offer(segment(0, 0));
    offer(segment(0, 1));
    List<Action> actions = dispatcher.giveUpWaiting("no device");
    assertEquals(
        List.of(
            new GivenUp(segment(0, 1), Failure.passing("no device", "segment " + segment(0, 1)))),
        actions);
    assertEquals(0, dispatcher.waiting());
    assertEquals(1, dispatcher.lent());
    offer(segment(0, 1));
    assertEquals(1, dispatcher.waiting());
  }

  @Test
  void theMostUrgentGoesFirstByPriorityThenJobThenVideoThenSegment() {
    dispatcher.offer(segment(1, 0), USUAL, 7, SEGMENT_MS, nowMs);
    dispatcher.offer(segment(0, 1), USUAL, 7, SEGMENT_MS, nowMs);
    dispatcher.offer(segment(0, 0), USUAL, 7, SEGMENT_MS, nowMs);
    SegmentId earlierJob = new SegmentId(job(2), 5, 5);
    dispatcher.offer(earlierJob, USUAL, 3, SEGMENT_MS, nowMs);
    SegmentId urgent = new SegmentId(job(3), 9, 9);
    dispatcher.offer(urgent, 9, 9, SEGMENT_MS, nowMs);
    ready("cpu", 6);
    assertEquals(
        List.of(urgent, earlierJob, segment(0, 0), segment(0, 1), segment(1, 0)),
        lastGrants.stream().map(Grant::segment).toList());
  }

  @Test
  void aShortJobBehindALongOneIsLentAtOnceAndTakesTurnsWithIt() {
    ready("cpu", 2);
    for (int i = 0; i < 60; i++) {
      dispatcher.offer(segment(0, i), USUAL, 1, SEGMENT_MS, nowMs);
    }
    long lease = 1;
    for (int i = 0; i < 20; i++) {
      lease = placeFreed(lease).lease();
    }
    SegmentId first = new SegmentId(job(2), 0, 0);
    SegmentId second = new SegmentId(job(2), 0, 1);
    Grant begun = grants(dispatcher.offer(first, USUAL, 2, SEGMENT_MS, nowMs)).get(0);
    assertEquals(first, begun.segment());
    assertEquals(List.of(), dispatcher.offer(second, USUAL, 2, SEGMENT_MS, nowMs));
    assertEquals(segment(0, 21), placeFreed(lease).segment());
    assertEquals(second, placeFreed(begun.lease()).segment());
  }

  @Test
  void theLastPlaceIsForAJobThatNoDeviceWorksFor() {
    ready("cpu", 4);
    for (int i = 0; i < 9; i++) {
      assertEquals(i < 3 ? 1 : 0, offer(segment(0, i)).size(), "segment " + i);
    }
    SegmentId first = new SegmentId(job(2), 0, 0);
    List<Grant> begun = grants(dispatcher.offer(first, USUAL, 2, SEGMENT_MS, nowMs));
    assertEquals(List.of(first), begun.stream().map(Grant::segment).toList());
    SegmentId third = new SegmentId(job(3), 0, 0);
    assertEquals(List.of(), dispatcher.offer(third, USUAL, 3, SEGMENT_MS, nowMs));
    assertTrue(dispatcher.transcribed(lastOffers.get(0).lease()));
    List<Grant> next = grants(dispatcher.placesFree("cpu", "w-cpu", 1, nowMs));
    assertEquals(List.of(third), next.stream().map(Grant::segment).toList());
  }

  @Test
  void theLastPlaceDoesNotGoToALessUrgentJob() {
    ready("cpu", 2);
    SegmentId urgent = new SegmentId(job(2), 0, 0);
    dispatcher.offer(urgent, 9, 2, SEGMENT_MS, nowMs);
    dispatcher.offer(new SegmentId(job(2), 0, 1), 9, 2, SEGMENT_MS, nowMs);
    assertEquals(List.of(), offer(segment(0, 0)));
    SegmentId alsoUrgent = new SegmentId(job(3), 0, 0);
    assertEquals(1, dispatcher.offer(alsoUrgent, 9, 3, SEGMENT_MS, nowMs).size());
  }

  @Test
  void aDeviceThatHasNothingLendsItsOnlyPlaceToAnyJob() {
    ready("a", 1);
    assertEquals(1, offer(segment(0, 0)).size());
    ready("b", 1);
    assertEquals("b", grants(offer(segment(0, 1))).get(0).device());
  }

  private Grant placeFreed(long lease) {
    assertTrue(dispatcher.transcribed(lease));
    return grants(dispatcher.placesFree("cpu", "w-cpu", 1, nowMs)).get(0);
  }

  @Test
  void theDeviceWithMostPlacesGetsTheNextSegment() {
    ready("a", 1);
    ready("b", 3);
    assertEquals("b", grants(offer(segment(0, 0))).get(0).device());
  }

  @Test
  void aSegmentThatIsOfferedTwiceIsLentOnce() {
    ready("cpu", 5);
    assertEquals(1, grants(offer(segment(0, 0))).size());
    assertEquals(List.of(), offer(segment(0, 0)));
  }

  @Test
  void anAnswerUnderALeaseThatHasEndedIsDropped() {
    ready("cpu", 1);
    long lease = grants(offer(segment(0, 0))).get(0).lease();
    assertTrue(dispatcher.transcribed(lease));
    assertFalse(dispatcher.transcribed(lease));
    assertEquals(List.of(), dispatcher.failed(lease, failure(), false, nowMs));
  }

  @Test
  void theLeasesOfALostDeviceGoToAnother() {
    ready("a", 1);
    long lease = grants(offer(segment(0, 0))).get(0).lease();
    ready("b", 1);
    List<Action> actions = dispatcher.deviceLost("a", "w-a", "gone", nowMs);
    assertEquals(new Returned(segment(0, 0)), actions.get(0));
    assertEquals("b", grants(actions).get(0).device());
    assertFalse(dispatcher.transcribed(lease));
  }

  @Test
  void aDeviceThatIsSilentLosesItsLeasesAndGetsNoneUntilItIsHeardAgain() {
    ready("cpu", 2);
    long lease = grants(offer(segment(0, 0))).get(0).lease();
    List<Action> actions = tickFor(SILENCE_MS + 1);
    assertTrue(actions.contains(new Withdraw(lease, "cpu")));
    assertTrue(actions.contains(new Returned(segment(0, 0))));
    assertEquals(List.of(), grants(actions));
    assertFalse(dispatcher.transcribed(lease));
    assertEquals(1, grants(dispatcher.heartbeat("cpu", "w-cpu", 0, nowMs)).size());
  }

  @Test
  void aDeviceWhoseLanesFinishNoWindowLosesItsLeases() {
    ready("cpu", 1);
    long lease = grants(offer(segment(0, 0))).get(0).lease();
    List<Action> actions = new ArrayList<>();
    for (long passed = 0; passed <= WINDOW_MS + 500; passed += 500) {
      nowMs += 500;
      dispatcher.heartbeat("cpu", "w-cpu", passed > 5_000 ? 1 : 0, nowMs);
      actions.addAll(dispatcher.tick(nowMs));
    }
    assertEquals(List.of(), actions);
    for (long passed = 0; passed <= WINDOW_MS; passed += 500) {
      nowMs += 500;
      dispatcher.heartbeat("cpu", "w-cpu", 1, nowMs);
      actions.addAll(dispatcher.tick(nowMs));
    }
    assertTrue(actions.contains(new Withdraw(lease, "cpu")), actions.toString());
  }

  @Test
  void thatThisProcessSleptIsNotTheDevicesSilence() {
    ready("cpu", 1);
    offer(segment(0, 0));
    dispatcher.tick(nowMs);
    nowMs += 3_600_000;
    assertEquals(List.of(), dispatcher.tick(nowMs));
  }

  @Test
  void aSegmentThatKillsTwoLanesIsGivenUpAndItsNeighboursAreNot() {
    ready("a", 4);
    ready("b", 4);
    SegmentId poison = segment(0, 0);
    offer(poison);
    offer(segment(0, 1));
    offer(segment(0, 2));
    Set<SegmentId> done = new HashSet<>();
    Set<SegmentId> givenUp = new HashSet<>();
    Map<Long, Grant> running = new HashMap<>();
    lastOffers.forEach(grant -> running.put(grant.lease(), grant));
    int lives = 0;
    while (!running.isEmpty()) {
      Grant grant =
          running.values().stream().min(Comparator.comparingLong(Grant::lease)).orElseThrow();
      List<Action> actions;
      if (running.values().stream()
          .anyMatch(g -> g.segment().equals(poison) && g.device().equals(grant.device()))) {
        running.values().removeIf(g -> g.device().equals(grant.device()));
        actions =
            new ArrayList<>(
                dispatcher.deviceLost(grant.device(), "w-" + grant.device(), "crash", nowMs));
        String again = grant.device() + "'" + lives++;
        dispatcher.deviceReady(again, "w-" + again, nowMs);
        actions.addAll(dispatcher.placesFree(again, "w-" + again, 4, nowMs));
      } else {
        running.remove(grant.lease());
        assertTrue(dispatcher.transcribed(grant.lease()));
        done.add(grant.segment());
        actions =
            new ArrayList<>(dispatcher.placesFree(grant.device(), "w-" + grant.device(), 1, nowMs));
      }
      grants(actions).forEach(g -> running.put(g.lease(), g));
      actions.stream()
          .filter(GivenUp.class::isInstance)
          .forEach(a -> givenUp.add(((GivenUp) a).segment()));
    }
    assertEquals(Set.of(poison), givenUp);
    assertEquals(Set.of(segment(0, 1), segment(0, 2)), done);
    assertEquals(2, lives);
  }

  @Test
  void aSuspectIsAloneOnItsDeviceAndADeviceIsEmptiedForIt() {
    ready("cpu", 3);
    long first = grants(offer(segment(0, 0))).get(0).lease();
    long other = grants(offer(segment(0, 1))).get(0).lease();
    assertEquals(
        List.of(new Returned(segment(0, 0))), dispatcher.failed(first, failure(), true, nowMs));
    assertEquals(List.of(), offer(segment(0, 2)), "the device is being emptied");
    assertTrue(dispatcher.transcribed(other));
    assertEquals(
        List.of(segment(0, 0)),
        grants(dispatcher.tick(nowMs)).stream().map(Grant::segment).toList());
    assertEquals(
        List.of(),
        dispatcher.placesFree("cpu", "w-cpu", 2, nowMs),
        "nothing runs beside a suspect");
  }

  @Test
  void whatIsCalledOffIsWithdrawnAndItsAnswerDropped() {
    ready("cpu", 1);
    long lease = grants(offer(segment(0, 0))).get(0).lease();
    offer(segment(0, 1));
    offer(segment(1, 0));
    List<Action> actions = dispatcher.callOff(segment -> segment.video() == 0, nowMs);
    assertEquals(List.of(new Withdraw(lease, "cpu")), actions);
    assertFalse(dispatcher.transcribed(lease));
    assertEquals(
        List.of(segment(1, 0)),
        grants(dispatcher.placesFree("cpu", "w-cpu", 3, nowMs)).stream()
            .map(Grant::segment)
            .toList());
  }

  @Test
  void aDeviceThatStartsAnewHasOnlyThePlacesOfItsNewLife() {
    ready("cpu", 5);
    offer(segment(0, 0));
    assertEquals(
        List.of(new Returned(segment(0, 0))), dispatcher.deviceReady("cpu", "second", nowMs));
    assertEquals(List.of(), dispatcher.placesFree("cpu", "w-cpu", 5, nowMs));
    assertEquals(1, grants(dispatcher.placesFree("cpu", "second", 1, nowMs)).size());
  }

  private List<Grant> lastGrants = List.of();
  private final List<Grant> lastOffers = new ArrayList<>();

  private void ready(String device, int places) {
    dispatcher.deviceReady(device, "w-" + device, nowMs);
    lastGrants = grants(dispatcher.placesFree(device, "w-" + device, places, nowMs));
  }

  private List<Action> offer(SegmentId segment) {
    List<Action> actions = dispatcher.offer(segment, USUAL, 0, SEGMENT_MS, nowMs);
    lastOffers.addAll(grants(actions));
    return actions;
  }

  private List<Action> tickFor(long durationMs) {
    List<Action> actions = new ArrayList<>();
    for (long passed = 0; passed < durationMs; passed += 100) {
      nowMs += 100;
      actions.addAll(dispatcher.tick(nowMs));
    }
    return actions;
  }

  private static List<Grant> grants(List<Action> actions) {
    return actions.stream().filter(Grant.class::isInstance).map(Grant.class::cast).toList();
  }

  private static SegmentId segment(int video, int segment) {
    return new SegmentId(job(1), video, segment);
  }

  private static JobId job(int number) {
    return new JobId(String.format("%032x", number));
  }

  private static Failure failure() {
    return Failure.passing("the lane is lost", "cpu");
  }
}
