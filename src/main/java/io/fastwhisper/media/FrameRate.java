package io.fastwhisper.media;

/**
 * A frame rate as a fraction that a film can have.
 *
 * @param numerator frames, at most 1,000,000
 * @param denominator in so many seconds, 1, 1,000 or 1,001
 */
record FrameRate(int numerator, int denominator) {
  private static final FrameRate[] USUAL = {
    new FrameRate(24_000, 1_001),
    new FrameRate(24, 1),
    new FrameRate(25, 1),
    new FrameRate(30_000, 1_001),
    new FrameRate(30, 1),
    new FrameRate(48, 1),
    new FrameRate(50, 1),
    new FrameRate(60_000, 1_001),
    new FrameRate(60, 1)
  };

  /**
   * Within this share a rate counts as a usual one, which lie 0.1 % apart where they are closest.
   */
  private static final double TOLERANCE = 0.000_4;

  /**
   * Within this share of the mean, the rate that the time stamps suggest is steady, and the mean
   * off by the file's end.
   */
  private static final double STEADY = 0.02;

  private static final FrameRate UNKNOWN = new FrameRate(25, 1);
  private static final double MAX_PER_SECOND = 1_000;

  /**
   * Of what ffprobe says, as {@code "30000/1001"}.
   *
   * @param mean frames by time; the best guess where the rate varies
   * @param suggested the lowest rate in which all time stamps can be told
   */
  static FrameRate of(String mean, String suggested) {
    double meanRate = perSecond(mean);
    double suggestedRate = perSecond(suggested);
    boolean steady = Math.abs(suggestedRate - meanRate) <= meanRate * STEADY;
    double rate = meanRate == 0 || steady ? suggestedRate : meanRate;
    if (rate == 0) {
      return UNKNOWN;
    }
    for (FrameRate usual : USUAL) {
      double usualRate = usual.numerator / (double) usual.denominator;
      if (Math.abs(rate - usualRate) <= usualRate * TOLERANCE) {
        return usual;
      }
    }
    // The mean of a varying rate is a fraction of large numbers; a thousandth of a frame is exact
    // enough.
    long thousandths = Math.max(1, Math.round(Math.min(rate, MAX_PER_SECOND) * 1_000));
    return thousandths % 1_000 == 0
        ? new FrameRate((int) (thousandths / 1_000), 1)
        : new FrameRate((int) thousandths, 1_000);
  }

  /** 0 where it is not known. */
  private static double perSecond(String fraction) {
    if (!fraction.matches("\\d{1,10}/[1-9]\\d{0,9}")) {
      return 0;
    }
    int slash = fraction.indexOf('/');
    return Double.parseDouble(fraction.substring(0, slash))
        / Double.parseDouble(fraction.substring(slash + 1));
  }
}
