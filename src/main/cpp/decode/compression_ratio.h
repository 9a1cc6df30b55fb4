#pragma once

#include <string_view>

namespace fw {

/**
 * Bytes of a text over the bytes that zlib makes of it at its default level: 1.0 to 2.0 for speech, far more for a loop
 * (openai/whisper, utils.py compression_ratio). 0 for an empty text.
 */
float compression_ratio(std::string_view text);

}  // namespace fw
