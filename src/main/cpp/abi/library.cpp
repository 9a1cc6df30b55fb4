#include <cstdio>

#include "abi/guard.h"
#include "fastwhisper.h"

namespace {

thread_local char last_error[1024] = "";

}  // namespace

void fw::set_last_error(const char* text) noexcept { std::snprintf(last_error, sizeof last_error, "%s", text); }

extern "C" const char* fw_version(void) { return FASTWHISPER_VERSION; }
extern "C" int32_t fw_abi_version(void) { return FW_ABI_VERSION; }
extern "C" const char* fw_last_error(void) { return last_error; }
