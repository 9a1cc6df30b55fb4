package io.fastwhisper.media;

import io.fastwhisper.domain.TimeRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Takes the sound of a range. Decoding starts ahead of it, at a whole second: there the resampler
 * begins anew with the phase that it has in a decode of the whole file, because every sample rate
 * is a whole number of samples a second, and when the range is reached, decoder and resampler have
 * long forgotten where they began.
 */
final class SoundExtractor {
  private static final int RATE_HZ = Media.PCM_RATE_HZ;
  private static final int BYTES_PER_SAMPLE = 4;

  private final ChildProcesses children;

  SoundExtractor(ChildProcesses children) {
    this.children = children;
  }

  long extract(Path file, TimeRange range, Path pcmFile, WorkControl control)
      throws MediaException {
    String where = file.toString();
    Container container = ContentCheck.check(file, where);
    long fromMs = Math.max(0, range.startMs() - container.leadMs()) / 1_000 * 1_000;
    long first = (range.startMs() - fromMs) * RATE_HZ / 1_000;
    long samples = range.lengthMs() * RATE_HZ / 1_000;
    List<String> arguments = new ArrayList<>(container.inputArguments());
    if (fromMs > 0) {
      arguments.addAll(List.of("-ss", Long.toString(fromMs / 1_000)));
    }
    arguments.addAll(
        List.of("-i", ChildProcesses.localUrl(file), "-map", "0:a:0", "-vn", "-sn", "-dn"));
    // Gaps in the track become silence; channels are mixed so that none can clip; behind the
    // track's end there is silence.
    arguments.addAll(
        List.of(
            "-af",
            String.format(
                Locale.ROOT,
                "aresample=%d:async=1:first_pts=0:rematrix_maxval=1,aformat=sample_fmts=flt:channel_layouts=mono,"
                    + "apad,atrim=start_sample=%d:end_sample=%d",
                RATE_HZ,
                first,
                first + samples)));
    arguments.addAll(List.of("-c:a", "pcm_f32le", "-f", "f32le"));
    FfmpegProgress progress = children.write(where, arguments, pcmFile, control);
    if (progress.totalBytes() != samples * BYTES_PER_SAMPLE) {
      ChildProcesses.deleteQuietly(pcmFile);
      throw MediaException.permanent(
          "its sound cannot be decoded from " + range.startMs() + " ms on", where, "");
    }
    return samples;
  }
}
