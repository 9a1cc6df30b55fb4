package io.fastwhisper.transcribe;

import io.fastwhisper.engine.Lane;
import io.fastwhisper.engine.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes of one device, by their numbers from 0 on. Belongs to the device's worker thread; owns
 * the lanes, not the model.
 */
final class DeviceLanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLanes.class);

  private final Model model;
  private final DeviceSettings settings;
  private final List<Lane> lanes = new ArrayList<>();

  /**
   * Opens them.
   *
   * @throws io.fastwhisper.engine.EngineException where one cannot be opened; none is open then
   */
  DeviceLanes(Model model, DeviceSettings settings) {
    this.model = model;
    this.settings = settings;
    try {
      for (int i = 0; i != settings.lanes(); ++i) {
        lanes.add(model.openLane(settings.lane()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  Lane get(int lane) {
    return lanes.get(lane);
  }

  List<Lane> all() {
    return lanes;
  }

  /** Number of the lane with most free places, or -1 where all are full. */
  int freest() {
    int best = -1;
    int bestPlaces = 0;
    for (int i = 0; i != lanes.size(); ++i) {
      int places = lanes.get(i).freePlaces();
      if (places > bestPlaces) {
        best = i;
        bestPlaces = places;
      }
    }
    return best;
  }

  /**
   * A lost lane hands all its windows back as failed; when the last is out, another lane takes its
   * place.
   *
   * @param holds whether a window of this lane is still in work
   */
  void reopenLost(IntPredicate holds) {
    for (int i = 0; i != lanes.size(); ++i) {
      if (lanes.get(i).isLost() && !holds.test(i)) {
        LOG.warn("{}: lane {} is lost, opening another", settings.model().device(), i);
        lanes.get(i).close();
        lanes.set(i, model.openLane(settings.lane()));
      }
    }
  }

  @Override
  public void close() {
    lanes.forEach(Lane::close);
    lanes.clear();
  }
}
