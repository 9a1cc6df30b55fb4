package io.fastwhisper.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TranscribeOptions;
import io.vertx.core.eventbus.ReplyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on a real file, asked over a real bus. */
class StoreVerticleTest {
  private static final JobId JOB = StoredThings.job(1);
  private static final TranscribeOptions OPTIONS = TranscribeOptions.DEFAULT;

  @TempDir Path folder;
  private RunningStore store;

  @AfterEach
  void close() throws Exception {
    if (store != null) {
      store.close();
    }
  }

  private RunningStore open(String transcriber) throws Exception {
    store = RunningStore.open(folder, transcriber);
    return store;
  }

  private RunningStore reopened(String transcriber) throws Exception {
    store.close();
    return open(transcriber);
  }

  @Test
  void aJobIsThereAfterTheStoreWasOpenedAgainAndSoIsItsEnd() throws Exception {
    open("model");
    assertEquals(new Reply.JobKept(1), store.ask(StoredThings.keepJob(JOB)));
    KeptJob before = job(JOB);
    assertEquals(1, before.number());
    assertNull(before.end());
    reopened("model");
    assertEquals(before, job(JOB));
    assertEquals(List.of(before), unfinished());
    store.ask(new StoreCommand.KeepEnd(StoredThings.end(JOB)));
    reopened("model");
    assertEquals(StoredThings.end(JOB), job(JOB).end());
    assertEquals(List.of(), unfinished());
  }

  @Test
  void theSameJobIsNotKeptTwice() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    assertThrows(ReplyException.class, () -> store.ask(StoredThings.keepJob(JOB)));
    assertEquals(1, listed(Long.MAX_VALUE, 10).size());
  }

  @Test
  void jobsAreListedByPagesTheNewestFirstAndUnfinishedOnesTheOldestFirst() throws Exception {
    open("model");
    for (int i = 1; i <= 5; i++) {
      store.ask(StoredThings.keepJob(StoredThings.job(i)));
    }
    store.ask(new StoreCommand.KeepEnd(StoredThings.end(StoredThings.job(3))));
    assertEquals(List.of(5L, 4L), numbers(listed(Long.MAX_VALUE, 2)));
    assertEquals(List.of(3L, 2L), numbers(listed(4, 2)));
    assertEquals(List.of(1L), numbers(listed(2, 2)));
    assertEquals(List.of(1L, 2L, 4L, 5L), numbers(unfinished()));
  }

  @Test
  void aJobIsForgottenOnlyOnceItHasEndedAndItsNumberIsNotGivenAgain() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    ReplyException refused =
        assertThrows(ReplyException.class, () -> store.ask(new StoreCommand.ForgetJob(JOB)));
    assertEquals(Refusal.NOT_FOUND, refused.failureCode());
    store.ask(new StoreCommand.KeepEnd(StoredThings.end(JOB)));
    store.ask(new StoreCommand.ForgetJob(JOB));
    assertNull(job(JOB));
    reopened("model");
    assertEquals(new Reply.JobKept(2), store.ask(StoredThings.keepJob(StoredThings.job(2))));
  }

  @Test
  void whatWasHeardIsRecalledForTheSameSoundWhereverItLies() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    Segment first = StoredThings.segment(JOB, 0, 0);
    Reply.SegmentRecalled unknown = recall(first, "sound", OPTIONS);
    assertNull(unknown.heard());
    HeardSegment heard = StoredThings.heard(first);
    store.ask(new StoreCommand.KeepSegment(unknown.key(), heard));
    reopened("model");
    assertEquals(heard, recall(first, "sound", OPTIONS).heard());

    Segment elsewhere = StoredThings.segment(StoredThings.job(2), 1, 100_000);
    HeardSegment moved = recall(elsewhere, "sound", OPTIONS).heard();
    assertEquals(StoredThings.heard(elsewhere), moved);
  }

  @Test
  void anotherSoundModelOptionOrZoneIsAnotherMatter() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    Segment segment = StoredThings.segment(JOB, 0, 0);
    String key = recall(segment, "sound", OPTIONS).key();
    store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(segment)));
    assertNull(recall(segment, "another sound", OPTIONS).heard());
    assertNull(recall(segment, "sound", new TranscribeOptions("en", "", "", 5)).heard());
    assertNull(recall(segment, "sound", new TranscribeOptions("auto", "", "", 1)).heard());
    assertNull(
        recall(
                new Segment(segment.id(), segment.range(), segment.startZone(), segment.range()),
                "sound",
                OPTIONS)
            .heard());
    reopened("another model");
    assertNull(recall(segment, "sound", OPTIONS).heard());
    reopened("model");
    assertEquals(key, recall(segment, "sound", OPTIONS).key());
  }

  @Test
  void aVideosTranscriptHoldsWhatWasKeptAndWhatWasRecalledInItsOrder() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    store.ask(new StoreCommand.KeepVideo(StoredThings.video(JOB, 0)));
    Segment early = StoredThings.segment(JOB, 0, 0);
    Segment late = StoredThings.segment(JOB, 1, 16_000);
    String key = recall(late, "sound", OPTIONS).key();
    store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(late)));
    recall(early, "sound", OPTIONS);
    Reply.VideoHeard heard = (Reply.VideoHeard) store.ask(new StoreCommand.LoadVideo(JOB, 0));
    assertEquals("talk 0", heard.title());
    assertEquals(List.of(StoredThings.heard(early), StoredThings.heard(late)), heard.segments());
    assertEquals(
        new Reply.VideoHeard("", 0, List.of()), store.ask(new StoreCommand.LoadVideo(JOB, 7)));
    // Opened anew, it has heard nothing so far.
    store.ask(new StoreCommand.KeepVideo(StoredThings.video(JOB, 0)));
    heard = (Reply.VideoHeard) store.ask(new StoreCommand.LoadVideo(JOB, 0));
    assertEquals(List.of(), heard.segments());
  }

  @Test
  void transcriptsStayWhereTheirJobIsForgotten() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    store.ask(new StoreCommand.KeepVideo(StoredThings.video(JOB, 0)));
    Segment segment = StoredThings.segment(JOB, 0, 0);
    String key = recall(segment, "sound", OPTIONS).key();
    store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(segment)));
    store.ask(new StoreCommand.KeepEnd(StoredThings.end(JOB)));
    store.ask(new StoreCommand.ForgetJob(JOB));
    assertEquals(
        new Reply.VideoHeard("", 0, List.of()), store.ask(new StoreCommand.LoadVideo(JOB, 0)));
    assertFalse(recall(segment, "sound", OPTIONS).heard() == null);
  }

  @Test
  void whatAKilledProcessLeftInTheDataFolderGoesAtTheNextStart() throws Exception {
    open("model").ask(StoredThings.keepJob(JOB));
    store.ask(StoredThings.keepJob(StoredThings.job(2)));
    store.ask(new StoreCommand.KeepEnd(StoredThings.end(StoredThings.job(2))));
    Path half = write("jobs/" + JOB + "/compilation.mp4.part");
    Path unknown = write("jobs/" + StoredThings.job(3) + "/compilation.mp4");
    Path scratch = write("scratch/fastwhisper-media-1/clips.txt");
    Path film = write("jobs/" + StoredThings.job(2) + "/compilation.mp4");
    reopened("model");
    assertFalse(Files.exists(half));
    assertTrue(Files.isDirectory(half.getParent()));
    assertFalse(Files.exists(unknown.getParent()));
    assertFalse(Files.exists(scratch.getParent()));
    assertTrue(Files.exists(film));
  }

  private Path write(String name) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "half");
  }

  private Reply.SegmentRecalled recall(Segment segment, String sound, TranscribeOptions options)
      throws Exception {
    Path pcm = Files.writeString(folder.resolve("sound.f32"), sound);
    return (Reply.SegmentRecalled) store.ask(new StoreCommand.RecallSegment(segment, pcm, options));
  }

  private KeptJob job(JobId id) throws Exception {
    return ((Reply.JobLoaded) store.ask(new StoreCommand.LoadJob(id))).job();
  }

  private List<KeptJob> unfinished() throws Exception {
    return ((Reply.JobsListed) store.ask(new StoreCommand.ListUnfinished())).jobs();
  }

  private List<KeptJob> listed(long before, int limit) throws Exception {
    return ((Reply.JobsListed) store.ask(new StoreCommand.ListJobs(before, limit))).jobs();
  }

  private static List<Long> numbers(List<KeptJob> jobs) {
    return jobs.stream().map(KeptJob::number).toList();
  }
}
