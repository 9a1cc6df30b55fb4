package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.bus.StoreCommand.RecallSegment;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.SegmentId;
import java.nio.file.Path;

/** What a {@link Job} wants to be done. */
sealed interface Effect {
  /** Send this to the room it is for, as soon as its stage has a place. */
  record Send(Command command) implements Effect {}

  /** Keep this; the job does not wait for it. */
  record Keep(StoreCommand what) implements Effect {}

  /** Ask what was heard in this sound before; answered by {@link Job#recalled}. */
  record Recall(RecallSegment segment) implements Effect {}

  /** Have this segment, whose PCM is there, transcribed. */
  record Offer(SegmentId segment) implements Effect {}

  /** Hand this effect back to {@link Job#due} after a while. */
  record Later(long delayMs, Effect then) implements Effect {}

  /** Nothing at or behind this place is wanted any more, neither what runs nor what waits. */
  record CallOff(ClipId from) implements Effect {}

  /** Tell this to whoever listens to the job's feed. */
  record Tell(Event event) implements Effect {}

  /** This file is needed no longer. */
  record Delete(Path file) implements Effect {}

  /** The job has ended; all it has left goes. Nothing follows. */
  record End() implements Effect {}

  /**
   * The job has not ended and goes on in a later process; all it has left in this one goes. Nothing
   * follows.
   */
  record Leave() implements Effect {}
}
