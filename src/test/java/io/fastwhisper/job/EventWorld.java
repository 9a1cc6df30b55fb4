package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.find.WordFinder;
import io.fastwhisper.transcribe.LaneDispatcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * Two jobs, the dispatcher, the ledgers and a store without a bus, and the events that have not
 * happened yet: {@link #play} lets them happen in the order of a seed, {@link #check} holds the
 * outcome to the truth.
 */
final class EventWorld {
  private static final SegmentPlan PLAN = new SegmentPlan(20_000, 4_000);

  final int seed;
  final Random random;
  final LaneDispatcher dispatcher =
      new LaneDispatcher(new LaneDispatcher.Limits(1L << 40, 1L << 40));
  final Map<JobId, EventRun> runs = new LinkedHashMap<>();

  /** What has not happened yet. */
  final List<Runnable> pending = new ArrayList<>();

  /** How often each piece of work fails; drawn once, so that it does not depend on the order. */
  final Map<Object, Integer> failuresLeft = new HashMap<>();

  /** Names of the sounds that are kept; outlives the world. */
  final Set<String> store;

  /** Segments that a device had. */
  final Set<SegmentId> lentFrom = new HashSet<>();

  final SourceTruth truth;
  private final RandomRooms rooms = new RandomRooms(this);
  int lives = 1;
  boolean crashed;
  boolean recallNeverFails;
  int stepsToStop = -1;
  Function<Job, List<Effect>> stop;
  long nowMs = 1;

  EventWorld(int seed) {
    this(seed, new HashSet<>());
  }

  EventWorld(int seed, Set<String> store) {
    this.seed = seed;
    this.store = store;
    this.random = new Random(seed * 31L + 7);
    this.truth = new SourceTruth(seed);
    for (int number = 0; number < 2; number++) {
      EventRun run = run(number);
      runs.put(run.job.id(), run);
    }
  }

  private EventRun run(int number) {
    SourceTruth.Asked asked = truth.ask(ScriptedRooms.job(number));
    Job job =
        new Job(
            asked.job(),
            asked.request(),
            new WordFinder(asked.request().targets()),
            new JobFolder(Path.of("/work/" + number)),
            Path.of("/film.mp4"),
            new Job.Settings(PLAN, SourceTruth.TRIES, 1),
            nowMs);
    return new EventRun(job, number, asked);
  }

  void stopAfter(int steps, Function<Job, List<Effect>> how) {
    stepsToStop = steps;
    stop = how;
  }

  void play() {
    for (EventRun run : runs.values()) {
      perform(run, run.job.start(nowMs));
    }
    later(() -> device(4));
    for (int step = 0; !pending.isEmpty(); step++) {
      assertTrue(step < 20_000, say("does not end"));
      if (step == stepsToStop) {
        runs.values().forEach(run -> perform(run, stop.apply(run.job)));
      }
      nowMs++;
      pending.remove(random.nextInt(pending.size())).run();
      if (step % 16 == 0) {
        runs.values().forEach(run -> run.job.snapshot(nowMs));
      }
    }
  }

  void check() {
    for (EventRun run : runs.values()) {
      JobSnapshot end = run.job.snapshot(nowMs);
      assertEquals(1, run.ends, say("ended"));
      List<String> expected = truth.clips(run.asked);
      assertEquals(expected, run.published, say(end.toString()));
      assertEquals(expected.size(), end.clips().size(), say("clips of the film"));
      boolean usable = end.usableVideos() > 0;
      boolean joined = truth.succeeds(List.of("join", run.job.id()));
      if (!usable) {
        assertEquals(JobStatus.ERROR, end.status(), say("without a usable source"));
      } else if (!expected.isEmpty()) {
        assertEquals(
            joined ? JobStatus.COMPLETED : JobStatus.ERROR, end.status(), say(end.message()));
        assertEquals(joined, end.compilation() != null, say("film"));
      } else {
        assertTrue(end.status().ended() && end.compilation() == null, say(end.message()));
      }
      if (!end.earlyTermination()) {
        assertEquals(Set.of(), run.pcm, say("PCM left"));
        assertEquals(end.totalSegments(), end.segmentsCompleted(), say("segments"));
        assertEquals(end.totalClips(), end.clipsCut() + end.clipsFailed(), say("clips"));
      }
    }
    assertEquals(0, dispatcher.lent() + dispatcher.waiting(), say("left with the dispatcher"));
  }

  /** Whether this try at a piece of work fails. */
  boolean failsNow(Object work) {
    int left = failuresLeft.computeIfAbsent(work, truth::fails);
    failuresLeft.put(work, left - 1);
    return left > 0;
  }

  /** Carries out what a job decided. */
  void perform(EventRun run, List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send send) {
        assertFalse(
            run.ends > 0 && !(send.command() instanceof Command.CloseLedger),
            say("asks after its end"));
        rooms.ask(run, send.command());
      } else if (effect instanceof Effect.Keep keep) {
        keep(keep.what());
      } else if (effect instanceof Effect.Recall recall) {
        recall(run, recall.segment());
      } else if (effect instanceof Effect.Offer offer) {
        act(
            dispatcher.offer(
                offer.segment(),
                run.job.request().options().priority(),
                run.number,
                run.job.segment(offer.segment()).range().lengthMs(),
                nowMs));
      } else if (effect instanceof Effect.Later wait) {
        later(() -> perform(run, run.job.due(wait.then())));
      } else if (effect instanceof Effect.CallOff off) {
        JobId id = run.job.id();
        act(
            dispatcher.callOff(
                segment -> segment.job().equals(id) && segment.clip(0).compareTo(off.from()) >= 0,
                nowMs));
      } else if (effect instanceof Effect.Delete delete) {
        run.pcm.remove(delete.file());
      } else if (effect instanceof Effect.End || effect instanceof Effect.Leave) {
        run.ends++;
      }
    }
  }

  // ---- the store

  private void keep(StoreCommand what) {
    if (what instanceof StoreCommand.KeepSegment keep) {
      SegmentId id = keep.heard().segment().id();
      assertEquals(name(id), keep.key(), say("kept under another name"));
      assertEquals(heard(keep.heard().segment()), keep.heard(), say("kept"));
      if (random.nextInt(8) != 0) {
        store.add(keep.key());
      }
    }
  }

  /** Asked about a sound: it is known or not, cannot be said, or is said twice. */
  private void recall(EventRun run, StoreCommand.RecallSegment ask) {
    Segment segment = ask.segment();
    assertTrue(run.pcm.contains(ask.pcmFile()), say("asks about a sound that is not there"));
    boolean fails = !recallNeverFails && random.nextInt(16) == 0 && !truth.isKnown(segment.id());
    for (int times = random.nextInt(10) == 0 ? 2 : 1; times > 0; times--) {
      later(
          () -> {
            boolean known = !fails && known(segment.id());
            SegmentRecalled answer =
                new SegmentRecalled(fails ? "" : name(segment.id()), known ? heard(segment) : null);
            perform(run, run.job.recalled(segment.id(), answer));
          });
    }
  }

  private boolean known(SegmentId segment) {
    return truth.isKnown(segment) || store.contains(name(segment));
  }

  static String name(SegmentId segment) {
    return segment.job() + " " + segment;
  }

  private HeardSegment heard(Segment segment) {
    Event.SegmentTranscribed said = truth.transcribed(0, segment);
    return new HeardSegment(segment, said.transcript(), said.startBorderMs(), said.endBorderMs());
  }

  // ---- the device

  private void device(int places) {
    String worker = "w" + lives;
    act(dispatcher.deviceReady("cpu", worker, nowMs));
    act(dispatcher.placesFree("cpu", worker, places, nowMs));
  }

  private void act(List<LaneDispatcher.Action> actions) {
    for (LaneDispatcher.Action action : actions) {
      if (action instanceof LaneDispatcher.Grant grant) {
        runs.get(grant.segment().job()).job.lent(grant.segment());
        lent(grant);
      } else if (action instanceof LaneDispatcher.Returned returned) {
        runs.get(returned.segment().job()).job.returned(returned.segment());
      } else if (action instanceof LaneDispatcher.GivenUp givenUp) {
        EventRun run = runs.get(givenUp.segment().job());
        perform(run, run.job.transcriptionFailed(givenUp.segment(), givenUp.failure()));
      }
    }
  }

  private void lent(LaneDispatcher.Grant grant) {
    assertFalse(truth.isKnown(grant.segment()), say("transcribes what is known"));
    lentFrom.add(grant.segment());
    String worker = "w" + lives;
    EventRun run = runs.get(grant.segment().job());
    Segment segment = run.job.segment(grant.segment());
    if (!crashed && random.nextInt(40) == 0) {
      crashed = true;
      later(
          () -> {
            act(dispatcher.deviceLost("cpu", worker, "crash", nowMs));
            lives++;
            device(4);
          });
    }
    later(
        () -> {
          boolean tooLate = !worker.equals("w" + lives);
          if (!tooLate && failsNow(List.of("transcribe", grant.segment()))) {
            act(dispatcher.failed(grant.lease(), RandomRooms.failure(), false, nowMs));
          } else if (dispatcher.transcribed(grant.lease())) {
            assertFalse(tooLate, say("an answer of a dead device was taken"));
            perform(run, run.job.on(truth.transcribed(grant.lease(), segment)));
          }
          act(dispatcher.placesFree("cpu", worker, 1, nowMs));
        });
  }

  /** Puts an event among those that have not happened. */
  void later(Runnable event) {
    pending.add(event);
  }

  String say(String what) {
    return "seed " + seed + ": " + what;
  }
}
