#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "gpu/memory_holder.h"

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == fw::hold_memory_argument) {
    return fw::hold_memory(std::strtoull(argv[2], nullptr, 10));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
