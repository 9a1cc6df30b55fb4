package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.*;

import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Word;
import io.fastwhisper.engine.abi.fw_cue;
import io.fastwhisper.engine.abi.fw_lane;
import io.fastwhisper.engine.abi.fw_lane_params;
import io.fastwhisper.engine.abi.fw_model;
import io.fastwhisper.engine.abi.fw_result;
import io.fastwhisper.engine.abi.fw_result_info;
import io.fastwhisper.engine.abi.fw_window_params;
import io.fastwhisper.engine.abi.fw_word;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * One unit of concurrent work on a model: windows go in, finished windows come out. Any thread may
 * call it.
 */
public final class Lane implements AutoCloseable {
  private final fw_lane handle;
  private volatile boolean lost;

  private Lane(fw_lane handle) {
    this.handle = handle;
  }

  static Lane open(fw_model model, LaneSettings settings) {
    try (PointerScope scope = new PointerScope()) {
      fw_lane_params params =
          fw_lane_default_params()
              .batch(settings.batch())
              .max_beam(settings.maxBeam())
              .n_threads(settings.threads())
              .queue(settings.queue())
              .use_streams(settings.streams() ? 1 : 0)
              .eight_bit_audio(settings.eightBitAudio() ? 1 : 0);
      fw_lane handle = new fw_lane((Pointer) null);
      EngineException.check(fw_lane_open(model, params, handle));
      return new Lane(handle);
    }
  }

  /**
   * Hands a window of a plan in; its samples are copied.
   *
   * @return false where the lane is full or lost
   */
  public boolean submit(WindowRequest request, Pcm pcm, WindowPlan plan, int window) {
    try (PointerScope scope = new PointerScope()) {
      IntPointer spanCount = new IntPointer(1);
      int status =
          fw_lane_submit(
              handle,
              params(request),
              pcm.samplesFrom(plan.firstSample()),
              plan.sampleCount(),
              fw_window_plan_spans(plan.handle(), window, spanCount),
              spanCount.get());
      if (status == FW_STATUS_LANE_LOST) {
        lost = true;
        return false;
      }
      if (status == FW_STATUS_AGAIN) {
        return false;
      }
      EngineException.check(status);
      return true;
    }
  }

  /** Takes a finished window out, or nothing where none finishes within the time. */
  public Optional<WindowResult> poll(int timeoutMs) {
    try (PointerScope scope = new PointerScope()) {
      fw_result result = new fw_result((Pointer) null);
      int status = fw_lane_poll(handle, timeoutMs, result);
      if (status == FW_STATUS_AGAIN) {
        return Optional.empty();
      }
      EngineException.check(status);
      try {
        WindowResult window = read(result);
        if (window.failure() != null && window.failure().isLaneLost()) {
          lost = true;
        }
        return Optional.of(window);
      } finally {
        fw_result_close(result);
      }
    }
  }

  /**
   * True where the lane has said that it is lost. It takes no more; the windows inside come out as
   * failed.
   */
  public boolean isLost() {
    return lost;
  }

  /** Windows that can be submitted now. */
  public int freePlaces() {
    return lost ? 0 : fw_lane_free_places(handle);
  }

  /** Drops the windows with this tag; each comes out of {@link #poll} as failed. */
  public void cancel(long tag) {
    EngineException.check(fw_lane_cancel(handle, tag));
  }

  @Override
  public void close() {
    fw_lane_close(handle);
  }

  private static fw_window_params params(WindowRequest request) {
    TranscribeOptions options = request.options();
    DecodeSettings decode = request.decode();
    fw_window_params params =
        fw_window_default_params()
            .tag(request.tag())
            .language(Model.text(options.language()))
            .beam_size(options.beam())
            .max_compression_ratio(decode.maxCompressionRatio())
            .min_avg_logprob(decode.minAvgLogprob())
            .min_cue_logprob(decode.minCueLogprob())
            .max_no_speech_probability(decode.maxNoSpeechProbability())
            .n_temperatures(decode.temperatures().size());
    for (int i = 0; i != decode.temperatures().size(); ++i) {
      params.temperatures(i, decode.temperatures().get(i));
    }
    if (!options.prompt().isEmpty()) {
      params.prompt(Model.text(options.prompt()));
    }
    if (!options.hotwords().isEmpty()) {
      params.hotwords(Model.text(options.hotwords()));
    }
    return params;
  }

  private static WindowResult read(fw_result result) {
    fw_result_info info = new fw_result_info();
    EngineException.check(fw_result_describe(result, info));
    if (info.status() != FW_STATUS_OK) {
      return new WindowResult(
          info.tag(),
          List.of(),
          "",
          new EngineException(info.status(), string(fw_result_message(result))));
    }
    List<Cue> cues = new ArrayList<>(info.n_cues());
    fw_cue cue = fw_result_cues(result);
    fw_word word = fw_result_words(result);
    IntPointer token = fw_result_tokens(result);
    for (int c = 0; c != info.n_cues(); ++c) {
      cue.position(c);
      List<Word> words = new ArrayList<>(cue.n_words());
      for (int w = cue.first_word(); w != cue.first_word() + cue.n_words(); ++w) {
        word.position(w);
        words.add(
            new Word(string(word.text()), word.start_ms(), word.end_ms(), word.probability()));
      }
      List<Integer> tokens = new ArrayList<>(cue.n_tokens());
      for (int t = cue.first_token(); t != cue.first_token() + cue.n_tokens(); ++t) {
        tokens.add(token.get(t));
      }
      cues.add(
          new Cue(
              cue.start_ms(),
              cue.end_ms(),
              string(cue.text()),
              words,
              tokens,
              cue.avg_logprob(),
              info.compression_ratio(),
              info.no_speech_probability(),
              info.temperature()));
    }
    return new WindowResult(
        info.tag(), cues, info.language().getString(StandardCharsets.UTF_8), null);
  }

  private static String string(BytePointer text) {
    return text.getString(StandardCharsets.UTF_8);
  }
}
