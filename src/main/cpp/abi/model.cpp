#include <memory>
#include <string>
#include <utility>

#include "abi/guard.h"
#include "abi/handles.h"
#include "device/open_device.h"
#include "fastwhisper.h"
#include "model/alignment_heads.h"
#include "model/model_file.h"

extern "C" fw_model_params fw_model_default_params(void) {
  return {.path = nullptr, .device = nullptr, .precision = FW_PRECISION_AUTO, .alignment_heads = nullptr};
}

extern "C" fw_status fw_model_open(const fw_model_params* params, fw_model** model) {
  return fw::guard([&] {
    const fw_model_params& given = fw::required(params, "params");
    fw_model*& handle = fw::required(model, "model");
    const std::string path = &fw::required(given.path, "params->path");
    if (given.precision < FW_PRECISION_AUTO || given.precision > FW_PRECISION_F16) {
      throw fw::Error(FW_STATUS_INVALID_ARGUMENT,
                      "precision is " + std::to_string(given.precision) +
                          "; it must be one of FW_PRECISION_AUTO (0) to FW_PRECISION_F16 (4)");
    }
    auto device = fw::open_device(given.device == nullptr ? "cpu" : given.device, given.precision);
    fw::ModelFile file = fw::ModelFile::open(path);
    auto heads = given.alignment_heads == nullptr ? fw::alignment_heads_for(file.shape())
                                                  : fw::parse_alignment_heads(given.alignment_heads, file.shape());
    auto opened = std::make_unique<fw_model>();
    opened->model = fw::Model::load(std::move(file), std::move(device), std::move(heads));
    handle = opened.release();
  });
}

extern "C" void fw_model_close(fw_model** model) { fw::close_handle(model); }

extern "C" fw_status fw_model_describe(const fw_model* model, fw_model_info* info) {
  return fw::guard([&] {
    const fw::Model& described = *fw::required(model, "model").model;
    fw_model_info& out = fw::required(info, "info");
    const fw::ModelShape& shape = described.shape();
    const fw::SpecialTokens& special = described.vocabulary().special();
    fw_model_info filled{};
    filled.n_vocab = shape.n_vocab;
    filled.n_audio_ctx = shape.n_audio_ctx;
    filled.n_audio_state = shape.n_audio_state;
    filled.n_audio_head = shape.n_audio_head;
    filled.n_audio_layer = shape.n_audio_layer;
    filled.n_text_ctx = shape.n_text_ctx;
    filled.n_text_state = shape.n_text_state;
    filled.n_text_head = shape.n_text_head;
    filled.n_text_layer = shape.n_text_layer;
    filled.n_mels = shape.n_mels;
    filled.multilingual = special.multilingual ? 1 : 0;
    filled.n_languages = special.multilingual ? special.n_languages : 0;
    filled.n_alignment_heads = static_cast<int32_t>(described.alignment_heads().size());
    filled.precision = described.device().precision();
    filled.weights_bytes = static_cast<int64_t>(described.weights_bytes());
    fw::copy_text(described.file_type(), filled.file_type);
    fw::copy_text(described.device().implementation(), filled.implementation);
    out = filled;
  });
}
