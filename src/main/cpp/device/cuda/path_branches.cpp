#include "device/cuda/path_branches.h"

#include <string>

#include "base/error.h"
#include "device/cuda/kernels.h"

namespace fw::cuda {
namespace {

/** The longest text context, an encoder's frames, and all heads of large's decoder. */
constexpr int32_t kMostRows = 448;
constexpr int32_t kMostFrames = 1500;
constexpr int32_t kMostHeads = 640;

}  // namespace

PathBranches::PathBranches(const CudaDevice& device, int32_t n) {
  for (int32_t i = 0; i < n; ++i) {
    auto branch = std::make_unique<Branch>();
    branch->cost = device.allocate(size_t{kMostRows} * kMostFrames * sizeof(float));
    branch->steps = device.allocate(size_t{kMostRows} * kMostFrames);
    branch->scratch = device.allocate(size_t{2} * kMostHeads * kMostFrames * sizeof(float));
    branches_.push_back(std::move(branch));
  }
}

void PathBranches::find(cudaStream_t stream, const AlignmentPathArgs& args, int32_t* first_frames) {
  if (args.n_rows > kMostRows || args.n_frames > kMostFrames || args.n_heads > kMostHeads) {
    throw Error(FW_STATUS_INTERNAL, "alignment_path: expected at most " + std::to_string(kMostRows) + " rows, " +
                                        std::to_string(kMostFrames) + " frames and " + std::to_string(kMostHeads) +
                                        " heads");
  }
  Branch& branch = *branches_[next_];
  next_ = (next_ + 1) % branches_.size();
  begun_.record(stream);
  begun_.block(branch.stream);
  branch.used = true;
  auto* cost = static_cast<float*>(branch.cost->data());
  alignment_cost(branch.stream, args.weights.f32(), args.n_heads, args.n_tokens, args.weights.stride, args.first_row,
                 args.n_rows, args.n_frames, static_cast<float*>(branch.scratch->data()), cost);
  dtw_path(branch.stream, cost, args.n_rows, args.n_frames, static_cast<uint8_t*>(branch.steps->data()), first_frames);
}

void PathBranches::join(cudaStream_t stream) {
  for (const std::unique_ptr<Branch>& branch : branches_) {
    if (!branch->used) continue;
    branch->used = false;
    branch->done.record(branch->stream);
    branch->done.block(stream);
  }
  next_ = 0;
}

}  // namespace fw::cuda
