// Floor: one row of the table and one of the positions for each token.
#include "device/cpu/chosen_tokens.h"
#include "device/cpu/portable/portable_executor.h"

namespace fw {

void PortableExecutor::embed(const EmbedArgs& args) {
  const auto& table = static_cast<const PanelWeight&>(*args.table);
  for (size_t i = 0; i < args.tokens.size(); ++i) {
    float* y = args.y.f32(static_cast<int64_t>(i));
    const float* position = args.positions.f32(args.places[i]);
    table.read_row(token_of(args, i), y);
    for (int64_t d = 0; d < args.y.cols; ++d) {
      y[d] += position[d];
    }
  }
}

}  // namespace fw
