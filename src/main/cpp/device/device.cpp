#include "device/device.h"

#include <vector>

namespace fw {

std::unique_ptr<Weight> Device::pack_stored(const StoredMatrix& matrix, RowCount, bool lookup) const {
  std::vector<float> rows(static_cast<size_t>(matrix.n_out * matrix.n_in));
  dequantise(matrix.type, matrix.bytes, rows);
  return pack(rows, matrix.n_out, matrix.n_in, lookup);
}

}  // namespace fw
