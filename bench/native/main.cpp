// fastwhisper_bench: how fast the native core is on this machine.
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <span>
#include <vector>

#include "arguments.h"
#include "base/error.h"
#include "device/open_device.h"
#include "model/model.h"
#include "model_bench.h"
#include "model_maker/model_maker.h"
#include "op_bench.h"
#include "report.h"

namespace fw::bench {
namespace {

/** A model of a published shape in memory, in f16 as most users have it. */
ModelFile made_up(const std::string& shape) {
  ModelRecipe recipe;
  recipe.shape = published_shape(shape);
  recipe.type = StoredType::f16;
  // The rule's scales suit a width of 128; a wider sum of as large weights would saturate every softmax.
  recipe.scale = std::sqrt(128.0f / static_cast<float>(recipe.shape.n_audio_state));
  return ModelFile::from_bytes(make_model(recipe).bytes(), shape);
}

void run(const Arguments& arguments) {
  const std::shared_ptr<const Device> device = open_device(arguments.device, arguments.precision);
  if (arguments.ops) {
    run_op_bench(std::cout, *device, arguments.n_threads, arguments.lane_bench.batch, arguments.repeats,
                 arguments.json_lines);
    return;
  }
  if (arguments.lanes) {
    const auto through_lanes = [&](const auto& open, const std::string& name) {
      const auto load = [&] {
        ModelFile file = open();
        std::vector<AlignmentHead> heads = alignment_heads_for(file.shape());
        return Model::load(std::move(file), device, std::move(heads));
      };
      std::vector<std::shared_ptr<const Model>> models;
      for (const LaneBench& bench : lane_benches(arguments)) {
        const size_t n_models = bench.copies ? static_cast<size_t>(bench.n_lanes) : 1;
        while (models.size() < n_models) models.push_back(load());
        run_lane_bench(std::cout, name, std::span(models).first(n_models), bench);
      }
    };
    for (const std::string& file : arguments.files) {
      through_lanes([&] { return ModelFile::open(file); }, std::filesystem::path(file).filename().string());
    }
    for (const std::string& shape : arguments.shapes) through_lanes([&] { return made_up(shape); }, shape);
    return;
  }
  if (!arguments.json_lines) write_table_head(std::cout);
  const auto measure = [&](ModelFile file, const std::string& name) {
    std::vector<AlignmentHead> heads = alignment_heads_for(file.shape());
    const auto model = Model::load(std::move(file), device, std::move(heads));
    const ModelTimes times = measure_model(model, name, arguments.n_threads, arguments.repeats);
    (arguments.json_lines ? write_json_line : write_table_row)(std::cout, times);
  };
  for (const std::string& file : arguments.files) {
    measure(ModelFile::open(file), std::filesystem::path(file).filename().string());
  }
  for (const std::string& shape : arguments.shapes) measure(made_up(shape), shape);
}

}  // namespace
}  // namespace fw::bench

int main(int argc, char** argv) {
  try {
    const fw::bench::Arguments arguments = fw::bench::parse_arguments(argc, argv);
    if (arguments.help) {
      std::fputs(fw::bench::kUsage, stdout);
      return 0;
    }
    fw::bench::run(arguments);
    return 0;
  } catch (const fw::Error& error) {
    std::fprintf(stderr, "fastwhisper_bench: %s\n", error.what());
    if (error.status() == FW_STATUS_INVALID_ARGUMENT) std::fputs(fw::bench::kUsage, stderr);
    // 2 is the user's to mend: an argument, a device that is not here.
    return error.status() == FW_STATUS_INVALID_ARGUMENT || error.status() == FW_STATUS_UNSUPPORTED ? 2 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fastwhisper_bench: %s\n", error.what());
    return 1;
  }
}
