package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Places of a stage; the clock is moved by hand. */
class WorkQueueTest {
  private static final JobId JOB = ScriptedRooms.job(1);
  private static final long SILENCE_MS = 60_000;

  private final WorkQueue queue = new WorkQueue(2, SILENCE_MS, work -> true);

  @Test
  void theMostUrgentWorkGetsThePlacesAndTheRestWaits() {
    VideoId usual = new VideoId(ScriptedRooms.job(1), 0);
    VideoId older = new VideoId(ScriptedRooms.job(2), 1);
    VideoId urgent = new VideoId(ScriptedRooms.job(3), 2);
    queue.add(open(usual, 1), 5, 1);
    queue.add(open(older, 1), 5, 0);
    queue.add(open(urgent, 1), 9, 2);
    assertEquals(List.of(2, 1), videos(queue.start(0)));
    assertEquals(List.of(), queue.start(0));
    queue.done(older, 1);
    assertEquals(List.of(0), videos(queue.start(0)));
  }

  @Test
  void workWithoutASignOfLifeIsGivenUpAndItsPlaceIsFree() {
    queue.add(open(0, 1), 5, 0);
    queue.add(open(1, 1), 5, 0);
    queue.add(open(2, 1), 5, 0);
    queue.start(1_000);
    assertEquals(List.of(), queue.takeSilent(1_000 + SILENCE_MS - 1));
    queue.done(id(1), 1);
    queue.start(2_000);
    assertEquals(List.of(0), videos(queue.takeSilent(1_000 + SILENCE_MS)));
    assertEquals(List.of(), queue.takeSilent(1_000 + SILENCE_MS));
    assertEquals(List.of(2), videos(queue.takeSilent(2_000 + SILENCE_MS)));
  }

  @Test
  void workThatMovesMayTakeAsLongAsItLikes() {
    queue.add(open(0, 1), 5, 0);
    queue.add(open(1, 1), 5, 0);
    queue.start(0);
    for (long nowMs = 1_000; nowMs < SILENCE_MS; nowMs += 1_000) {
      queue.moved(Addresses.DOWNLOAD, place(0), nowMs);
      // Another room's work at the same place is another piece.
      queue.moved(Addresses.CUT, place(1), nowMs);
    }
    assertEquals(List.of(1), videos(queue.takeSilent(SILENCE_MS)));
    for (long nowMs = SILENCE_MS; nowMs < 10 * SILENCE_MS; nowMs += SILENCE_MS / 2) {
      queue.moved(Addresses.DOWNLOAD, place(0), nowMs);
      assertEquals(List.of(), queue.takeSilent(nowMs + SILENCE_MS / 2));
    }
  }

  @Test
  void anAnswerToATryThatWasGivenUpFreesNoPlaceOfTheNext() {
    queue.add(open(0, 1), 5, 0);
    queue.start(0);
    queue.takeSilent(SILENCE_MS);
    queue.add(open(0, 2), 5, 0);
    queue.add(open(1, 1), 5, 0);
    queue.add(open(2, 1), 5, 0);
    assertEquals(List.of(0, 1), videos(queue.start(SILENCE_MS)));
    queue.done(id(0), 1);
    assertEquals(List.of(), queue.start(SILENCE_MS));
    queue.done(id(0), 2);
    assertEquals(List.of(2), videos(queue.start(SILENCE_MS)));
  }

  @Test
  void whatIsCalledOffNeitherRunsNorWaits() {
    PieceOfWork resolve =
        PieceOfWork.of(new Command.ResolveSource(JOB, new Source(0, "talk"), 1)).orElseThrow();
    queue.add(open(1, 1), 5, 0);
    queue.add(resolve, 5, 0);
    queue.add(open(2, 1), 5, 0);
    queue.add(open(0, 1), 5, 0);
    queue.start(0);
    queue.callOff(place(1));
    assertEquals(List.of(0), videos(queue.start(0)));
    queue.callOff(place(0));
    assertEquals(List.of(), queue.start(0));
    assertEquals(List.of(), queue.takeSilent(SILENCE_MS));
  }

  private static PieceOfWork open(int video, int attempt) {
    return open(id(video), attempt);
  }

  private static PieceOfWork open(VideoId video, int attempt) {
    return PieceOfWork.of(
            new Command.OpenVideo(video, new VideoLocation("/v", "v"), Path.of("/work"), attempt))
        .orElseThrow();
  }

  private static VideoId id(int video) {
    return new VideoId(JOB, video);
  }

  private static ClipId place(int video) {
    return new ClipId(JOB, video, 0, 0);
  }

  private static List<Integer> videos(List<PieceOfWork> pieces) {
    return pieces.stream().map(piece -> piece.place().video()).toList();
  }
}
