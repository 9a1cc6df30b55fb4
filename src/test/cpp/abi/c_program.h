#ifndef FASTWHISPER_TEST_C_PROGRAM_H
#define FASTWHISPER_TEST_C_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A whole use of the library in C: transcribes pcm with the model of a file and writes "START END TEXT\n" of each cue
 * into text, at most `size` bytes with the NUL. Gives the first status that is not FW_STATUS_OK, else FW_STATUS_OK.
 */
int32_t transcribe_in_c(const char* model_path, const float* pcm, int64_t n_samples, char* text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
