package io.fastwhisper.cli;

import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Event.SegmentHeard;
import io.fastwhisper.bus.Event.VideoOpened;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Video;
import io.fastwhisper.find.VideoTranscript;
import io.fastwhisper.find.VideoTranscript.Piece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers what a job tells beside its progress: its videos, and what was heard in them. */
final class JobFeed {
  private final Map<Integer, Video> videos = new TreeMap<>();
  private final Map<Integer, List<Piece>> pieces = new HashMap<>();

  void take(Event event) {
    if (event instanceof VideoOpened opened) {
      videos.put(opened.video().id().video(), opened.video());
    } else if (event instanceof SegmentHeard heard) {
      pieces
          .computeIfAbsent(heard.segment().id().video(), video -> new ArrayList<>())
          .add(new Piece(heard.segment().range(), heard.transcript(), heard.endBorderMs()));
    }
  }

  /** The videos that were opened, by number. */
  Map<Integer, Video> videos() {
    return videos;
  }

  /** True where at least one of the video's segments was transcribed. */
  boolean heard(int video) {
    return pieces.containsKey(video);
  }

  Transcript transcript(int video) {
    return VideoTranscript.join(pieces.getOrDefault(video, List.of()));
  }
}
