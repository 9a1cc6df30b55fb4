package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true);

  @Test
  void detailsNameWhatIsKnown() {
    assertEquals("", new Progress("Starting", 0, 0, "", 0, -1).details());
    assertEquals("3/8 segments, 35.2 x real time, 1:02 left", progress(3, 61_001).details());
    assertEquals("3/8 segments, 35.2 x real time", progress(3, -1).details());
  }

  @Test
  void linesComeForStagesAndTenthsOnly() {
    LineProgress lines = new LineProgress(out);
    for (int done = 0; done <= 100; done++) {
      lines.at(new Progress("Cutting", done, 100, "clips", 0, -1));
    }
    lines.at(new Progress("Joining", 0, 0, "", 0, -1));
    List<String> said = bytes.toString().lines().toList();
    assertEquals(12, said.size(), said.toString());
    assertEquals("Cutting: 0/100 clips", said.get(0));
    assertEquals("Cutting: 10/100 clips", said.get(1));
    assertEquals("Joining", said.get(11));
    assertFalse(bytes.toString().contains("\r"));
  }

  @Test
  void aBarIsErasedBeforeAnythingElseIsSaid() {
    BarProgress bar = new BarProgress(out, 80);
    bar.at(progress(4, -1));
    assertTrue(
        bytes.toString().contains("[############............] 4/8 segments"), bytes.toString());
    bytes.reset();
    bar.note("Something else");
    assertEquals("\r\033[KSomething else" + System.lineSeparator(), bytes.toString());
    bytes.reset();
    bar.close();
    assertEquals("", bytes.toString());
  }

  @Test
  void aBarIsNeverAsWideAsItsTerminal() {
    for (int columns : new int[] {1, 10, 40, 60, 200}) {
      bytes.reset();
      new BarProgress(out, columns).at(progress(8, 59_000));
      String drawn = bytes.toString().replace("\r\033[K", "");
      assertTrue(drawn.length() < columns, columns + ": " + drawn);
    }
    assertTrue(bytes.toString().endsWith("8/8 segments, 35.2 x real time, 0:59 left"));
  }

  @Test
  void programsGetObjects() throws IOException {
    new JsonProgress(out).at(progress(3, 5));
    JsonNode line = new ObjectMapper().readTree(bytes.toString());
    assertEquals("progress", line.get("event").asText());
    assertEquals("Transcribing", line.get("stage").asText());
    assertEquals(3, line.get("done").asInt());
    assertEquals(35.2, line.get("timesRealTime").asDouble());
    assertEquals(5, line.get("leftMs").asInt());
  }

  private static Progress progress(int done, long leftMs) {
    return new Progress("Transcribing", done, 8, "segments", 35.2, leftMs);
  }
}
