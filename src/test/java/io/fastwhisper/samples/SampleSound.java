package io.fastwhisper.samples;

import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Sound of the sample talks, as the engine takes it. */
public final class SampleSound {
  private static final long LIMIT_S = 60;

  private SampleSound() {}

  /** Writes a stretch of a talk's sound, raw floats at 16 kHz, and returns the file. */
  public static Path extract(SampleTalk talk, TimeRange range, Path pcmFile) throws Exception {
    try (Media media = Media.open(MediaLimits.DEFAULT)) {
      media
          .extractSound(talk.video(), range, pcmFile)
          .result()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LIMIT_S, TimeUnit.SECONDS);
    }
    return pcmFile;
  }
}
