#pragma once

namespace fw {

/**
 * Lets GPU 0 read where no memory is, which ends the CUDA context of this process for good. Whether the GPU has told of
 * it. In this program alone: the product has no such kernel.
 */
bool read_bad_address();

}  // namespace fw
