package io.fastwhisper.samples;

import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Sound of the sample talks, as the engine takes it. */
public final class SampleSound {
  private static final long LIMIT_S = 60;
  private static final long LONGER_THAN_A_TALK_MS = 100_000;

  private SampleSound() {}

  /** All of a talk's sound, 16 kHz. */
  public static float[] samples(SampleTalk talk, Path folder) throws Exception {
    Path file = extract(talk, new TimeRange(0, LONGER_THAN_A_TALK_MS), folder.resolve("talk.pcm"));
    FloatBuffer floats =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] samples = new float[floats.remaining()];
    floats.get(samples);
    return samples;
  }

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
