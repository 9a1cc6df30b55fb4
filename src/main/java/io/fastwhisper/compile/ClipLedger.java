package io.fastwhisper.compile;

import io.fastwhisper.domain.CutFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the order of one job's clips: video, segment, clip.
 *
 * <p>Every segment takes a ticket when its video is planned; the ticket opens into one ticket for
 * each of its clips when these are known. A clip closes its ticket with its file or without one; no
 * clips, a segment that failed and a video that failed close theirs. Only the head is published:
 * the longest row of closed tickets from the first one on. What happens may be told in any order,
 * and twice.
 *
 * <p>The greatest length is decided on that row: clips are taken while they fit, the first one
 * always; the first that does not fit ends the compilation.
 *
 * <p>A pure state: not thread-safe, no clock, no I/O.
 */
public final class ClipLedger {
  private static final int UNKNOWN = -1;

  private final long maxLengthMs;
  private final Map<Place, ClosedTicket> closed = new HashMap<>();
  private final Map<Integer, Integer> segmentsOfVideo = new HashMap<>();
  private final Map<Integer, Map<Integer, Integer>> clipsOfSegment = new HashMap<>();
  private int videos = UNKNOWN;

  /** The first ticket that is not published. */
  private Place head = new Place(0, 0, 0);

  private long lengthMs;
  private int published;
  private boolean complete;
  private boolean maxLengthReached;

  private record Place(int video, int segment, int clip) {
    boolean isBefore(Place other) {
      if (video != other.video) {
        return video < other.video;
      }
      return segment != other.segment ? segment < other.segment : clip < other.clip;
    }
  }

  /** Without a file the clip failed. */
  private record ClosedTicket(CutFile file) {}

  /**
   * What is new in the ordered row.
   *
   * @param added clips that follow those published before
   * @param lengthMs length of all that were published
   * @param complete with this it has become known that no clip will follow
   * @param maxLengthReached complete because the next clip does not fit
   */
  public record Published(
      List<CutFile> added, long lengthMs, boolean complete, boolean maxLengthReached) {
    /** False where nothing has changed. */
    public boolean any() {
      return complete || !added.isEmpty();
    }
  }

  /**
   * Opens an empty ledger.
   *
   * @param maxLengthMs 0 for no limit
   */
  public ClipLedger(long maxLengthMs) {
    this.maxLengthMs = maxLengthMs;
  }

  /** The job has this many videos. */
  public Published countVideos(int count) {
    videos = count;
    return publish();
  }

  /** The video has this many segments; 0 where it failed. */
  public Published takeTickets(int video, int segments) {
    segmentsOfVideo.putIfAbsent(video, segments);
    return publish();
  }

  /** The segment has this many clips; 0 where nothing was found or it failed. */
  public Published openTicket(int video, int segment, int clips) {
    clipsOfSegment.computeIfAbsent(video, v -> new HashMap<>()).putIfAbsent(segment, clips);
    return publish();
  }

  /** The clip has its file, or, with null, will never have one. */
  public Published closeTicket(int video, int segment, int clip, CutFile file) {
    Place place = new Place(video, segment, clip);
    if (!place.isBefore(head)) {
      closed.putIfAbsent(place, new ClosedTicket(file));
    }
    return publish();
  }

  private Published publish() {
    boolean wasComplete = complete;
    List<CutFile> added = new ArrayList<>();
    boolean moved = true;
    while (moved && !complete) {
      moved = advance(added);
    }
    boolean justCompleted = complete && !wasComplete;
    return new Published(added, lengthMs, justCompleted, justCompleted && maxLengthReached);
  }

  /** Moves the head by one ticket; false where that one is open, or there is none. */
  private boolean advance(List<CutFile> added) {
    if (head.video() == videos) {
      complete = true;
      return false;
    }
    Integer segments = segmentsOfVideo.get(head.video());
    if (segments == null) {
      return false;
    }
    if (head.segment() == segments) {
      head = new Place(head.video() + 1, 0, 0);
      return true;
    }
    Integer clips = clipsOfSegment.getOrDefault(head.video(), Map.of()).get(head.segment());
    if (clips != null && head.clip() == clips) {
      head = new Place(head.video(), head.segment() + 1, 0);
      return true;
    }
    ClosedTicket ticket = closed.remove(head);
    if (ticket == null) {
      return false;
    }
    head = new Place(head.video(), head.segment(), head.clip() + 1);
    if (ticket.file() != null) {
      publish(ticket.file(), added);
    }
    return true;
  }

  private void publish(CutFile file, List<CutFile> added) {
    long withClipMs = lengthMs + file.lengthMs();
    boolean fits = maxLengthMs == 0 || published == 0 || withClipMs <= maxLengthMs;
    if (fits) {
      added.add(file);
      published++;
      lengthMs = withClipMs;
    }
    if (!fits || (maxLengthMs > 0 && lengthMs >= maxLengthMs)) {
      maxLengthReached = true;
      complete = true;
    }
  }
}
