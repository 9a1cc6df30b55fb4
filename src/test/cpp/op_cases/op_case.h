#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "device/executor.h"

namespace fw {

/** An op with operands on a device, ready to run again and again. */
class OpRun {
 public:
  virtual ~OpRun() = default;
  virtual void run() = 0;
  /** What the last run wrote. */
  virtual std::vector<float> result() const = 0;
  /** Whether what lies around the result is as it was. */
  virtual bool guards_intact() const { return true; }
  /** What must come from or go to memory at least, in the types of this device. */
  virtual double bytes() const = 0;
};

/**
 * One op at one size, the same operands on every device. The op tests hold all cases but the longest to the plain twin;
 * the benchmark measures those that are marked.
 */
struct OpCase {
  std::string name;
  /** A shape of tiny or base, or of large-v3: `fastwhisper_bench --ops` measures it on a processor, or on a GPU. */
  bool speed = false;
  bool gpu_speed = false;
  /** Multiplications and additions; 0 where bytes alone count. */
  double operations = 0;
  std::function<std::unique_ptr<OpRun>(const Device&, Executor&)> prepare;
  /** For each value of the result, the largest error of a device of this precision and type of activations. */
  std::function<std::vector<double>(fw_precision, DataType activations)> bounds;

  /** Whether a benchmark measures it: its shape is a model's then. */
  bool measured() const { return speed || gpu_speed; }
  /** The plain twin takes some nanoseconds an operation: longer cases are measured only. */
  bool tested() const { return operations < 4e6; }
};

/** All cases of all ops. */
std::vector<OpCase> op_cases();

/** Largest error that the precision allows in the product of a row and a column, rounded to a type of activations. */
double product_bound(fw_precision precision, std::span<const float> x, std::span<const float> w,
                     DataType activations = DataType::f32);

/** Half a unit in the last place, relative; 0 for f32. */
double activation_error(DataType type);

/** How far a GELU may be from the exact one: a GPU's products have its tanh form, 5e-4 away at most. */
double gelu_error(DataType activations);

}  // namespace fw
