package io.fastwhisper.media;

/** Finds a piece of sound in another one. */
public final class Likeness {
  private Likeness() {}

  /**
   * Where a piece lies best, by normalised correlation.
   *
   * @param lag samples behind the expected place
   * @param correlation -1 to 1
   */
  public record Place(int lag, double correlation) {}

  /**
   * Looks for {@code length} samples of {@code piece} from {@code pieceAt} on in {@code whole}, at
   * {@code wholeAt} and up to {@code reach} samples around.
   */
  public static Place find(
      float[] piece, int pieceAt, int length, float[] whole, int wholeAt, int reach) {
    Place best = new Place(0, -1);
    for (int lag = -reach; lag <= reach; lag++) {
      int from = wholeAt + lag;
      if (from < 0 || from + length > whole.length) {
        continue;
      }
      double product = 0;
      double pieceEnergy = 0;
      double wholeEnergy = 0;
      for (int i = 0; i < length; i++) {
        double a = piece[pieceAt + i];
        double b = whole[from + i];
        product += a * b;
        pieceEnergy += a * a;
        wholeEnergy += b * b;
      }
      double correlation = product / Math.sqrt(pieceEnergy * wholeEnergy + 1e-20);
      if (correlation > best.correlation()) {
        best = new Place(lag, correlation);
      }
    }
    return best;
  }
}
