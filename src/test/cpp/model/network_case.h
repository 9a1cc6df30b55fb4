#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "device/device.h"
#include "model/device_network.h"
#include "model/model.h"

namespace fw {

/** The bundled model on a device; loaded once for all tests of a device. */
std::shared_ptr<const Model> bundled_model(const std::shared_ptr<const Device>& device);

/** The large-v3 layout of src/test/golden/v3.json, its weights made by rule. */
std::shared_ptr<const Model> golden_v3_model(const std::shared_ptr<const Device>& device);

/** Any token, the most probable one. */
TokenRule any_token();

/** The largest difference of two lists, over the largest magnitude of the second. */
double relative_difference(std::span<const float> found, std::span<const float> expected);

/**
 * Puts a prompt through n windows together and goes on with each one's most probable token until end-of-text or limit
 * tokens; end-of-text is not returned.
 */
std::vector<std::vector<int32_t>> greedy_tokens(Network& network, int32_t n_windows, const std::vector<int32_t>& prompt,
                                                int32_t limit, int32_t end);

}  // namespace fw
