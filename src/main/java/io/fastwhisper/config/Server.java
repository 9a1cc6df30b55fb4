package io.fastwhisper.config;

/** How the server is reached, and what it takes. */
public record Server(
    @Setting(
            value = "127.0.0.1",
            effect =
                "Address to listen at. One that other machines reach is refused without an api_key.")
        String host,
    @Setting(value = "8080", min = 0, max = 65_535, effect = "Port; 0 takes a free one.") int port,
    @Setting(
            value = "",
            effect =
                "Names by which the server may be called beside its own address, localhost and loopback, with\n"
                    + "commas between them. A request to another name is refused.")
        String names,
    @Setting(
            value = "",
            secret = true,
            effect =
                "What a client must show; nothing means that whoever reaches the server may use it.")
        String apiKey,
    @Setting(
            value = "4000000",
            unit = "bytes",
            min = 1_000,
            max = 1e9,
            effect = "Largest body of a request that is not an upload.")
        long maxBodyBytes,
    @Setting(
            value = "20000000000",
            unit = "bytes",
            min = 1_000,
            max = 1e15,
            effect = "Largest upload.")
        long maxUploadBytes,
    @Setting(
            value = "72",
            unit = "h",
            min = 1,
            max = 100_000,
            effect = "An upload that no job uses is removed after this time.")
        int keepUploadsH,
    @Setting(
            value = "4096",
            min = 1,
            max = 1_000_000,
            effect = "Connections at a time; further ones are closed.")
        int maxConnections,
    @Setting(
            value = "60",
            unit = "s",
            min = 1,
            max = 86_400,
            effect =
                "A connection whose client brings no request, or does not go on sending or reading, for this long\n"
                    + "is closed.")
        int idleTimeoutS,
    @Setting(
            value = "15",
            unit = "s",
            min = 1,
            max = 3_600,
            effect = "A progress feed says that it lives after this much silence.")
        int feedHeartbeatS,
    @Setting(
            value = "5",
            unit = "s",
            min = 1,
            max = 3_600,
            effect =
                "How old the inference may be that /health/ready goes by; then another one is run.")
        int readyCheckS,
    @Setting(
            value = "30",
            unit = "s",
            min = 0,
            max = 86_400,
            effect = "What work in hand may take after the server was told to end.")
        int drainS) {}
