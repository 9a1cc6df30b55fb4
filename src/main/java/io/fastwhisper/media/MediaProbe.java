package io.fastwhisper.media;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.MediaFacts.Picture;
import io.fastwhisper.domain.MediaFacts.Sound;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Learns what a file holds. */
final class MediaProbe {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MAX_TITLE = 200;

  private final ChildProcesses children;

  MediaProbe(ChildProcesses children) {
    this.children = children;
  }

  LookedInto look(Path file, WorkControl control) throws MediaException {
    String where = file.toString();
    Container container = ContentCheck.check(file, where);
    JsonNode answer = describe(file, container, control);
    JsonNode picture = null;
    JsonNode sound = null;
    for (JsonNode track : answer.path("streams")) {
      String type = track.path("codec_type").asText();
      boolean cover = track.path("disposition").path("attached_pic").asInt() == 1;
      if (picture == null && type.equals("video") && !cover && track.path("width").asInt() > 0) {
        picture = track;
      } else if (sound == null && type.equals("audio") && track.path("sample_rate").asInt() > 0) {
        sound = track;
      }
    }
    if (picture == null && sound == null) {
      throw MediaException.permanent(
          "holds neither sound nor a picture that can be read", where, "");
    }
    double seconds = answer.path("format").path("duration").asDouble(0);
    if (container.lengthByCounting() || seconds <= 0) {
      seconds = countedSeconds(file, container, picture == null ? "a:0" : "v:0", control);
    }
    long durationMs = Math.round(seconds * 1_000);
    if (durationMs <= 0) {
      throw MediaException.permanent("lasts no time at all", where, "");
    }
    long startMicros = Math.round(answer.path("format").path("start_time").asDouble(0) * 1_000_000);
    String title = tag(answer.path("format").path("tags"), "title");
    return new LookedInto(
        title, new MediaFacts(durationMs, startMicros, picture(picture), sound(sound)));
  }

  private JsonNode describe(Path file, Container container, WorkControl control)
      throws MediaException {
    List<String> arguments = new ArrayList<>(container.inputArguments());
    arguments.addAll(
        List.of(
            "-show_format", "-show_streams", "-of", "json", "-i", ChildProcesses.localUrl(file)));
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    children.ask(
        file.toString(),
        arguments,
        (chunk, length) -> {
          answer.write(chunk, 0, Math.min(length, ChildProcesses.MAX_ANSWER_BYTES - answer.size()));
          return true;
        },
        control);
    try {
      return JSON.readTree(answer.toString(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw MediaException.permanent(
          "ffprobe's answer cannot be read: " + e.getOriginalMessage(), file, "");
    }
  }

  /**
   * End of the last packet, for files that do not say how long they are. Reads the whole file
   * without decoding it.
   */
  private double countedSeconds(Path file, Container container, String track, WorkControl control)
      throws MediaException {
    List<String> arguments = new ArrayList<>(container.inputArguments());
    arguments.addAll(
        List.of(
            "-select_streams",
            track,
            "-show_entries",
            "packet=pts_time,duration_time",
            "-of",
            "csv=p=0"));
    arguments.addAll(List.of("-i", ChildProcesses.localUrl(file)));
    PacketTimes times = new PacketTimes();
    children.ask(file.toString(), arguments, times, control);
    return times.lengthSeconds();
  }

  private static Picture picture(JsonNode track) {
    if (track == null) {
      return null;
    }
    double width = track.path("width").asInt();
    double height = track.path("height").asInt();
    width *= pixelAspect(track.path("sample_aspect_ratio").asText());
    if (Math.floorMod(rotation(track), 180) == 90) {
      double swap = width;
      width = height;
      height = swap;
    }
    FrameRate rate =
        FrameRate.of(track.path("avg_frame_rate").asText(), track.path("r_frame_rate").asText());
    return new Picture(
        pixels(width),
        pixels(height),
        rate.numerator(),
        rate.denominator(),
        track.path("codec_name").asText("unknown"));
  }

  private static Sound sound(JsonNode track) {
    return track == null
        ? null
        : new Sound(
            track.path("sample_rate").asInt(),
            Math.max(1, Math.min(255, track.path("channels").asInt(1))),
            track.path("codec_name").asText("unknown"));
  }

  /** Degrees; 0 where the picture stands as it is stored. */
  private static int rotation(JsonNode track) {
    for (JsonNode sideData : track.path("side_data_list")) {
      if (sideData.has("rotation")) {
        return sideData.path("rotation").asInt();
      }
    }
    return 0;
  }

  private static int pixels(double length) {
    return (int) Math.max(1, Math.min(65_535, Math.round(length)));
  }

  /** Width of a pixel in its heights; 1 where it is not known. */
  private static double pixelAspect(String ratio) {
    if (!ratio.matches("[1-9]\\d{0,8}:[1-9]\\d{0,8}")) {
      return 1;
    }
    int colon = ratio.indexOf(':');
    return Double.parseDouble(ratio.substring(0, colon))
        / Double.parseDouble(ratio.substring(colon + 1));
  }

  private static String tag(JsonNode tags, String name) {
    for (var entry : tags.properties()) {
      if (entry.getKey().equalsIgnoreCase(name)) {
        String text = entry.getValue().asText().replaceAll("\\p{Cntrl}+", " ").strip();
        return text.length() > MAX_TITLE ? text.substring(0, MAX_TITLE) : text;
      }
    }
    return "";
  }
}
