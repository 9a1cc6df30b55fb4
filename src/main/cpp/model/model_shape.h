#pragma once

#include <cstdint>

namespace fw {

/** Bins of the 400-point Fourier transform that the mel filters weigh. */
inline constexpr int32_t mel_n_bins = 201;
/** Audio positions of every Whisper model: 30 s in steps of 20 ms. */
inline constexpr int32_t whisper_audio_ctx = 1500;

/** The hyper-parameters of a model, in the order of the file's header and under OpenAI's names. */
struct ModelShape {
  int32_t n_vocab = 0;
  int32_t n_audio_ctx = 0;
  int32_t n_audio_state = 0;
  int32_t n_audio_head = 0;
  int32_t n_audio_layer = 0;
  int32_t n_text_ctx = 0;
  int32_t n_text_state = 0;
  int32_t n_text_head = 0;
  int32_t n_text_layer = 0;
  int32_t n_mels = 0;

  int32_t audio_head_width() const { return n_audio_state / n_audio_head; }
  int32_t text_head_width() const { return n_text_state / n_text_head; }

  bool operator==(const ModelShape&) const = default;
};

}  // namespace fw
