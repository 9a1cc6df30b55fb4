package io.fastwhisper.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;

/** One JSON object a line: {@code {"event":"progress",...}} and {@code {"event":"note",...}}. */
final class JsonProgress implements ProgressDisplay {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream out;

  JsonProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void at(Progress progress) {
    ObjectNode line =
        JSON.createObjectNode().put("event", "progress").put("stage", progress.stage());
    line.put("done", progress.done()).put("total", progress.total()).put("unit", progress.unit());
    line.put("timesRealTime", progress.timesRealTime()).put("leftMs", progress.leftMs());
    out.println(line);
  }

  @Override
  public void note(String text) {
    out.println(JSON.createObjectNode().put("event", "note").put("text", text));
  }

  @Override
  public void close() {}
}
