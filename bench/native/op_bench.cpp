#include "op_bench.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <limits>
#include <vector>

#include "device/cpu/portable/portable_device.h"
#include "device/cpu/thread_pool.h"
#include "floor.h"
#include "op_cases/op_case.h"

namespace fw::bench {
namespace {

/** A measurement lasts at least so long: the clock's steps and one interruption weigh little then. */
constexpr double kLeastMs = 20.0;

template <typename Work>
double milliseconds(int64_t n, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < n; ++i) work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() /
         static_cast<double>(n);
}

/** Milliseconds of one call, after one that compiles products and touches memory. */
template <typename Work>
double least(int32_t repeats, const Work& work) {
  work();
  const auto n = static_cast<int64_t>(kLeastMs / std::max(milliseconds(1, work), 1e-4)) + 1;
  double best = std::numeric_limits<double>::infinity();
  for (int32_t i = 0; i < repeats; ++i) best = std::min(best, milliseconds(n, work));
  return best;
}

/** What the processor does at best in f32, of all threads together. */
Ceilings measure_ceilings(const Kernels& set, int32_t n_threads, int32_t repeats) {
  ThreadPool pool(n_threads);
  // One product of a tile of rows by a panel in the first cache, again and again.
  const int64_t k = 256, rows = set.tile_rows, n_products = 2000;
  const std::vector<float> a(static_cast<size_t>(rows * k), 1.0f), panel(static_cast<size_t>(k * set.panel), 1.0f);
  std::vector<std::vector<float>> c(static_cast<size_t>(n_threads),
                                    std::vector<float>(static_cast<size_t>(rows * set.panel)));
  const double product_ms = least(repeats, [&] {
    pool.run(n_threads, [&](int64_t, int32_t thread) {
      for (int64_t i = 0; i < n_products; ++i) {
        set.product(a.data(), k, rows, k, panel.data(), k * set.panel, 1, c[static_cast<size_t>(thread)].data(),
                    set.panel);
      }
    });
  });
  // One row by panels that most caches do not hold, in pieces that threads take in turn: a multiply-add a float read.
  const int64_t n_panels = 64, piece = n_panels * k * set.panel, n_pieces = (int64_t{64} << 20) / piece;
  const std::vector<float> stream(static_cast<size_t>(n_pieces * piece), 1.0f);
  std::vector<float> sums(static_cast<size_t>(n_pieces * n_panels * set.panel));
  const double read_ms = least(repeats, [&] {
    pool.run(n_pieces, [&](int64_t i, int32_t) {
      set.product(a.data(), k, 1, k, stream.data() + i * piece, k * set.panel, n_panels,
                  sums.data() + i * n_panels * set.panel, n_panels * set.panel);
    });
  });
  return {2e3 * static_cast<double>(n_threads * n_products * rows * k * set.panel) / product_ms,
          1e3 * static_cast<double>(stream.size() * sizeof(float)) / read_ms};
}

/** Calls of an op that a GPU is given together. */
constexpr int32_t kTogether = 20;

/** On a GPU many calls are one graph: one after the other from the host they would be measured by their launches. */
void run_together(Executor& executor, OpRun& run) {
  executor.batch([&] {
    for (int32_t i = 0; i < kTogether; ++i) run.run();
  });
  executor.wait();
}

double gpu_ms(int32_t repeats, Executor& executor, OpRun& run) {
  const auto once = [&] { run_together(executor, run); };
  once();
  once();
  double best = std::numeric_limits<double>::infinity();
  for (int32_t i = 0; i < repeats; ++i) best = std::min(best, milliseconds(1, once) / kTogether);
  return best;
}

}  // namespace

void run_op_bench(std::ostream& out, const Device& device, int32_t n_threads, int32_t batch, int32_t repeats,
                  bool json_lines) {
  const auto* portable = dynamic_cast<const PortableDevice*>(&device);
  const bool gpu = device.implementation().starts_with("cuda");
  const Ceilings best =
      gpu ? h200_ceilings
          : measure_ceilings(portable != nullptr ? portable->kernel_set() : kernels(), n_threads, repeats);
  const std::unique_ptr<Executor> executor = device.open({n_threads, batch, 8});
  out << std::fixed;
  if (!json_lines) {
    out << device.implementation() << ", " << n_threads << " threads; floors by " << std::setprecision(1)
        << best.bytes_per_s / 1e9 << " GB/s read and " << best.operations_per_s / 1e9 << " GFLOP/s of "
        << (gpu ? "f16" : "f32") << " products\n"
        << std::left << std::setw(46) << "op" << std::right << std::setw(10) << "ms" << std::setw(10) << "GFLOP/s"
        << std::setw(9) << "GB/s" << std::setw(9) << "floor %"
        << "\n";
  }
  for (const OpCase& measured : op_cases()) {
    if (!(gpu ? measured.gpu_speed : measured.speed)) continue;
    const std::unique_ptr<OpRun> run = measured.prepare(device, *executor);
    const double ms = gpu ? gpu_ms(repeats, *executor, *run) : least(repeats, [&] { run->run(); });
    const double floor_ms =
        1e3 * std::max(run->bytes() / best.bytes_per_s, measured.operations / best.operations_per_s);
    const double giga_operations = measured.operations / ms / 1e6, gigabytes = run->bytes() / ms / 1e6;
    if (json_lines) {
      out << std::setprecision(4) << "{\"op\":\"" << measured.name << "\",\"implementation\":\""
          << device.implementation() << "\",\"threads\":" << n_threads << ",\"ms\":" << ms
          << ",\"gflops\":" << giga_operations << ",\"gigabytesPerSecond\":" << gigabytes
          << ",\"floorShare\":" << floor_ms / ms << "}" << std::endl;
    } else {
      out << std::left << std::setw(46) << measured.name << std::right << std::setprecision(4) << std::setw(10) << ms
          << std::setprecision(1) << std::setw(10) << giga_operations << std::setw(9) << gigabytes
          << std::setprecision(0) << std::setw(9) << 100.0 * floor_ms / ms << std::endl;
    }
  }
}

}  // namespace fw::bench
