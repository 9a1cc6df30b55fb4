package io.fastwhisper.domain;

/**
 * What one device has in hand.
 *
 * @param device "cpu", "cuda:0" ...
 * @param leases segments that it has
 * @param freePlaces segments that it would take beside them
 * @param windowsDone windows that it has finished in this life of its worker
 * @param silent true where it has not been heard for too long
 */
public record DeviceLoad(
    String device, int leases, int freePlaces, long windowsDone, boolean silent) {
  public DeviceLoad {
    InvalidValueException.given("device", device);
  }
}
