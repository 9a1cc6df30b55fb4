#include "device/cpu/chosen_tokens.h"
#include "device/cpu/plain/plain_executor.h"

namespace fw {

void PlainExecutor::embed(const EmbedArgs& args) {
  const auto& table = static_cast<const PlainWeight&>(*args.table);
  for (size_t i = 0; i < args.tokens.size(); ++i) {
    const int32_t token = token_of(args, i);
    for (int64_t d = 0; d < args.y.cols; ++d) {
      args.y.f32(static_cast<int64_t>(i))[d] = table.row(token)[d] + args.positions.f32(args.places[i])[d];
    }
  }
}

}  // namespace fw
