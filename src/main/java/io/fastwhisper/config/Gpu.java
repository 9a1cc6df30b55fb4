package io.fastwhisper.config;

/**
 * How GPUs are shared and watched. This version goes by {@code forceSingle}, {@code maxLanes} and
 * {@code streams}, and drives all GPUs in the server's own process; the other keys are accepted and
 * have no effect yet.
 */
public record Gpu(
    @Setting(
            value = "false",
            environment = "FORCE_SINGLE_GPU",
            effect = "GPU 0 alone, one lane, one window at a time.")
        boolean forceSingle,
    @Setting(
            value = "0.2",
            min = 0,
            max = 0.9,
            environment = "GPU_MEMORY_SAFETY_BUFFER",
            effect = "Share of a GPU's memory that is left free.")
        double memorySafetyBuffer,
    @Setting(
            value = "30",
            unit = "%",
            min = 0,
            max = 100,
            environment = "MIN_GPU_UTILIZATION_THRESHOLD",
            effect = "Below this mean utilisation of one lane another may open.")
        int minUtilization,
    @Setting(
            value = "4",
            min = 1,
            max = 64,
            environment = "MAX_MODELS_PER_GPU",
            effect = "Most lanes of one GPU.")
        int maxLanes,
    @Setting(
            value = "auto",
            environment = "GPU_WORKER_PROCESSES",
            effect =
                "Processes that drive GPUs: auto is one for each, 0 drives them in the server's own.")
        String workerProcesses,
    @Setting(
            value = "30",
            unit = "s",
            min = 1,
            max = 3_600,
            environment = "WORKER_HEALTH_CHECK_INTERVAL",
            effect = "Time between two looks at a worker process.")
        int healthCheckS,
    @Setting(
            value = "5",
            min = 0,
            max = 1_000,
            environment = "PROCESS_RESTART_THRESHOLD",
            effect = "Restarts of a worker process before its GPU counts as failed.")
        int restarts,
    @Setting(
            value = "true",
            environment = "ENABLE_GPU_PROFILING",
            effect = "Whether a GPU's capacity is measured at the start and sampled later.")
        boolean profiling,
    @Setting(
            value = "30",
            unit = "s",
            min = 1,
            max = 3_600,
            environment = "BASELINE_MEASUREMENT_DURATION",
            effect = "How long an idle GPU is measured at the start.")
        int baselineS,
    @Setting(
            value = "10",
            unit = "s",
            min = 1,
            max = 3_600,
            environment = "PERFORMANCE_MONITORING_INTERVAL",
            effect = "Time between two samples of a GPU at work.")
        int monitoringS,
    @Setting(
            value = "true",
            environment = "ENABLE_CUDA_STREAMS",
            effect = "Whether lanes overlap copying and computing; false does all on one stream.")
        boolean streams,
    @Setting(
            value = "false",
            environment = "DEBUG_GPU_ALLOCATION",
            effect = "One log line for each piece of GPU memory taken.")
        boolean debugAllocation,
    @Setting(
            value = "false",
            environment = "SAVE_PROFILING_DATA",
            effect = "Whether what was measured is written to the data folder.")
        boolean saveProfiling) {}
