#pragma once

#include <memory>

#include "model/audio_encoder.h"
#include "model/model.h"
#include "model/network.h"
#include "model/text_decoder.h"

namespace fw {

/** A Network on the ops of its model's device. Holds the model and all memory that it will ever need. */
class DeviceNetwork final : public Network {
 public:
  /** Throws FW_STATUS_INVALID_ARGUMENT for limits below 1. */
  DeviceNetwork(std::shared_ptr<const Model> model, const NetworkLimits& limits);

  using Network::encode;
  void encode(std::span<const EncodeRequest> windows) override;
  void start_step(std::span<const StepRow> rows) override { decoder_.start_step(rows); }
  std::vector<Pick> finish_step() override { return decoder_.finish_step(); }
  bool steps_ahead() const override { return model_->device().habits().steps_ahead; }
  void copy_sequence(int32_t from, int32_t to, int32_t n_places) override;
  void start_align(std::span<const AlignRequest> requests) override { decoder_.start_align(requests); }
  std::vector<Alignment> finish_align() override { return decoder_.finish_align(); }
  int32_t group() const override { return encoder_.n_windows(); }

  /** The parts, for tests and benchmarks. */
  AudioEncoder& encoder() { return encoder_; }
  TextDecoder& decoder() { return decoder_; }

 private:
  std::shared_ptr<const Model> model_;
  std::unique_ptr<Executor> executor_;
  AudioEncoder encoder_;
  TextDecoder decoder_;
};

/** The network of one lane on a model. */
std::unique_ptr<Network> make_network(std::shared_ptr<const Model> model, const NetworkLimits& limits);

}  // namespace fw
