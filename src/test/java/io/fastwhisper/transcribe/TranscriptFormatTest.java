package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TranscriptFormatTest {
  private static final Transcript TALK =
      new Transcript(
          "en",
          List.of(
              cue(
                  600,
                  1984,
                  "Good morning.",
                  new Word("Good", 600, 802, 0.5f),
                  new Word("morning.", 802, 1984, 0.25f)),
              cue(
                  3_725_004,
                  3_726_000,
                  "Salt & <pepper>\n-->",
                  new Word("Salt", 3_725_004, 3_726_000, 1))));

  @Test
  void jsonIsVerboseJsonWithWords() throws IOException {
    JsonNode json = new ObjectMapper().readTree(TranscriptFormat.JSON.write(TALK, 4_000_250));
    assertEquals("transcribe", json.get("task").asText());
    assertEquals("english", json.get("language").asText());
    assertEquals(4000.25, json.get("duration").asDouble());
    assertEquals("Good morning. Salt & <pepper>\n-->", json.get("text").asText());
    assertEquals(3, json.get("words").size());
    assertEquals("morning.", json.at("/words/1/word").asText());
    assertEquals(0.802, json.at("/words/1/start").asDouble());
    assertEquals(1.984, json.at("/words/1/end").asDouble());
    assertEquals(0.25, json.at("/words/1/probability").asDouble());
    JsonNode segment = json.at("/segments/1");
    assertEquals(1, segment.get("id").asInt());
    assertEquals(3725.004, segment.get("start").asDouble());
    assertEquals(List.of(1, 2), new ObjectMapper().convertValue(segment.get("tokens"), List.class));
    assertEquals(-0.5, segment.get("avg_logprob").asDouble());
    assertEquals(1.5, segment.get("compression_ratio").asDouble());
    assertEquals(0.125, segment.get("no_speech_prob").asDouble());
    assertEquals(0.0, segment.get("temperature").asDouble());
  }

  @Test
  void subtitlesHaveHoursAndOneLineACue() {
    assertEquals(
        """
        1
        00:00:00,600 --> 00:00:01,984
        Good morning.

        2
        01:02:05,004 --> 01:02:06,000
        Salt & <pepper> -->

        """,
        TranscriptFormat.SRT.write(TALK, 0));
    assertEquals(
        """
        WEBVTT

        00:00:00.600 --> 00:00:01.984
        Good morning.

        01:02:05.004 --> 01:02:06.000
        Salt &amp; &lt;pepper> --&gt;

        """,
        TranscriptFormat.VTT.write(TALK, 0));
  }

  @Test
  void textIsALineACueAndNothingForNothing() {
    assertEquals("Good morning.\nSalt & <pepper> -->\n", TranscriptFormat.TXT.write(TALK, 0));
    assertEquals("", TranscriptFormat.TXT.write(new Transcript("", List.of()), 0));
  }

  private static Cue cue(long startMs, long endMs, String text, Word... words) {
    return new Cue(startMs, endMs, text, List.of(words), List.of(1, 2), -0.5f, 1.5f, 0.125f, 0);
  }
}
