#include "ops/embed.h"

#include "ops/check.h"

namespace fw::ops {

void embed(Executor& executor, const EmbedArgs& args) {
  check(args.table != nullptr && args.table->lookup(), "embed", "a table packed for look-up");
  if (args.tokens.empty()) {
    return;
  }
  check_output("embed", "y", args.y, static_cast<int64_t>(args.tokens.size()), args.table->n_in());
  check(args.places.size() == args.tokens.size(), "embed", "one place a token");
  check_sizes("embed", "positions", args.positions, args.positions.rows, args.table->n_in());
  for (const int32_t token : args.tokens) {
    check(token >= -args.chosen.cols && token < args.table->n_out(), "embed", "tokens of the table, or chosen ones");
  }
  for (const int32_t place : args.places) {
    check(place >= 0 && place < args.positions.rows, "embed", "places inside the text context");
  }
  executor.embed(args);
}

}  // namespace fw::ops
