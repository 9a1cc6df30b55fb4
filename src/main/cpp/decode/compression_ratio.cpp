#include "decode/compression_ratio.h"

#include <zlib.h>

#include <vector>

#include "base/error.h"

namespace fw {

float compression_ratio(std::string_view text) {
  if (text.empty()) return 0.0f;
  const uLong n_bytes = static_cast<uLong>(text.size());
  uLongf n_compressed = compressBound(n_bytes);
  std::vector<Bytef> compressed(n_compressed);
  const int status = compress(compressed.data(), &n_compressed, reinterpret_cast<const Bytef*>(text.data()), n_bytes);
  if (status != Z_OK) throw Error(FW_STATUS_OUT_OF_MEMORY, "zlib could not compress a text: status " + std::to_string(status));
  return static_cast<float>(static_cast<double>(n_bytes) / static_cast<double>(n_compressed));
}

}  // namespace fw
