#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "abi/engine_case.h"

namespace fw {

/** The sample talks whose first minutes are golden audio. */
inline const std::array<std::string, 3> talk_names = {"bread", "freedom", "water"};

/** Letters, digits and apostrophes of each word, in small letters. */
std::vector<std::string> folded_words(const std::string& text);

/** Fewest words to replace, put in and leave out. */
size_t word_errors(const std::vector<std::string>& found, const std::vector<std::string>& expected);

/** The windows that the plan of pcm has. */
std::vector<WindowCase> planned_windows(const std::vector<float>& pcm);

/** The true words of a sample talk that are over before the first minute, which the golden audio is. */
std::vector<std::string> true_words(const std::string& talk);

}  // namespace fw
