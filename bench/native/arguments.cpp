#include "arguments.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <thread>

#include "base/error.h"

namespace fw::bench {
namespace {

int32_t parse_count(std::string_view option, const char* text) {
  int32_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, failure] = std::from_chars(text, end, value);
  if (failure != std::errc() || stop != end || value < 1 || value > 1000000) {
    throw Error(FW_STATUS_INVALID_ARGUMENT,
                std::string(option) + ": expected a number from 1 to 1000000, found '" + text + "'");
  }
  return value;
}

/** "128" or "1,8,64". */
std::vector<int32_t> parse_list(std::string_view option, std::string_view text) {
  std::vector<int32_t> values;
  for (size_t first = 0; first <= text.size();) {
    const size_t comma = std::min(text.find(',', first), text.size());
    values.push_back(parse_count(option, std::string(text.substr(first, comma - first)).c_str()));
    first = comma + 1;
  }
  return values;
}

/** "100" or "10..220". */
void parse_range(const char* text, LaneBench& bench) {
  const std::string_view range = text;
  const size_t dots = range.find("..");
  bench.least_tokens = parse_count("--tokens", std::string(range.substr(0, dots)).c_str());
  bench.most_tokens = dots == std::string_view::npos ? bench.least_tokens : parse_count("--tokens", text + dots + 2);
  if (bench.most_tokens < bench.least_tokens) {
    throw Error(FW_STATUS_INVALID_ARGUMENT, "--tokens: expected a rising range, found '" + std::string(range) + "'");
  }
}

fw_precision parse_precision(std::string_view text) {
  if (text == "auto") return FW_PRECISION_AUTO;
  if (text == "f32") return FW_PRECISION_F32;
  if (text == "bf16") return FW_PRECISION_BF16;
  if (text == "int8") return FW_PRECISION_INT8;
  if (text == "f16") return FW_PRECISION_F16;
  throw Error(FW_STATUS_INVALID_ARGUMENT,
              "--precision: expected auto, f32, f16, bf16 or int8, found '" + std::string(text) + "'");
}

}  // namespace

const char* const kUsage =
    "Usage: fastwhisper_bench [--ops] [--model FILE]... [--shape NAME]... [--precision auto|f32|f16|bf16|int8]\n"
    "                         [--device cpu|cuda:N] [--threads N] [--repeats N] [--json-lines]\n"
    "       fastwhisper_bench --batch N,... [--lanes N,...] [--copies] [--windows N] [--tokens N|LOW..HIGH]\n"
    "                         [--seed N] [--audio-bits 16|8|16,8] [--one-stream]\n"
    "                         [--model FILE]... [--shape NAME]... [--precision P] [--device D]\n"
    "  --ops            single ops at the shapes of tiny and base instead of whole models\n"
    "  --model FILE     a ggml Whisper file\n"
    "  --shape NAME     a model of a published shape with made-up weights: tiny, base, small ... also with .en\n"
    "                   (neither: tiny.en, base.en and small.en)\n"
    "  --threads N      threads of the products; default: all hardware threads\n"
    "  --repeats N      measure each part so often and report the least; default 3\n"
    "  --json-lines     one JSON object a model or op instead of the table\n"
    "  --device D       what computes; default: cpu\n"
    "  --batch N        whole windows through lanes, N together in each, one JSON object a run\n"
    "  --lanes N        default 1;  --copies: each on a copy of the model\n"
    "  --windows N      default: two batches a lane\n"
    "  --tokens A..B    tokens of a window; default 100\n"
    "  --audio-bits N   of the keys and values of the sound; 8 halves their memory; default 16\n"
    "  --one-stream     no copy beside computing\n";

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--help" || option == "-h") {
      arguments.help = true;
    } else if (option == "--ops") {
      arguments.ops = true;
    } else if (option == "--copies") {
      arguments.lane_bench.copies = true;
    } else if (option == "--one-stream") {
      arguments.lane_bench.use_streams = false;
    } else if (option == "--json-lines") {
      arguments.json_lines = true;
    } else if (option == "--model" || option == "--shape" || option == "--precision" || option == "--threads" ||
               option == "--repeats" || option == "--device" || option == "--batch" || option == "--lanes" ||
               option == "--windows" || option == "--tokens" || option == "--seed" || option == "--audio-bits") {
      if (++i == argc) throw Error(FW_STATUS_INVALID_ARGUMENT, std::string(option) + ": expected a value");
      const char* value = argv[i];
      if (option == "--model") arguments.files.emplace_back(value);
      if (option == "--shape") arguments.shapes.emplace_back(value);
      if (option == "--precision") arguments.precision = parse_precision(value);
      if (option == "--threads") arguments.n_threads = parse_count(option, value);
      if (option == "--repeats") arguments.repeats = parse_count(option, value);
      if (option == "--device") arguments.device = value;
      if (option == "--batch") {
        arguments.lanes = true;
        arguments.batches = parse_list(option, value);
      }
      if (option == "--lanes") arguments.lane_counts = parse_list(option, value);
      if (option == "--audio-bits") {
        arguments.audio_bits = parse_list(option, value);
        for (const int32_t bits : arguments.audio_bits) {
          if (bits == 8 || bits == 16) continue;
          throw Error(FW_STATUS_INVALID_ARGUMENT, "--audio-bits: expected 8 or 16, found '" + std::string(value) + "'");
        }
      }
      if (option == "--windows") arguments.lane_bench.n_windows = parse_count(option, value);
      if (option == "--seed") arguments.lane_bench.seed = static_cast<uint64_t>(parse_count(option, value));
      if (option == "--tokens") parse_range(value, arguments.lane_bench);
    } else {
      throw Error(FW_STATUS_INVALID_ARGUMENT, "unknown option '" + std::string(option) + "'");
    }
  }
  if (arguments.ops && !(arguments.files.empty() && arguments.shapes.empty())) {
    throw Error(FW_STATUS_INVALID_ARGUMENT, "--ops: takes no --model and no --shape, its shapes are fixed");
  }
  if (arguments.files.empty() && arguments.shapes.empty()) arguments.shapes = {"tiny.en", "base.en", "small.en"};
  if (arguments.n_threads == 0) {
    arguments.n_threads = static_cast<int32_t>(std::max(1u, std::thread::hardware_concurrency()));
  }
  arguments.lane_bench.batch = arguments.batches.front();
  return arguments;
}

std::vector<LaneBench> lane_benches(const Arguments& arguments) {
  std::vector<LaneBench> all;
  for (const int32_t batch : arguments.batches) {
    for (const int32_t n_lanes : arguments.lane_counts) {
      for (const int32_t bits : arguments.audio_bits) {
        all.push_back(arguments.lane_bench);
        all.back().batch = batch;
        all.back().n_lanes = n_lanes;
        all.back().eight_bit_audio = bits == 8;
      }
    }
  }
  return all;
}

}  // namespace fw::bench
