package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.compile.ClipLedger;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
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
  private static final SegmentPlan PLAN = new SegmentPlan(20_000, 4_000);

  @Test
  void everyOrderOfEventsGivesTheSameFilm() {
    for (int seed = 0; seed < SEEDS; seed++) {
      World world = new World(seed);
      world.play();
      world.check();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 10, 20, 40})
  void aJobThatIsCancelledAtAnyMomentEndsAndAsksForNothingMore(int steps) {
    for (int seed = 0; seed < 100; seed++) {
      World world = new World(seed);
      world.stopAfter(steps, job -> job.cancel(world.nowMs));
      world.play();
      for (Run run : world.runs.values()) {
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
      World first = new World(seed);
      first.stopAfter(steps, Job::leave);
      first.play();
      Set<String> kept = Set.copyOf(first.store);
      needless += kept.size();
      for (Run run : first.runs.values()) {
        assertTrue(run.job.ended(), first.say("goes on"));
        if (run.job.snapshot(1).status() == JobStatus.PROCESSING) {
          assertEquals(0, run.job.snapshot(1).endedAtMs(), first.say("left, but not ended"));
        }
      }
      World second = new World(seed, first.store);
      second.recallNeverFails = true;
      second.play();
      second.check();
      for (SegmentId segment : second.lentFrom) {
        assertFalse(kept.contains(World.name(segment)), second.say("again: " + segment));
      }
    }
    assertTrue(steps < 40 || needless > 100, "only " + needless + " segments were kept");
  }

  /** One job and what has become of it. */
  private static final class Run {
    final Job job;
    final long number;
    final ClipLedger ledger;
    final SourceTruth.Asked asked;
    final List<String> published = new ArrayList<>();
    final Set<Path> pcm = new HashSet<>();
    final Set<Object> failedFetches = new HashSet<>();
    int ends;

    Run(Job job, long number, SourceTruth.Asked asked) {
      this.job = job;
      this.number = number;
      this.asked = asked;
      this.ledger = new ClipLedger(asked.request().options().maxLengthMs());
    }
  }

  private static final class World {
    final int seed;
    final Random random;
    final LaneDispatcher dispatcher =
        new LaneDispatcher(new LaneDispatcher.Limits(1L << 40, 1L << 40));
    final Map<JobId, Run> runs = new LinkedHashMap<>();

    /** What has not happened yet. */
    final List<Runnable> pending = new ArrayList<>();

    /** How often each piece of work fails; drawn once, so that it does not depend on the order. */
    final Map<Object, Integer> failuresLeft = new HashMap<>();

    /** Names of the sounds that are kept; outlives the world. */
    final Set<String> store;

    /** Segments that a device had. */
    final Set<SegmentId> lentFrom = new HashSet<>();

    final SourceTruth truth;
    int lives = 1;
    boolean crashed;
    boolean recallNeverFails;
    int stepsToStop = -1;
    Function<Job, List<Effect>> stop;
    long nowMs = 1;

    World(int seed) {
      this(seed, new HashSet<>());
    }

    World(int seed, Set<String> store) {
      this.seed = seed;
      this.store = store;
      this.random = new Random(seed * 31L + 7);
      this.truth = new SourceTruth(seed);
      for (int number = 0; number < 2; number++) {
        Run run = run(number);
        runs.put(run.job.id(), run);
      }
    }

    private Run run(int number) {
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
      return new Run(job, number, asked);
    }

    void stopAfter(int steps, Function<Job, List<Effect>> how) {
      stepsToStop = steps;
      stop = how;
    }

    void play() {
      for (Run run : runs.values()) {
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
      for (Run run : runs.values()) {
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

    private boolean failsNow(Object work) {
      int left = failuresLeft.computeIfAbsent(work, truth::fails);
      failuresLeft.put(work, left - 1);
      return left > 0;
    }

    // ---- the rooms

    private void perform(Run run, List<Effect> effects) {
      for (Effect effect : effects) {
        if (effect instanceof Effect.Send send) {
          assertFalse(
              run.ends > 0 && !(send.command() instanceof Command.CloseLedger),
              say("asks after its end"));
          ask(run, send.command());
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
    private void recall(Run run, StoreCommand.RecallSegment ask) {
      Segment segment = ask.segment();
      assertTrue(run.pcm.contains(ask.pcmFile()), say("asks about a sound that is not there"));
      boolean fails = !recallNeverFails && random.nextInt(16) == 0 && !truth.isKnown(segment.id());
      for (int times = random.nextInt(10) == 0 ? 2 : 1; times > 0; times--) {
        later(
            () -> {
              boolean known = !fails && known(segment.id());
              SegmentRecalled answer =
                  new SegmentRecalled(
                      fails ? "" : name(segment.id()), known ? heard(segment) : null);
              perform(run, run.job.recalled(segment.id(), answer));
            });
      }
    }

    private boolean known(SegmentId segment) {
      return truth.isKnown(segment) || store.contains(name(segment));
    }

    private static String name(SegmentId segment) {
      return segment.job() + " " + segment;
    }

    private HeardSegment heard(Segment segment) {
      Event.SegmentTranscribed said = truth.transcribed(0, segment);
      return new HeardSegment(segment, said.transcript(), said.startBorderMs(), said.endBorderMs());
    }

    private void ask(Run run, Command command) {
      Job job = run.job;
      if (command instanceof Command.ResolveSource ask) {
        int source = ask.source().number();
        answer(
            run,
            List.of("resolve", job.id(), source),
            () ->
                job.on(
                    new Event.SourceResolved(
                        job.id(),
                        source,
                        SourceTruth.locations(run.asked.segmentsOfSource().get(source)),
                        ask.attempt()),
                    nowMs),
            () ->
                job.on(new Event.SourceFailed(job.id(), source, failure(), ask.attempt()), nowMs));
      } else if (command instanceof Command.OpenVideo ask) {
        answer(
            run,
            List.of("open", job.id(), ask.video().video()),
            () -> job.on(SourceTruth.opened(ask), nowMs),
            () -> job.on(new Event.VideoFailed(ask.video(), failure(), ask.attempt()), nowMs));
      } else if (command instanceof Command.FetchSegment ask) {
        SegmentId id = ask.segment().id();
        answer(
            run,
            List.of("fetch", id),
            () -> {
              boolean tooLate = run.failedFetches.contains(List.of(id, ask.attempt()));
              if (job.snapshot(nowMs).status() == JobStatus.PROCESSING && !tooLate) {
                run.pcm.add(ask.pcmFile());
              }
              return job.on(new Event.SegmentFetched(id, 16, ask.attempt()));
            },
            () -> {
              run.failedFetches.add(List.of(id, ask.attempt()));
              return job.on(new Event.FetchFailed(id, failure(), ask.attempt()));
            });
      } else if (command instanceof Command.CutClip ask) {
        ClipId id = ask.clip().id();
        CutFile file = new CutFile(id, ask.clipFile(), ask.clip().range());
        answer(
            run,
            List.of("cut", id),
            () -> job.on(new Event.ClipCut(file, ask.attempt())),
            () -> job.on(new Event.ClipFailed(id, failure(), ask.attempt())));
      } else if (command instanceof Command.JoinFilm ask) {
        answer(
            run,
            List.of("join", job.id()),
            () ->
                job.on(
                    new Event.CompilationReady(
                        job.id(), ask.film(), 1, filmClips(ask), ask.attempt()),
                    nowMs),
            () -> job.on(new Event.CompilationFailed(job.id(), failure(), ask.attempt()), nowMs));
      } else {
        later(() -> enter(run, command));
      }
    }

    private interface Answer {
      List<Effect> give();
    }

    /**
     * One answer; now and then the good one comes twice. A bad one may be the coordinator's, for a
     * room that was silent: then the room's own, good or bad, comes at any time after it.
     */
    private void answer(Run run, Object work, Answer good, Answer bad) {
      if (failsNow(work)) {
        later(
            () -> {
              perform(run, bad.give());
              if (random.nextInt(2) == 0) {
                later(() -> perform(run, (random.nextBoolean() ? good : bad).give()));
              }
            });
        return;
      }
      later(() -> perform(run, good.give()));
      if (random.nextInt(10) == 0 && !work.toString().contains("fetch")) {
        later(() -> perform(run, good.give()));
      }
    }

    private void enter(Run run, Command command) {
      ClipLedger.Published news;
      if (command instanceof Command.CountVideos count) {
        news = run.ledger.countVideos(count.videos());
      } else if (command instanceof Command.TakeTickets take) {
        news = run.ledger.takeTickets(take.video().video(), take.segments());
      } else if (command instanceof Command.OpenTicket open) {
        news =
            run.ledger.openTicket(open.segment().video(), open.segment().segment(), open.clips());
      } else if (command instanceof Command.CloseTicket close) {
        news =
            run.ledger.closeTicket(
                close.clip().video(), close.clip().segment(), close.clip().clip(), close.file());
      } else {
        return;
      }
      if (news.any()) {
        // The row itself arrives in order, as the bus delivers between two verticles.
        if (run.ends == 0) {
          news.added().forEach(file -> run.published.add(file.id().toString()));
        }
        perform(
            run,
            run.job.on(
                new Event.PrefixGrown(
                    run.job.id(),
                    news.added(),
                    news.lengthMs(),
                    news.complete(),
                    news.maxLengthReached()),
                nowMs));
      }
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
          Run run = runs.get(givenUp.segment().job());
          perform(run, run.job.transcriptionFailed(givenUp.segment(), givenUp.failure()));
        }
      }
    }

    private void lent(LaneDispatcher.Grant grant) {
      assertFalse(truth.isKnown(grant.segment()), say("transcribes what is known"));
      lentFrom.add(grant.segment());
      String worker = "w" + lives;
      Run run = runs.get(grant.segment().job());
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
              act(dispatcher.failed(grant.lease(), failure(), false, nowMs));
            } else if (dispatcher.transcribed(grant.lease())) {
              assertFalse(tooLate, say("an answer of a dead device was taken"));
              perform(run, run.job.on(truth.transcribed(grant.lease(), segment)));
            }
            act(dispatcher.placesFree("cpu", worker, 1, nowMs));
          });
    }

    private static List<FilmClip> filmClips(Command.JoinFilm join) {
      return join.parts().stream()
          .map(part -> new FilmClip(part.clip(), new TimeRange(0, 1)))
          .toList();
    }

    private static Failure failure() {
      return Failure.passing("on purpose", "here");
    }

    private void later(Runnable event) {
      pending.add(event);
    }

    private String say(String what) {
      return "seed " + seed + ": " + what;
    }
  }
}
