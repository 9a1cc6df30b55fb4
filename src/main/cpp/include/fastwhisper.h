/**
 * FastWhisper's native core: Whisper transcription with word times, on the CPU or a GPU.
 *
 * This is the only header that callers outside src/main/cpp see; the Java binding is generated from it with an
 * empty mapping: so it is one file, though it has more than 400 lines. It is plain C; no exception ever leaves a
 * function.
 *
 * A whole use:
 *
 *   fw_model_params mp = fw_model_default_params();
 *   mp.path = "ggml-base.en.bin";
 *   fw_model* model = NULL;
 *   if (fw_model_open(&mp, &model) != FW_STATUS_OK) die(fw_last_error());
 *   fw_lane_params lp = fw_lane_default_params();
 *   fw_lane* lane = NULL;
 *   fw_lane_open(model, &lp, &lane);
 *
 *   fw_speech_params sp = fw_speech_default_params();
 *   fw_window_plan* plan = NULL;
 *   fw_window_plan_create(pcm, n_samples, &sp, &plan);
 *   for (int32_t i = 0; i != fw_window_plan_count(plan); ++i) {
 *     fw_window_params wp = fw_window_default_params();
 *     wp.tag = i;
 *     int32_t n_spans = 0;
 *     const fw_span* spans = fw_window_plan_spans(plan, i, &n_spans);
 *     while (fw_lane_submit(lane, &wp, pcm, n_samples, spans, n_spans) == FW_STATUS_AGAIN) take_finished(lane);
 *   }
 *   while (some windows are not back yet) take_finished(lane);
 *   fw_window_plan_close(&plan); fw_lane_close(&lane); fw_model_close(&model);
 *
 * where take_finished is
 *
 *   fw_result* result = NULL;
 *   if (fw_lane_poll(lane, 1000, &result) == FW_STATUS_OK) { use(result); fw_result_close(&result); }
 *
 * Threads: every function may be called from any thread. A model is immutable after it is open and shared by its
 * lanes. A lane owns one native thread that does all of its work; submit and poll only touch its queues. Close a
 * model only after its lanes, and a handle only when no other thread uses it.
 *
 * Errors: functions return a status; fw_last_error() then tells what failed, where, with which values. Where a
 * status is not FW_STATUS_OK, out parameters are left untouched. Close functions accept a pointer to NULL, and set
 * the caller's handle to NULL.
 *
 * Units: samples are float in [-1, 1], 16 kHz, mono. Times are int64_t milliseconds on the caller's PCM time line.
 */
#ifndef FASTWHISPER_H
#define FASTWHISPER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#define FW_ABI_VERSION 3
/** Samples per second of every PCM buffer. */
#define FW_SAMPLE_RATE_HZ 16000
/** Longest window: 30 s, what one encoder pass sees. */
#define FW_WINDOW_MAX_SAMPLES 480000
/** Number of temperatures a window may fall back through. */
#define FW_TEMPERATURES_MAX 8

typedef int32_t fw_status;
enum {
  /** Done. */
  FW_STATUS_OK = 0,
  /** Nothing failed, but not now: the lane has no free place (submit), or nothing is finished yet (poll). Call again.
   */
  FW_STATUS_AGAIN = 1,
  /** The caller's fault: a NULL, a value out of range, an unknown language. Nothing has changed. */
  FW_STATUS_INVALID_ARGUMENT = 2,
  /** The model file is missing, truncated, damaged or of an unknown kind. */
  FW_STATUS_MODEL_FILE = 3,
  /** Memory of the device or host ran out. Not sticky: a smaller batch may work. */
  FW_STATUS_OUT_OF_MEMORY = 4,
  /** This lane is lost; its windows come back as failed. Close it and open another. */
  FW_STATUS_LANE_LOST = 5,
  /** The device's context in this process is lost (sticky CUDA error). Only the end of the process helps. */
  FW_STATUS_DEVICE_LOST = 6,
  /** This build, processor or device cannot do it. */
  FW_STATUS_UNSUPPORTED = 7,
  /** The window was cancelled by fw_lane_cancel. */
  FW_STATUS_CANCELLED = 8,
  /** A fault of FastWhisper itself; please report it with fw_last_error(). */
  FW_STATUS_INTERNAL = 9
};

typedef int32_t fw_precision;
enum {
  /** The fastest that the device runs well: bf16 with AMX, int8 with VNNI, else f32; f16 on a GPU. */
  FW_PRECISION_AUTO = 0,
  FW_PRECISION_F32 = 1,
  FW_PRECISION_BF16 = 2,
  FW_PRECISION_INT8 = 3,
  FW_PRECISION_F16 = 4
};

typedef int32_t fw_task;
enum { FW_TASK_TRANSCRIBE = 0, FW_TASK_TRANSLATE = 1 };

/** Weights on one device. */
typedef struct fw_model fw_model;
/** One unit of concurrent work on a model: caches, scratch, and a native thread of its own. */
typedef struct fw_lane fw_lane;
/** One finished window. */
typedef struct fw_result fw_result;
/** How a stretch of PCM is cut into windows. */
typedef struct fw_window_plan fw_window_plan;

/** Version of this library, "MAJOR.MINOR.PATCH". Static storage. */
const char* fw_version(void);
/** FW_ABI_VERSION that the library was built with; a caller compares it with its own. */
int32_t fw_abi_version(void);
/** What the last failed call of the calling thread met. Valid until that thread's next call; never NULL. */
const char* fw_last_error(void);

/* ---- devices ---- */

typedef struct fw_device_info {
  /** "cpu", "cuda:0" ... : the value for fw_model_params.device. */
  char id[32];
  /** Processor or GPU name. */
  char name[128];
  /** Instruction set that the linear algebra chose by trying ("avx512_core_vnni", "avx2" ...), or the compute
   * capability ("sm_90"). */
  char isa[64];
  /** What FW_PRECISION_AUTO means here. */
  fw_precision precision;
  /** Hardware threads, or multiprocessors of a GPU. */
  int32_t n_units;
  /** Total memory in bytes. */
  int64_t memory_bytes;
} fw_device_info;

/**
 * Number of devices that this process can use; at least 1, the CPU, which has index 0. GPU N, "cuda:N", has index N
 * + 1. The first call loads libfastwhisper_cuda, where there is one, and asks the driver: it may take a second. The
 * library is looked for at FASTWHISPER_CUDA_LIBRARY of the environment, where that is set, else beside this one, else
 * by its name.
 */
int32_t fw_device_count(void);
/** Describes device number index. For the CPU, 0, the GPUs' library is not loaded. */
fw_status fw_device_describe(int32_t index, fw_device_info* info);

/** How much of a GPU all processes use, as its driver measures it. */
typedef struct fw_device_use {
  /** Share of the driver's last sample period, 1/6 s to 1 s, in which a kernel ran: 0 to 1; negative where the driver
   * does not tell. */
  double busy;
  /** Memory in use, bytes. */
  int64_t used_bytes;
} fw_device_use;

/**
 * Measures device number index; for any thread. The first call loads NVIDIA's management library, which may take a
 * tenth of a second, later ones take about a millisecond. FW_STATUS_UNSUPPORTED for the CPU, and where the driver tells
 * nothing.
 */
fw_status fw_device_measure(int32_t index, fw_device_use* use);
/** Why no GPU can be used, in words for a person; "" where fw_device_count counts one. Static storage; never NULL. */
const char* fw_cuda_status(void);

/* ---- models ---- */

typedef struct fw_model_params {
  /** A ggml Whisper file. Read during the call only. */
  const char* path;
  /** Device id: "cpu", "cuda:N", or "auto", the first GPU where there is one, else the CPU. NULL means "cpu". */
  const char* device;
  /** Type of weights and products. Default: FW_PRECISION_AUTO. */
  fw_precision precision;
  /**
   * The decoder's alignment heads as "layer:head,layer:head"; NULL takes OpenAI's table for the model's size, or,
   * where the size is unknown, all heads of the upper half of the decoder.
   */
  const char* alignment_heads;
} fw_model_params;

typedef struct fw_model_info {
  int32_t n_vocab;
  int32_t n_audio_ctx;
  int32_t n_audio_state;
  int32_t n_audio_head;
  int32_t n_audio_layer;
  int32_t n_text_ctx;
  int32_t n_text_state;
  int32_t n_text_head;
  int32_t n_text_layer;
  int32_t n_mels;
  /** 1 if the vocabulary is multilingual. */
  int32_t multilingual;
  /** Languages of a multilingual vocabulary, else 0. */
  int32_t n_languages;
  /** Number of alignment heads. */
  int32_t n_alignment_heads;
  /** The precision in use. */
  fw_precision precision;
  /** Memory that the weights take, bytes. */
  int64_t weights_bytes;
  /** Type of the file's weights: "f32", "f16", "q8_0" ... */
  char file_type[16];
  /** What computes the products ("onednn brgemm:avx512_core_vnni", "plain" ...). */
  char implementation[96];
} fw_model_info;

fw_model_params fw_model_default_params(void);
/** Loads a model. On success the caller owns *model. */
fw_status fw_model_open(const fw_model_params* params, fw_model** model);
void fw_model_close(fw_model** model);
fw_status fw_model_describe(const fw_model* model, fw_model_info* info);

/* ---- from PCM to windows ---- */

/** A stretch of the caller's PCM. */
typedef struct fw_span {
  int64_t first_sample;
  int64_t n_samples;
} fw_span;

typedef struct fw_speech_params {
  /** 0 switches voice activity detection off: windows are then cut at the quietest places. Default: 1. */
  int32_t detect;
  /** Silence shorter than this does not end a stretch of speech, ms. Default: 500. */
  int32_t min_silence_ms;
  /** Speech shorter than this is taken as noise, ms. Default: 60. */
  int32_t min_speech_ms;
  /** Audio kept on each side of a stretch of speech, ms. Default: 400. */
  int32_t pad_ms;
  /** Longest window, ms, at most 30000. Default: 25000: windows that a talk fills to the brim are heard worse. */
  int32_t max_window_ms;
  /** Sensitivity, 0 (everything is speech) to 1 (only clear speech). Default: 0.5. */
  float threshold;
} fw_speech_params;

fw_speech_params fw_speech_default_params(void);
/**
 * Finds speech in pcm and packs it into windows of at most max_window_ms, each a list of spans in rising order that
 * do not overlap. Windows and spans are in time order; a stretch without speech is in no span; no speech gives a plan
 * of zero windows. pcm is read during the call only. On success the caller owns *plan.
 */
fw_status fw_window_plan_create(const float* pcm, int64_t n_samples, const fw_speech_params* params,
                                fw_window_plan** plan);
int32_t fw_window_plan_count(const fw_window_plan* plan);
/** The spans of window number index, n_spans of them; owned by the plan. NULL for a bad index. */
const fw_span* fw_window_plan_spans(const fw_window_plan* plan, int32_t index, int32_t* n_spans);
void fw_window_plan_close(fw_window_plan** plan);
/**
 * The best place to divide pcm inside [from_sample, to_sample]: the middle of the longest silence there, else the
 * quietest place. Depends on nothing but the samples in that stretch, so that two callers who hold the same
 * stretch divide it at the same sample.
 */
fw_status fw_border_find(const float* pcm, int64_t n_samples, int64_t from_sample, int64_t to_sample,
                         int64_t* at_sample);
/** The pause that a border lies in, from its first sample to its end: the longest silence there, else the quietest 100
 * ms. */
fw_status fw_pause_find(const float* pcm, int64_t n_samples, int64_t from_sample, int64_t to_sample,
                        int64_t* first_sample, int64_t* end_sample);

/* ---- lanes ---- */

typedef struct fw_lane_params {
  /** Windows decoded together. Default: 8. Range 1 to 256. */
  int32_t batch;
  /** Largest beam a window may ask for; caches are taken for batch x max_beam sequences. Default: 5. Range 1 to 16. */
  int32_t max_beam;
  /** Threads of the lane's products on a CPU; 0 means all hardware threads. Default: 0. */
  int32_t n_threads;
  /** Windows that may wait in the lane beyond the batch. Default: 8. */
  int32_t queue;
  /** 1: a GPU's lane overlaps copies and computing on streams of its own. 0: it does all on one. Default: 1. */
  int32_t use_streams;
  /**
   * 1: the keys and values of the windows' sound are kept in eight bits. A GPU's lane then takes half the memory a
   * window and is faster where many windows are decoded together; a text may differ in a token of some hundreds.
   * Default: 0.
   */
  int32_t eight_bit_audio;
} fw_lane_params;

typedef struct fw_window_params {
  /** The caller's mark, given back in the result. */
  int64_t tag;
  /** "en", "de" ..., or "auto". NULL means "auto"; an English-only model takes "en" for it. */
  const char* language;
  fw_task task;
  /** Text that went before, or NULL. The last 223 tokens at most are used. */
  const char* prompt;
  /** Words to expect, comma-separated, or NULL. They are put before the prompt. */
  const char* hotwords;
  /** 1 is greedy; more is the width of the beam at temperature 0. Default: 1. */
  int32_t beam_size;
  /** Temperatures in the order they are tried. Default: 0, 0.2, 0.4, 0.6, 0.8, 1.0 (Radford et al. 2022, 4.5). */
  float temperatures[FW_TEMPERATURES_MAX];
  int32_t n_temperatures;
  /** A text that compresses better than this is a loop and falls back. Default: 2.4. 0 switches it off. */
  float max_compression_ratio;
  /** A mean log-probability below this falls back. Default: -1.0. Minus infinity switches it off. */
  float min_avg_logprob;
  /**
   * A cue whose text tokens have a mean log-probability below this is not believed: the window is divided at the pause
   * before it and the rest decoded by itself; where that does not help, the rest falls back. Default: -1.0. Minus
   * infinity switches it off.
   */
  float min_cue_logprob;
  /** Above this probability of no-speech, with a mean log-probability below its bound, the window is silent. Default:
   * 0.6. */
  float max_no_speech_probability;
  /** 1: the model predicts time stamps (cues). 0: one cue. Default: 1. */
  int32_t timestamps;
  /** 1: word times are computed. Default: 1. */
  int32_t words;
  /** Most tokens sampled; 0 means half of the text context. Default: 0. */
  int32_t max_tokens;
  /** Token at which sampling is made to continue until max_tokens are reached, for benchmarks: 1 masks end-of-text.
   * Default: 0. */
  int32_t force_length;
} fw_window_params;

fw_lane_params fw_lane_default_params(void);
fw_window_params fw_window_default_params(void);
/** Opens a lane: takes all memory it will ever need and starts its thread. On success the caller owns *lane. */
fw_status fw_lane_open(fw_model* model, const fw_lane_params* params, fw_lane** lane);
/** Stops the thread at the next step; windows still inside are dropped. */
void fw_lane_close(fw_lane** lane);
/**
 * Hands one window in: the spans of pcm, joined, at most FW_WINDOW_MAX_SAMPLES together. The samples are copied.
 * FW_STATUS_AGAIN: batch and queue are full; poll first.
 */
fw_status fw_lane_submit(fw_lane* lane, const fw_window_params* params, const float* pcm, int64_t n_samples,
                         const fw_span* spans, int32_t n_spans);
/**
 * Takes one finished window out, in the order they finish; waits for at most timeout_ms, and not at all where nothing
 * is inside. FW_STATUS_AGAIN: none is finished yet, or the lane is empty. A window that failed or was cancelled comes
 * out too, with its status in the result. On success the caller owns *result.
 */
fw_status fw_lane_poll(fw_lane* lane, int32_t timeout_ms, fw_result** result);
/** Windows that can be submitted now, of batch + queue places. A finished window holds its place until it is polled. */
int32_t fw_lane_free_places(const fw_lane* lane);
/** Drops all windows with this tag that are inside, at the next step; each comes out of poll with FW_STATUS_CANCELLED.
 */
fw_status fw_lane_cancel(fw_lane* lane, int64_t tag);

/* ---- results ---- */

typedef struct fw_word {
  /** Start and end of the sound, ms on the time line of the submitted pcm. */
  int64_t start_ms;
  int64_t end_ms;
  /** Mean probability of its tokens, 0 to 1. */
  float probability;
  /** Number of the cue it belongs to. */
  int32_t cue;
  /** UTF-8, with its punctuation and without surrounding blanks. Owned by the result. */
  const char* text;
} fw_word;

typedef struct fw_cue {
  int64_t start_ms;
  int64_t end_ms;
  /** UTF-8. Owned by the result. */
  const char* text;
  /** Range of its tokens and words in the result. */
  int32_t first_token;
  int32_t n_tokens;
  int32_t first_word;
  int32_t n_words;
  /** Mean log-probability of its text tokens. */
  float avg_logprob;
} fw_cue;

typedef struct fw_result_info {
  int64_t tag;
  /** FW_STATUS_OK, or why this window has no text. */
  fw_status status;
  int32_t n_cues;
  int32_t n_words;
  int32_t n_tokens;
  /** Language code, given or detected; "" where the window failed. */
  char language[8];
  /** Probability of the detected language; 1 where it was given. */
  float language_probability;
  float avg_logprob;
  float compression_ratio;
  float no_speech_probability;
  /** Temperature of the accepted text. */
  float temperature;
  /** Time on the lane from first encoder step to the last word, ms: shared by the windows of a batch. */
  float elapsed_ms;
} fw_result_info;

fw_status fw_result_describe(const fw_result* result, fw_result_info* info);
/** What a failed window met; "" where it did not fail. Owned by the result. */
const char* fw_result_message(const fw_result* result);
/** All cues, info.n_cues of them; owned by the result. */
const fw_cue* fw_result_cues(const fw_result* result);
/** All words, info.n_words of them; owned by the result. */
const fw_word* fw_result_words(const fw_result* result);
/** All sampled tokens, time stamps included, without prompt and end-of-text; info.n_tokens of them; owned by the
 * result. */
const int32_t* fw_result_tokens(const fw_result* result);
void fw_result_close(fw_result** result);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
