#include "report.h"

#include <iomanip>
#include <sstream>

namespace fw::bench {
namespace {

constexpr double kWindowMs = 30000.0;

double times_real_time(const ModelTimes& times, size_t i) { return kBatches[i] * kWindowMs / times.windows_ms[i]; }

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

void write_table_head(std::ostream& out) {
  out << "Milliseconds; windows of 30 s with " << kWindowTokens << " tokens; the least of the runs.\n"
      << std::left << std::setw(22) << "model" << std::right << std::setw(9) << "log-mel" << std::setw(9) << "encode";
  for (const int32_t batch : kBatches) out << std::setw(11) << "step x" + std::to_string(batch);
  out << std::setw(9) << "align";
  for (const int32_t batch : kBatches) out << std::setw(14) << "real time x" + std::to_string(batch);
  out << "  computed by\n";
}

void write_table_row(std::ostream& out, const ModelTimes& times) {
  out << std::left << std::setw(22) << times.name << std::right << std::setw(9) << fixed(times.log_mel_ms, 1)
      << std::setw(9) << fixed(times.encode_ms, 1);
  for (const double step : times.step_ms) out << std::setw(11) << fixed(step, 2);
  out << std::setw(9) << fixed(times.align_ms, 1);
  for (size_t i = 0; i < std::size(kBatches); ++i) out << std::setw(14) << fixed(times_real_time(times, i), 1);
  out << "  " << times.implementation << ", " << times.n_threads << " threads" << std::endl;
}

void write_json_line(std::ostream& out, const ModelTimes& times) {
  out << "{\"model\":" << quoted(times.name) << ",\"implementation\":" << quoted(times.implementation)
      << ",\"threads\":" << times.n_threads << ",\"weightsBytes\":" << times.weights_bytes
      << ",\"logMelMs\":" << fixed(times.log_mel_ms, 3) << ",\"encodeMs\":" << fixed(times.encode_ms, 3);
  for (size_t i = 0; i < std::size(kBatches); ++i) {
    out << ",\"stepMsBatch" << kBatches[i] << "\":" << fixed(times.step_ms[i], 3);
  }
  out << ",\"alignMs\":" << fixed(times.align_ms, 3) << ",\"tokens\":" << kWindowTokens;
  for (size_t i = 0; i < std::size(kBatches); ++i) {
    out << ",\"realTimeBatch" << kBatches[i] << "\":" << fixed(times_real_time(times, i), 2);
  }
  out << "}" << std::endl;
}

}  // namespace fw::bench
