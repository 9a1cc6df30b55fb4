#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fastwhisper.h"
#include "lane_bench.h"

namespace fw::bench {

/** What the command line asks for. */
struct Arguments {
  /** Model files. */
  std::vector<std::string> files;
  /** Published shapes ("tiny.en") of which models with made-up weights are measured. */
  std::vector<std::string> shapes;
  fw_precision precision = FW_PRECISION_AUTO;
  /** 0 means all hardware threads. */
  int32_t n_threads = 0;
  /** Each part is measured so often; the least is reported, which other work on the machine disturbs least. */
  int32_t repeats = 3;
  /** "cpu", "cuda:0" ... */
  std::string device = "cpu";
  /** Whole windows through lanes instead of single parts. */
  bool lanes = false;
  LaneBench lane_bench;
  /** Of the lane benchmark, each with each. */
  std::vector<int32_t> batches = {64};
  std::vector<int32_t> lane_counts = {1};
  std::vector<int32_t> audio_bits = {16};
  /** The ops of the tests' cases instead of models. */
  bool ops = false;
  bool json_lines = false;
  bool help = false;
};

/** The runs of the lane benchmark that are asked for. */
std::vector<LaneBench> lane_benches(const Arguments& arguments);

extern const char* const kUsage;

/** Throws fw::Error for what it does not know. */
Arguments parse_arguments(int argc, char** argv);

}  // namespace fw::bench
