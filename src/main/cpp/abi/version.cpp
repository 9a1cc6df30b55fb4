#include "fastwhisper.h"

extern "C" const char* fw_version(void) { return FASTWHISPER_VERSION; }
extern "C" int32_t fw_abi_version(void) { return FW_ABI_VERSION; }
