package io.fastwhisper.engine;

/**
 * Size of a lane; see {@code fw_lane_params}.
 *
 * @param batch windows decoded together, 1 to 256
 * @param maxBeam greatest width of a beam, 1 to 16
 * @param threads of the products on a CPU; 0 means all hardware threads
 * @param queue windows that wait in the lane beyond the batch, so that no place of the batch stays
 *     empty
 * @param streams whether a GPU's lane overlaps copies and computing; false does all on one stream
 * @param eightBitAudio whether keys and values of the sound are kept in eight bits
 */
public record LaneSettings(
    int batch, int maxBeam, int threads, int queue, boolean streams, boolean eightBitAudio) {
  public static final LaneSettings DEFAULT = new LaneSettings(8, 5, 0, 8, true, false);
}
