#include "golden_data/golden_data.h"

#include <FLAC/stream_decoder.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace fw {
namespace {

std::string golden_path(const std::string& file) { return repository_path("src/test/golden/" + file); }

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  if (!in || !(bytes << in.rdbuf())) throw std::runtime_error("cannot read " + path);
  return bytes.str();
}

FLAC__StreamDecoderWriteStatus take_samples(const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                                            const FLAC__int32* const channels[], void* to) {
  auto& pcm = *static_cast<std::vector<float>*>(to);
  for (uint32_t i = 0; i < frame->header.blocksize; ++i) {
    pcm.push_back(static_cast<float>(channels[0][i]) / 32768.0f);
  }
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

void ignore_error(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void*) {}

}  // namespace

std::string repository_path(const std::string& file) { return std::string(FASTWHISPER_SOURCE_DIR "/") + file; }

Json golden_json(const std::string& file) { return Json::parse(read_file(golden_path(file))); }

std::vector<float> golden_values(const std::string& file) {
  static_assert(std::endian::native == std::endian::little);
  const std::string bytes = read_file(golden_path(file));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

std::vector<float> golden_pcm(const std::string& file) {
  std::vector<float> pcm;
  const std::unique_ptr<FLAC__StreamDecoder, void (*)(FLAC__StreamDecoder*)> decoder(FLAC__stream_decoder_new(),
                                                                                     FLAC__stream_decoder_delete);
  if (FLAC__stream_decoder_init_file(decoder.get(), golden_path(file).c_str(), take_samples, nullptr, ignore_error,
                                     &pcm) != FLAC__STREAM_DECODER_INIT_STATUS_OK ||
      !FLAC__stream_decoder_process_until_end_of_stream(decoder.get())) {
    throw std::runtime_error("cannot decode " + file);
  }
  FLAC__stream_decoder_finish(decoder.get());
  return pcm;
}

std::vector<float> golden_window(const std::string& file, int32_t index) {
  constexpr size_t kWindow = 480000;
  const std::vector<float> pcm = golden_pcm(file);
  const size_t first = std::min(pcm.size(), kWindow * static_cast<size_t>(index));
  const size_t end = std::min(pcm.size(), first + kWindow);
  return {pcm.begin() + static_cast<std::ptrdiff_t>(first), pcm.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace fw
