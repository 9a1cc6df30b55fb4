#pragma once

#include <string>
#include <vector>

#include "golden_data/json.h"

namespace fw {

/** Path of a file of the repository. */
std::string repository_path(const std::string& file);

/** A JSON file of src/test/golden. */
Json golden_json(const std::string& file);

/** The little-endian f32 values of a file of src/test/golden. */
std::vector<float> golden_values(const std::string& file);

/** The samples of a FLAC file of src/test/golden, divided by 32,768. */
std::vector<float> golden_pcm(const std::string& file);

/** Window number `index` of 480,000 samples, the last one shorter. */
std::vector<float> golden_window(const std::string& file, int32_t index);

}  // namespace fw
