package io.fastwhisper.config;

import java.util.List;

/**
 * Everything that can be set. {@code conf/fastwhisper.yaml} shows the first eight sections, {@code
 * conf/native.yaml} the others. A key is the section's name, a dot and the component's name in
 * lower case with underscores: {@code stages.cuts}.
 */
public record Configuration(
    Model model,
    Segments segments,
    Stages stages,
    Input input,
    Folders folders,
    Log log,
    Server server,
    Gpu gpu,
    Lanes lanes,
    Decoding decoding,
    Speech speech) {
  /** Every key at its default. */
  public static final Configuration DEFAULT = new ConfigurationLoader().load().configuration();

  /** Which model is used, and where models are kept and come from. */
  public record Model(
      @Setting(
              value = "medium",
              environment = "WHISPER_MODEL_SIZE",
              effect =
                  "Name of the model, as `fastwhisper model list` shows it. While it is not in the folder, the bundled\n"
                      + "demo model is used and said so.")
          String size,
      @Setting(
              value = "",
              effect =
                  "Where models are kept; nothing means $XDG_CACHE_HOME/fastwhisper/models (~/.cache without it).")
          String folder,
      @Setting(
              value = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main",
              effect = "Where `fastwhisper model download` fetches ggml-NAME.bin from.")
          String baseUrl) {}

  /** How videos are divided for transcription. */
  public record Segments(
      @Setting(
              value = "120000",
              unit = "ms",
              min = 60_000,
              max = 3_600_000,
              effect =
                  "Length of a segment. Shorter ones give the first clip sooner, longer ones waste less on overlaps.")
          long lengthMs,
      @Setting(
              value = "6000",
              unit = "ms",
              min = 4_000,
              max = 30_000,
              effect =
                  "What neighbouring segments share. Their border is put into silence inside it.")
          long overlapMs) {}

  /** How much is done at a time, and how long it may take. */
  public record Stages(
      @Setting(
              value = "6",
              min = 1,
              max = 64,
              environment = "MAX_SEGMENT_DOWNLOADS",
              effect = "Segments and videos fetched at a time.")
          int fetches,
      @Setting(
              value = "8",
              min = 1,
              max = 64,
              environment = "MAX_CLIP_DOWNLOADS",
              effect = "Clips cut at a time.")
          int cuts,
      @Setting(value = "2", min = 1, max = 16, effect = "Films joined at a time.") int joins,
      @Setting(
              value = "300",
              unit = "s",
              min = 1,
              max = 86_400,
              environment = "TRANSCRIPTION_TIMEOUT",
              effect =
                  "What a device may take without finishing a window before its segments go back.")
          int transcriptionTimeoutS,
      @Setting(
              value = "60",
              unit = "s",
              min = 1,
              max = 86_400,
              environment = "PIPELINE_STAGE_TIMEOUT",
              effect = "What one fetch, cut or join may take without progress.")
          int stageTimeoutS,
      @Setting(
              value = "3",
              min = 1,
              max = 10,
              effect = "Tries of a fetch, a segment or a cut before it is given up.")
          int tries,
      @Setting(
              value = "500",
              unit = "ms",
              min = 0,
              max = 60_000,
              effect = "Pause before the second try; it doubles before each further one.")
          int retryPauseMs) {}

  /** What is accepted as a source. */
  public record Input(
      @Setting(
              value = "false",
              effect = "Whether URLs may lead to loopback, private and link-local addresses.")
          boolean privateAddresses,
      @Setting(
              value = "10000",
              unit = "ms",
              min = 100,
              max = 600_000,
              effect = "Time to connect to the server of a URL.")
          int connectTimeoutMs,
      @Setting(
              value = "20000000000",
              unit = "bytes",
              min = 1_000,
              max = 1e15,
              effect = "Largest file that is fetched from a URL.")
          long maxDownloadBytes,
      @Setting(
              value = "43200000",
              unit = "ms",
              min = 1_000,
              max = 1e10,
              effect = "Longest video that is taken: 12 hours.")
          long maxLengthMs) {}

  /** Where files go. */
  public record Folders(
      @Setting(
              value = "",
              effect =
                  "Where jobs keep their audio and clips while they run; nothing means the system's temporary folder.")
          String work,
      @Setting(
              value = "",
              effect =
                  "Where the server keeps its store, films and uploads; nothing means $XDG_DATA_HOME/fastwhisper\n"
                      + "(~/.local/share without it). Two servers cannot share one.")
          String data,
      @Setting(
              value = "",
              effect =
                  "Folders below which jobs of the server may name files, with a colon between them; nothing\n"
                      + "means none. The command line may name any file.")
          String sources) {}

  /** What is written down. */
  public record Log(
      @Setting(
              value = "false",
              environment = "ENABLE_PIPELINE_LOGGING",
              effect = "One log line for each change of stage of a segment or a clip.")
          boolean pipeline,
      @Setting(
              value = "text",
              oneOf = {"text", "json"},
              effect = "Form of the server's log lines: for people, or one JSON object a line.")
          String format) {}

  /** Lanes: what computes. */
  public record Lanes(
      @Setting(
              value = "auto",
              effect =
                  "What to compute on: cpu, cuda:N for GPU number N, or auto: all GPUs where there are some, else the CPU.")
          String device,
      @Setting(
              value = "auto",
              oneOf = {"auto", "f32", "f16", "bf16", "int8"},
              effect =
                  "Type of the model's weights and products. auto: f16 on a GPU; on the CPU bf16 with AMX, int8 with VNNI,\n"
                      + "else f32.")
          String precision,
      @Setting(
              value = "1",
              min = 1,
              max = 64,
              effect =
                  "Lanes on the CPU. More than one pays where many windows wait and each lane has cores of its own.")
          int lanes,
      @Setting(
              value = "0",
              min = 0,
              max = 1_024,
              effect = "Threads of a lane; 0 shares the processor's among the lanes.")
          int threads,
      @Setting(
              value = "8",
              unit = "windows",
              min = 1,
              max = 256,
              effect =
                  "Windows that a lane on the CPU decodes together. More take more memory and make each window wait longer.")
          int batch,
      @Setting(
              value = "1",
              min = 1,
              max = 64,
              effect = "Lanes on each GPU, all on one copy of the model; at most gpu.max_lanes.")
          int gpuLanes,
      @Setting(
              value = "16",
              unit = "windows",
              min = 1,
              max = 256,
              effect =
                  "Windows that a GPU's lane decodes together. More are faster, as long as there is memory for max_beam\n"
                      + "times as many sequences.")
          int gpuBatch,
      @Setting(
              value = "false",
              effect =
                  "Whether a GPU keeps what its decoder reads of a window's sound in eight bits: half the memory a window, and\n"
                      + "faster where many are decoded together. A text may differ in a token of some hundreds.")
          boolean eightBitAudio,
      @Setting(
              value = "2",
              unit = "windows",
              min = 0,
              max = 256,
              effect =
                  "Windows that wait in a lane beyond its batch, so that no place of it stays empty. A job that comes waits\n"
                      + "for them.")
          int queue,
      @Setting(
              value = "5",
              min = 1,
              max = 16,
              effect = "Widest beam that may be asked for; memory is taken for it.")
          int maxBeam) {}

  /** How tokens are chosen, and when a window is decoded again. */
  public record Decoding(
      @Setting(
              value = "5",
              min = 1,
              max = 16,
              effect =
                  "Width of the beam where none is asked for; 1 is greedy: faster, but it loses the thread more often.")
          int beam,
      @Setting(
              value = "0 0.2 0.4 0.6 0.8 1",
              min = 0,
              max = 2,
              effect = "Temperatures in the order they are tried.")
          List<Double> temperatures,
      @Setting(
              value = "2.4",
              min = 0,
              max = 100,
              effect =
                  "A text that compresses better than this is a loop and is decoded again; 0 switches it off.")
          double maxCompressionRatio,
      @Setting(
              value = "-1.0",
              min = -100,
              max = 0,
              effect =
                  "A text with a mean log-probability below this is decoded again; -100 switches it off.")
          double minAvgLogprob,
      @Setting(
              value = "-1.0",
              min = -100,
              max = 0,
              effect =
                  "A cue with a mean log-probability below this is cut off and heard again by itself; -100 switches it off.")
          double minCueLogprob,
      @Setting(
              value = "0.6",
              min = 0,
              max = 1,
              effect =
                  "Above this probability of no speech, with a low log-probability, a window is silent.")
          double maxNoSpeechProbability) {}

  /** How speech is found. */
  public record Speech(
      @Setting(
              value = "true",
              effect =
                  "Whether silence is left out before transcription; false cuts windows at the quietest places.")
          boolean detect,
      @Setting(
              value = "0.5",
              min = 0,
              max = 1,
              effect = "Sensitivity: 0 takes everything for speech, 1 only clear speech.")
          double threshold,
      @Setting(
              value = "500",
              unit = "ms",
              min = 20,
              max = 10_000,
              effect = "Silence shorter than this does not end a stretch of speech.")
          int minSilenceMs,
      @Setting(
              value = "60",
              unit = "ms",
              min = 0,
              max = 5_000,
              effect = "Speech shorter than this is taken for noise.")
          int minSpeechMs,
      @Setting(
              value = "400",
              unit = "ms",
              min = 0,
              max = 5_000,
              effect = "Audio kept on each side of a stretch of speech.")
          int padMs,
      @Setting(
              value = "25000",
              unit = "ms",
              min = 1_000,
              max = 30_000,
              effect =
                  "Longest window; one of up to 30 s costs no more to encode, but the bundled model hears it worse.")
          int maxWindowMs) {}
}
