package io.fastwhisper.engine;

/**
 * What a loaded model is.
 *
 * @param width of the encoder
 * @param precision in use
 * @param weightsBytes memory that the weights take
 * @param fileType of the file's weights: "f16", "q8_0" ...
 * @param implementation what computes the products
 */
public record ModelInfo(
    int vocabulary,
    int mels,
    int audioLayers,
    int textLayers,
    int width,
    boolean multilingual,
    Precision precision,
    long weightsBytes,
    String fileType,
    String implementation) {}
