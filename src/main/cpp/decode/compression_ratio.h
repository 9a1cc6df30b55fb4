#pragma once

#include <cstddef>
#include <string_view>

namespace fw {

/**
 * Bytes that zlib makes of a text at its default level, up to a few bytes: the shortest of the three kinds of block of
 * RFC 1951, in the frame of RFC 1950. Counted here and not by zlib itself, so that a gate decides alike whatever zlib a
 * system has, and the core needs no library for it.
 */
size_t deflated_size(std::string_view text);

/**
 * Bytes of a text over its deflated size: 1.0 to 2.0 for speech, far more for a loop (openai/whisper, utils.py
 * compression_ratio). 0 for an empty text.
 */
float compression_ratio(std::string_view text);

}  // namespace fw
