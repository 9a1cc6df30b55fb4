package io.fastwhisper.job;

import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.VideoId;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a job keeps what it does not need at its end. Names are made of numbers only.
 *
 * @param root the job's own folder
 */
record JobFolder(Path root) {
  /** The folders that have to be there from the start, parents first. */
  List<Path> folders() {
    return List.of(root, pcm(), clips());
  }

  /** For the copy of a video that has a URL. */
  Path video(VideoId video) {
    return root.resolve("videos").resolve(video.toString());
  }

  Path pcm(SegmentId segment) {
    return pcm().resolve(segment + ".f32");
  }

  /** What is in it is the cutting room's affair, so it has no ending. */
  Path clip(ClipId clip) {
    return clips().resolve(clip.toString());
  }

  private Path pcm() {
    return root.resolve("pcm");
  }

  private Path clips() {
    return root.resolve("clips");
  }
}
