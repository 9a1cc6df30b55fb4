#include "model/device_network.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace fw {
namespace {

const NetworkLimits& checked(const NetworkLimits& limits) {
  if (limits.n_windows < 1 || limits.n_sequences < 1 || limits.n_threads < 1) {
    throw Error(FW_STATUS_INVALID_ARGUMENT,
                "network: expected at least 1 window, sequence and thread, found " + std::to_string(limits.n_windows) +
                    ", " + std::to_string(limits.n_sequences) + " and " + std::to_string(limits.n_threads));
  }
  return limits;
}

ExecutorOptions executor_options(const Model& model, const NetworkLimits& limits) {
  return {limits.n_threads, limits.n_sequences, std::min(limits.n_windows, model.device().habits().encoded_windows),
          limits.use_streams};
}

}  // namespace

DeviceNetwork::DeviceNetwork(std::shared_ptr<const Model> model, const NetworkLimits& limits)
    : model_(std::move(model)),
      executor_(model_->device().open(executor_options(*model_, checked(limits)))),
      encoder_(*model_, *executor_, executor_options(*model_, limits).n_windows),
      decoder_(*model_, *executor_, limits) {}

void DeviceNetwork::encode(std::span<const EncodeRequest> windows) {
  while (!windows.empty()) {
    const size_t n = std::min(windows.size(), static_cast<size_t>(encoder_.n_windows()));
    std::vector<std::span<const float>> samples;
    std::vector<int32_t> places;
    for (const EncodeRequest& request : windows.first(n)) {
      samples.push_back(request.samples);
      places.push_back(request.window);
    }
    decoder_.set_audio(places, encoder_.encode(samples));
    windows = windows.subspan(n);
  }
}

void DeviceNetwork::copy_sequence(int32_t from, int32_t to, int32_t n_places) {
  decoder_.copy_sequence(from, to, n_places);
}

std::unique_ptr<Network> make_network(std::shared_ptr<const Model> model, const NetworkLimits& limits) {
  return std::make_unique<DeviceNetwork>(std::move(model), limits);
}

}  // namespace fw
