package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.engine.SpeechSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranscriberNameTest {
  @TempDir Path folder;

  @Test
  void whatChangesTheResultChangesTheNameAndNothingElseDoes() throws Exception {
    Path model = Files.writeString(folder.resolve("model.bin"), "weights");
    Path copy = Files.writeString(folder.resolve("copy.bin"), "weights");
    Path other = Files.writeString(folder.resolve("other.bin"), "other weights");
    SpeechSettings speech = SpeechSettings.DEFAULT;
    String name = name(model, Precision.F32, 1, speech);
    assertEquals(name, name(copy, Precision.F32, 1, speech));
    assertEquals(name, name(model, Precision.F32, 4, speech));
    assertNotEquals(name, name(other, Precision.F32, 1, speech));
    assertNotEquals(name, name(model, Precision.INT8, 1, speech));
    assertNotEquals(
        name, name(model, Precision.F32, 1, new SpeechSettings(false, 500, 60, 400, 30_000, 0.5f)));
  }

  private static String name(Path model, Precision precision, int lanes, SpeechSettings speech)
      throws IOException {
    return TranscriberName.of(
        new DeviceSettings(
            new ModelSettings(model, "cpu", precision, ""),
            lanes,
            LaneSettings.DEFAULT,
            speech,
            DecodeSettings.DEFAULT,
            1_000));
  }
}
