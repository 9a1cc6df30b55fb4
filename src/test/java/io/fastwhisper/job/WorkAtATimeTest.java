package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TranscribeOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much runs at a time, and what comes first. */
@Timeout(60)
class WorkAtATimeTest extends ScriptedPipeline {
  @Test
  void thePeakOfPcmOnDiskDoesNotGrowWithTheLengthOfTheVideo() throws Exception {
    AtomicInteger peak = new AtomicInteger();
    ScriptedRooms rooms = countingPcm(1, peak);
    JobSnapshot end = run(rooms, request("a*60"), 2, 8);
    assertEquals(60, end.clips().size());
    // Twice two that are fetched, wait or are being removed, and one of a job that had none; one on
    // the device, one that it has just answered for.
    assertTrue(peak.get() <= 7, "peak " + peak);
  }

  @Test
  void norDoesItGrowWithTheNumberOfJobs() throws Exception {
    AtomicInteger peak = new AtomicInteger();
    ScriptedRooms rooms = countingPcm(3, peak);
    Pipeline pipeline = get(deploy(rooms, 2, 8));
    List<Future<JobSnapshot>> jobs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      jobs.add(
          pipeline.run(
              ScriptedRooms.job(i), request("a*12"), folder.resolve(i + ".mp4"), snapshot -> {}));
    }
    for (Future<JobSnapshot> job : jobs) {
      assertEquals(12, get(job).clips().size());
    }
    // Twice two, and one; three on the device, and those that it has just answered for.
    assertTrue(peak.get() <= 11, "peak " + peak);
  }

  @Test
  void aJobThatComesGoesThroughThoughAnotherHoldsAllItMay() throws Exception {
    ScriptedRooms rooms =
        new ScriptedRooms(
            3,
            command ->
                command instanceof TranscribeSegment transcribe
                        && transcribe.segment().id().job().equals(JOB)
                    ? NEVER
                    : null);
    Pipeline pipeline = get(deploy(rooms, 2, 8));
    CompletableFuture<Void> full = new CompletableFuture<>();
    pipeline.run(
        JOB,
        request("a*60"),
        film(),
        snapshot -> {
          // Two with the device, twice two that wait.
          if (rooms.asked(FetchSegment.class).size() == 6) {
            full.complete(null);
          }
        });
    full.get(30, TimeUnit.SECONDS);
    JobSnapshot end =
        get(
            pipeline.run(
                ScriptedRooms.job(2), request("b*5"), folder.resolve("b.mp4"), snapshot -> {}));
    assertEquals(5, end.clips().size());
    assertEquals(
        6,
        rooms.asked(FetchSegment.class).stream()
            .filter(fetch -> fetch.segment().id().job().equals(JOB))
            .count());
  }

  @Test
  void noMoreWorkRunsAtATimeThanIsAllowed() throws Exception {
    AtomicInteger cutting = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            8,
            command -> {
              if (command instanceof CutClip) {
                most.accumulateAndGet(cutting.incrementAndGet(), Math::max);
                Event usual = ScriptedRooms.usual(command);
                Promise<Event> later = Promise.promise();
                vertx.setTimer(
                    5,
                    timer -> {
                      cutting.decrementAndGet();
                      later.complete(usual);
                    });
                return later.future();
              }
              return null;
            });
    run(rooms, request("a*20"), 6, 3);
    assertEquals(3, most.get());
  }

  @Test
  void theMoreUrgentJobGetsTheDeviceFirst() throws Exception {
    List<SegmentId> order = new ArrayList<>();
    Promise<Event> gate = Promise.promise();
    AtomicReference<Event> answerOfFirst = new AtomicReference<>();
    CompletableFuture<Void> lent = new CompletableFuture<>();
    AtomicInteger fetched = new AtomicInteger();
    ScriptedRooms rooms =
        new ScriptedRooms(
            1,
            command -> {
              boolean first = false;
              if (command instanceof TranscribeSegment transcribe) {
                order.add(transcribe.segment().id());
                first = order.size() == 1;
              } else if (command instanceof FetchSegment) {
                fetched.incrementAndGet();
              }
              if (fetched.get() == 4) {
                // Behind the answer to the last fetch, so that all four are known when the device
                // becomes free.
                Vertx.currentContext().runOnContext(go -> gate.tryComplete(answerOfFirst.get()));
              }
              if (first) {
                answerOfFirst.set(ScriptedRooms.usual(command));
                lent.complete(null);
                return gate.future();
              }
              return null;
            });
    Pipeline pipeline = get(deploy(rooms, 6, 8));
    JobOptions urgent = new JobOptions(0, 0, 0, 0, 9, TranscribeOptions.DEFAULT);
    Future<JobSnapshot> usual = pipeline.run(JOB, request("a*2"), film(), snapshot -> {});
    lent.get(30, TimeUnit.SECONDS);
    Future<JobSnapshot> hasty =
        pipeline.run(
            ScriptedRooms.job(2),
            JobRequest.of(List.of("b*2"), List.of("freedom"), urgent),
            folder.resolve("hasty.mp4"),
            snapshot -> {});
    get(usual);
    get(hasty);
    assertEquals(JOB, order.get(order.size() - 1).job());
    assertEquals(
        List.of(2, 2), order.subList(1, 3).stream().map(s -> s.job().equals(JOB) ? 1 : 2).toList());
  }

  /** Rooms with so many places on the device, and the most PCM files that were there at a time. */
  private ScriptedRooms countingPcm(int places, AtomicInteger peak) {
    return new ScriptedRooms(
        places,
        command -> {
          if (command instanceof FetchSegment fetch) {
            ScriptedRooms.write(fetch.pcmFile(), 64);
            peak.accumulateAndGet(pcmFiles(), Math::max);
          }
          return null;
        });
  }

  /** Of all jobs. */
  private int pcmFiles() {
    String[] jobs = folder.resolve("work").toFile().list();
    return jobs == null
        ? 0
        : Stream.of(jobs)
            .mapToInt(job -> filesIn(folder.resolve("work").resolve(job).resolve("pcm")))
            .sum();
  }

  private static int filesIn(Path pcm) {
    String[] names = pcm.toFile().list();
    return names == null ? 0 : names.length;
  }
}
