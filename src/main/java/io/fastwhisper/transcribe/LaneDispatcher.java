package io.fastwhisper.transcribe;

import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Lends segments to devices: the most urgent first, each to one device at a time, and only where a
 * place was announced.
 *
 * <ul>
 *   <li>Urgent is: the job's priority, then the job that has been lent the least sound, then the
 *       earlier segment of its earlier video ({@link FairQueue}).
 *   <li>The last place of a device that is at work is for a job that no device works for. So a job
 *       that comes is begun at once, however many segments of another one were there before it. A
 *       less urgent job does not get that place past a more urgent one that may not.
 *   <li>A lease ends with its answer. It goes back when its device is lost, starts a new life, is
 *       silent, or finishes no window for too long; whatever still comes under it is then dropped.
 *       How long a lease takes as a whole says nothing: it may wait behind more urgent ones.
 *   <li>A segment that was on a device when a lane or the whole device died is a suspect: it is
 *       lent again only to a device that has nothing else, and nothing is lent there beside it; a
 *       device is emptied for it if need be. Where a lane dies again, the segment is given up. So a
 *       segment that kills lanes fails alone, and none that only shared a lane with it.
 * </ul>
 *
 * <p>A pure state: every method takes the time in milliseconds of a clock that never goes back, and
 * returns what has to be done. Not thread-safe.
 */
public final class LaneDispatcher {
  /** Lanes that a segment may cost. */
  private static final int MAX_LANES_LOST = 2;

  private static final long NEVER = Long.MIN_VALUE;

  private final Limits limits;
  private final FairQueue<LendableSegment> waiting = new FairQueue<>(LendableSegment.EARLIER);
  private final Map<SegmentId, LendableSegment> known = new HashMap<>();
  private final Map<Long, Lease> leases = new LinkedHashMap<>();
  private final Map<String, LendingDevice> devices = new TreeMap<>();
  private long nextLease = 1;
  private long tickedAtMs = NEVER;
  private boolean lending = true;

  /**
   * How long is too long.
   *
   * @param silenceMs without a word from a device that has leases
   * @param windowMs without a window finished by a device that has leases
   */
  public record Limits(long silenceMs, long windowMs) {}

  /** What has to be done. */
  public sealed interface Action {}

  /** Send the segment to the device under this lease. */
  public record Grant(long lease, String device, SegmentId segment) implements Action {}

  /** Tell the device to drop the lease. */
  public record Withdraw(long lease, String device) implements Action {}

  /** The segment waits again, through no fault of its own that is known. */
  public record Returned(SegmentId segment) implements Action {}

  /** The segment is not lent again unless it is offered again. */
  public record GivenUp(SegmentId segment, Failure failure) implements Action {}

  private record Lease(long number, LendableSegment work, LendingDevice device) {}

  public LaneDispatcher(Limits limits) {
    this.limits = limits;
  }

  /**
   * A segment wants a lane. One that is waiting or lent already changes nothing.
   *
   * @param jobNumber the job's place in the order in which jobs came
   * @param lengthMs of the segment's sound
   */
  public List<Action> offer(
      SegmentId segment, int priority, long jobNumber, long lengthMs, long nowMs) {
    if (!known.containsKey(segment)) {
      LendableSegment work = new LendableSegment(segment, priority, jobNumber, lengthMs);
      known.put(segment, work);
      waits(work);
    }
    return grant(nowMs);
  }

  /** Some segments are wanted no longer. */
  public List<Action> callOff(Predicate<SegmentId> unwanted, long nowMs) {
    List<Action> actions = new ArrayList<>();
    waiting.removeIf(work -> unwanted.test(work.segment));
    known.keySet().removeIf(unwanted);
    for (Lease lease : List.copyOf(leases.values())) {
      if (unwanted.test(lease.work().segment)) {
        end(lease);
        actions.add(new Withdraw(lease.number(), lease.device().name));
      }
    }
    actions.addAll(grant(nowMs));
    return actions;
  }

  /** A job has ended: nothing of it is waiting or lent any more. */
  public void ended(JobId job) {
    waiting.forget(job);
  }

  /** A device begins a life. */
  public List<Action> deviceReady(String device, String worker, long nowMs) {
    List<Action> actions = new ArrayList<>();
    LendingDevice before = devices.get(device);
    if (before != null) {
      if (before.worker.equals(worker)) {
        return List.of();
      }
      actions.addAll(takeBack(before, "its worker was started anew"));
    }
    devices.put(device, new LendingDevice(device, worker, nowMs));
    actions.addAll(grant(nowMs));
    return actions;
  }

  /** A device takes more. */
  public List<Action> placesFree(String device, String worker, int places, long nowMs) {
    LendingDevice found = heard(device, worker, nowMs);
    if (found != null) {
      found.places += places;
    }
    return grant(nowMs);
  }

  /**
   * A device lives.
   *
   * @param windowsDone windows that it has finished in this life
   */
  public List<Action> heartbeat(String device, String worker, long windowsDone, long nowMs) {
    LendingDevice found = heard(device, worker, nowMs);
    if (found != null && windowsDone > found.windowsDone) {
      found.windowsDone = windowsDone;
      found.movedAtMs = nowMs;
    }
    return grant(nowMs);
  }

  /** A device died. */
  public List<Action> deviceLost(String device, String worker, String why, long nowMs) {
    LendingDevice found = devices.get(device);
    if (found == null || !found.worker.equals(worker)) {
      return List.of();
    }
    devices.remove(device);
    List<Action> actions = new ArrayList<>(takeBack(found, why));
    actions.addAll(grant(nowMs));
    return actions;
  }

  /** Nothing that waits now will find a device: it is given up, and may be offered again. */
  public List<Action> giveUpWaiting(String why) {
    List<Action> actions = new ArrayList<>();
    waiting.removeIf(
        work -> {
          known.remove(work.segment);
          actions.add(new GivenUp(work.segment, Failure.passing(why, "segment " + work.segment)));
          return true;
        });
    return actions;
  }

  /**
   * A lease was answered with a transcript.
   *
   * @return false where the answer is to be dropped, for the lease has ended before
   */
  public boolean transcribed(long lease) {
    Lease found = leases.get(lease);
    if (found == null) {
      return false;
    }
    end(found);
    known.remove(found.work().segment);
    return true;
  }

  /**
   * A lease was answered with a failure. Where it cost a lane, the segment waits again or is given
   * up; else the segment is given up with this failure and may be offered again.
   */
  public List<Action> failed(long lease, Failure failure, boolean laneLost, long nowMs) {
    Lease found = leases.get(lease);
    if (found == null) {
      return List.of();
    }
    end(found);
    List<Action> actions = new ArrayList<>();
    if (laneLost) {
      actions.add(suspect(found.work(), failure.what()));
    } else {
      known.remove(found.work().segment);
      actions.add(new GivenUp(found.work().segment, failure));
    }
    actions.addAll(grant(nowMs));
    return actions;
  }

  /**
   * Takes back what lies too long, and lends what can be lent. To be called several times within
   * the limits, and after an answer was accepted.
   */
  public List<Action> tick(long nowMs) {
    forgiveOwnSleep(nowMs);
    List<Action> actions = new ArrayList<>();
    for (LendingDevice device : devices.values()) {
      String why = null;
      if (nowMs - device.heardAtMs > limits.silenceMs()) {
        device.silent = true;
        why = "no sign of life for " + limits.silenceMs() + " ms";
      } else if (nowMs - device.movedAtMs > limits.windowMs() && !device.leases.isEmpty()) {
        device.movedAtMs = nowMs;
        why = "no window finished for " + limits.windowMs() + " ms";
      }
      if (why != null) {
        new TreeSet<>(device.leases)
            .forEach(lease -> actions.add(new Withdraw(lease, device.name)));
        actions.addAll(takeBack(device, why + " on " + device.name));
      }
    }
    actions.addAll(grant(nowMs));
    return actions;
  }

  /**
   * Where this process itself stood still (a suspended machine), the devices had no chance to be
   * heard.
   */
  private void forgiveOwnSleep(long nowMs) {
    long sleptMs = nowMs - tickedAtMs;
    if (tickedAtMs != NEVER && sleptMs > limits.silenceMs() / 2) {
      for (LendingDevice device : devices.values()) {
        device.heardAtMs += sleptMs;
        device.movedAtMs += sleptMs;
      }
    }
    tickedAtMs = nowMs;
  }

  /** From now on nothing is lent. */
  public void stopLending() {
    lending = false;
  }

  /** What each device that is here has in hand. */
  public List<DeviceLoad> devices() {
    return devices.values().stream().map(LendingDevice::load).toList();
  }

  /** Segments that have a lane. */
  public int lent() {
    return leases.size();
  }

  /** Segments that wait for a lane. */
  public int waiting() {
    return waiting.size();
  }

  /** Segments of this job that wait for a lane. */
  public int waiting(JobId job) {
    return waiting.size(job);
  }

  private List<Action> grant(long nowMs) {
    if (!lending) {
      return List.of();
    }
    List<Action> actions = new ArrayList<>();
    Set<LendingDevice> open = new LinkedHashSet<>();
    devices.values().stream()
        .filter(device -> !device.silent && !hasSuspect(device))
        .forEach(open::add);
    int refused = Integer.MIN_VALUE;
    for (FairQueue<LendableSegment>.Round round = waiting.round();
        round.hasNext() && !open.isEmpty(); ) {
      LendableSegment work = round.next();
      if (work.priority < refused) {
        break;
      }
      LendingDevice device =
          work.suspect() ? LendingDevice.emptiest(open) : LendingDevice.freest(open);
      if (device != null && mayLend(work, device)) {
        round.take(work.lengthMs);
        actions.add(lend(work, device, nowMs));
      } else if (!work.suspect()) {
        refused = work.priority;
      }
      if (device != null && work.suspect()) {
        open.remove(device);
      }
    }
    return actions;
  }

  private boolean mayLend(LendableSegment work, LendingDevice device) {
    if (device.leases.isEmpty()) {
      return device.places > 0;
    }
    return !work.suspect() && (device.places > 1 || device.places == 1 && !hasLease(work));
  }

  /** True where a device works for the job. */
  private boolean hasLease(LendableSegment work) {
    return leases.values().stream()
        .anyMatch(lease -> lease.work().segment.job().equals(work.segment.job()));
  }

  private Grant lend(LendableSegment work, LendingDevice device, long nowMs) {
    Lease lease = new Lease(nextLease++, work, device);
    leases.put(lease.number(), lease);
    if (device.leases.isEmpty()) {
      device.movedAtMs = nowMs;
    }
    device.leases.add(lease.number());
    device.places--;
    return new Grant(lease.number(), device.name, work.segment);
  }

  private boolean hasSuspect(LendingDevice device) {
    return device.leases.stream().anyMatch(lease -> leases.get(lease).work().suspect());
  }

  /** Ends the leases of a device that no longer answers for them. */
  private List<Action> takeBack(LendingDevice device, String why) {
    List<Action> actions = new ArrayList<>();
    for (long number : new TreeSet<>(device.leases)) {
      Lease lease = leases.get(number);
      end(lease);
      actions.add(suspect(lease.work(), why));
    }
    return actions;
  }

  /** The work was on a lane that died. */
  private Action suspect(LendableSegment work, String why) {
    work.lanesLost++;
    if (work.lanesLost < MAX_LANES_LOST) {
      waits(work);
      return new Returned(work.segment);
    }
    known.remove(work.segment);
    String what = "given up after it cost " + work.lanesLost + " lanes, the last one: " + why;
    String remedy = "The sound of this segment may be damaged; please report it.";
    return new GivenUp(work.segment, Failure.permanent(what, "segment " + work.segment, remedy));
  }

  private void waits(LendableSegment work) {
    waiting.add(work.segment.job(), work.priority, work.jobNumber, work);
  }

  private void end(Lease lease) {
    leases.remove(lease.number());
    lease.device().leases.remove(lease.number());
  }

  private LendingDevice heard(String device, String worker, long nowMs) {
    LendingDevice found = devices.get(device);
    if (found == null || !found.worker.equals(worker)) {
      return null;
    }
    found.heardAtMs = nowMs;
    found.silent = false;
    return found;
  }
}
