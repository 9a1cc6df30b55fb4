package io.fastwhisper.find;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import io.fastwhisper.find.VideoTranscript.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VideoTranscriptTest {
  private static final Piece FIRST =
      new Piece(
          new TimeRange(0, 10_000),
          new Transcript("en", List.of(cue("one two", 1_000), cue("three four five", 6_000))),
          8_000);
  private static final Piece SECOND =
      new Piece(
          new TimeRange(6_000, 20_000),
          new Transcript("en", List.of(cue("four five six", 7_020), cue("seven", 12_000))),
          20_000);

  @Test
  void wordsThatBothHeardAreThereOnceWhateverComesFirst() {
    for (List<Piece> pieces : List.of(List.of(FIRST, SECOND), List.of(SECOND, FIRST))) {
      Transcript joined = VideoTranscript.join(pieces);
      assertEquals(
          List.of("one", "two", "three", "four", "five", "six", "seven"),
          joined.words().stream().map(Word::text).toList());
      assertEquals(
          List.of("one two", "three four", "five six", "seven"),
          joined.cues().stream().map(Cue::text).toList());
      assertEquals("en", joined.language());
    }
  }

  @Test
  void aMissingNeighbourLeavesAllThatWasHeard() {
    assertEquals(SECOND.transcript(), VideoTranscript.join(List.of(SECOND)));
    assertEquals(new Transcript("", List.of()), VideoTranscript.join(List.of()));
  }

  /** Words of 900 ms, one a second. */
  private static Cue cue(String text, long startMs) {
    List<Word> words = new ArrayList<>();
    for (String word : text.split(" ")) {
      long at = startMs + 1_000L * words.size();
      words.add(new Word(word, at, at + 900, 0.9f));
    }
    return new Cue(startMs, startMs + 1_000L * words.size(), text, words, List.of(7), 0, 1, 0, 0);
  }
}
