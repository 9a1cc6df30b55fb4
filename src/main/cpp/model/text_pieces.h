#pragma once

#include <string_view>
#include <vector>

namespace fw {

/**
 * Cuts a text into the pieces inside which byte pairs merge, as GPT-2 does (openai/whisper, tokenizer.py pat_str):
 * English endings after an apostrophe, words, numbers and marks with the blank before them, and white space. The
 * pieces are views on the text and joined give it again.
 */
std::vector<std::string_view> split_pieces(std::string_view text);

}  // namespace fw
