package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.domain.ClipId;
import java.util.Optional;

/** Where in the compilation the outcome of a piece of work belongs. */
final class Place {
  private Place() {}

  /**
   * The first clip that the work may become part of; nothing for work that belongs to the job as a
   * whole.
   */
  static Optional<ClipId> of(Command work) {
    if (work instanceof CutClip cut) {
      return Optional.of(cut.clip().id());
    }
    if (work instanceof FetchSegment fetch) {
      return Optional.of(fetch.segment().id().clip(0));
    }
    if (work instanceof OpenVideo open) {
      return Optional.of(open.video().segment(0).clip(0));
    }
    return Optional.empty();
  }
}
