#include "floor.h"

namespace fw::bench {

std::optional<Ceilings> ceilings_of(const std::string& gpu) {
  if (gpu.find("H200") != std::string::npos) return h200_ceilings;
  return std::nullopt;
}

double floor_seconds(const ModelShape& shape, const Ceilings& ceilings, double n_tokens, int batch,
                     bool eight_bit_audio) {
  const double frames = shape.n_audio_ctx, audio = shape.n_audio_state, text = shape.n_text_state;
  // Of a layer: query, key, value and out are four matrices of state squared, the MLP eight.
  const double layer = 2 * frames * 12 * audio * audio + 4 * frames * frames * audio;
  const double convolutions = 2 * 2 * frames * 3 * shape.n_mels * audio + 2 * frames * 3 * audio * audio;
  const double key_value = shape.n_text_layer * 2 * frames * 2 * text * text;
  const double operations = shape.n_audio_layer * layer + convolutions + key_value;
  const double cached = shape.n_text_layer * 2 * frames * text * (eight_bit_audio ? 1 : 2);
  // Four matrices of self-attention, query and out of cross-attention, eight of the MLP; and the vocabulary.
  const double weights = 2 * (shape.n_text_layer * 14 * text * text + shape.n_vocab * text);
  return operations / ceilings.operations_per_s + n_tokens * (cached + weights / batch) / ceilings.bytes_per_s;
}

}  // namespace fw::bench
