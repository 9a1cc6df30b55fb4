package io.fastwhisper.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.compile.ClipLedger.Published;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.TimeRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ClipLedgerTest {
  private static final JobId JOB = new JobId("0".repeat(32));

  @Test
  void aClipIsPublishedWhenAllBeforeItAreClosed() {
    ClipLedger ledger = new ClipLedger(0);
    ledger.countVideos(1);
    ledger.takeTickets(0, 2);
    assertEquals(List.of(), ids(ledger.closeTicket(0, 1, 0, file(0, 1, 0))));
    assertEquals(List.of(), ids(ledger.openTicket(0, 1, 1)));
    assertEquals(List.of("0-0-0"), ids(ledger.closeTicket(0, 0, 0, file(0, 0, 0))));
    Published last = ledger.openTicket(0, 0, 1);
    assertEquals(List.of("0-1-0"), ids(last));
    assertTrue(last.complete());
    assertFalse(last.maxLengthReached());
  }

  @Test
  void failedClipsEmptySegmentsAndFailedVideosDoNotStall() {
    ClipLedger ledger = new ClipLedger(0);
    ledger.countVideos(3);
    ledger.takeTickets(0, 0);
    ledger.takeTickets(1, 2);
    ledger.openTicket(1, 0, 0);
    ledger.openTicket(1, 1, 2);
    ledger.closeTicket(1, 1, 0, null);
    assertEquals(List.of("1-1-1"), ids(ledger.closeTicket(1, 1, 1, file(1, 1, 1))));
    assertTrue(ledger.takeTickets(2, 0).complete());
  }

  @Test
  void aJobWithoutVideosIsCompleteAtOnce() {
    assertTrue(new ClipLedger(0).countVideos(0).complete());
  }

  @Test
  void whatIsToldTwiceCountsOnce() {
    ClipLedger ledger = new ClipLedger(0);
    ledger.takeTickets(0, 1);
    assertEquals(List.of("0-0-0"), ids(ledger.closeTicket(0, 0, 0, file(0, 0, 0))));
    assertEquals(List.of(), ids(ledger.closeTicket(0, 0, 0, file(0, 0, 0))));
  }

  @Test
  void theFirstClipThatDoesNotFitEndsTheFilm() {
    ClipLedger ledger = new ClipLedger(2_500);
    ledger.takeTickets(0, 1);
    ledger.closeTicket(0, 0, 0, file(0, 0, 0));
    ledger.closeTicket(0, 0, 2, file(0, 0, 2));
    Published end = ledger.closeTicket(0, 0, 1, file(0, 0, 1));
    assertEquals(List.of("0-0-1"), ids(end));
    assertTrue(end.maxLengthReached());
  }

  @Test
  void theFilmIsNotLongerThanAskedUnlessItsFirstClipIs() {
    ClipLedger tooShort = new ClipLedger(500);
    tooShort.takeTickets(0, 1);
    Published first = tooShort.closeTicket(0, 0, 0, file(0, 0, 0));
    assertEquals(List.of("0-0-0"), ids(first));
    assertTrue(first.maxLengthReached());
    ClipLedger exact = new ClipLedger(2_000);
    exact.takeTickets(0, 1);
    assertFalse(exact.closeTicket(0, 0, 0, file(0, 0, 0)).complete());
    assertTrue(exact.closeTicket(0, 0, 1, file(0, 0, 1)).maxLengthReached());
  }

  @Test
  void nothingFollowsAfterTheEnd() {
    ClipLedger ledger = new ClipLedger(1_000);
    ledger.takeTickets(0, 1);
    ledger.closeTicket(0, 0, 0, file(0, 0, 0));
    Published later = ledger.closeTicket(0, 0, 1, file(0, 0, 1));
    assertFalse(later.any());
    assertFalse(ledger.countVideos(1).any());
  }

  /**
   * Everything that is told of a random job, in any order, some of it twice: the film is always the
   * same.
   */
  @Test
  void theOrderOfEventsDoesNotMatter() {
    for (int seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      long maxLengthMs = random.nextInt(3) == 0 ? 1_000L * (1 + random.nextInt(6)) : 0;
      List<Function<ClipLedger, Published>> events = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      int videos = random.nextInt(4);
      events.add(ledger -> ledger.countVideos(videos));
      for (int video = 0; video < videos; video++) {
        int v = video;
        int segments = random.nextInt(4);
        events.add(ledger -> ledger.takeTickets(v, segments));
        for (int segment = 0; segment < segments; segment++) {
          int s = segment;
          int clips = random.nextInt(4);
          events.add(ledger -> ledger.openTicket(v, s, clips));
          for (int clip = 0; clip < clips; clip++) {
            int c = clip;
            CutFile file = random.nextInt(4) == 0 ? null : file(v, s, c);
            events.add(ledger -> ledger.closeTicket(v, s, c, file));
            if (file != null && (maxLengthMs == 0 || expected.size() < maxLengthMs / 1_000)) {
              expected.add(file.id().toString());
            }
          }
        }
      }
      for (int twice = random.nextInt(4); twice > 0; twice--) {
        events.add(events.get(random.nextInt(events.size())));
      }
      Collections.shuffle(events, random);
      ClipLedger ledger = new ClipLedger(maxLengthMs);
      List<String> published = new ArrayList<>();
      int completions = 0;
      for (Function<ClipLedger, Published> event : events) {
        Published news = event.apply(ledger);
        published.addAll(ids(news));
        completions += news.complete() ? 1 : 0;
        assertEquals(expected.subList(0, published.size()), published, "seed " + seed);
      }
      assertEquals(expected, published, "seed " + seed);
      assertEquals(1, completions, "seed " + seed);
    }
  }

  private static List<String> ids(Published published) {
    return published.added().stream().map(file -> file.id().toString()).toList();
  }

  private static CutFile file(int video, int segment, int clip) {
    return new CutFile(
        new ClipId(JOB, video, segment, clip), Path.of("clip"), new TimeRange(0, 1_000));
  }
}
