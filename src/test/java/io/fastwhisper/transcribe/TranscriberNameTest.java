package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.engine.SpeechSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void devicesThatComputeAlikeShareTheName() throws Exception {
    Path model = Files.writeString(folder.resolve("model.bin"), "weights");
    NativeCore.Device first = gpu("cuda:0", "sm_90");
    NativeCore.Device alike = gpu("cuda:1", "sm_90");
    NativeCore.Device other = gpu("cuda:2", "sm_80");
    String name = name(model, List.of(first));
    assertEquals(name, name(model, List.of(first, alike)));
    assertNotEquals(name, name(model, List.of(other)));
    assertNotEquals(name, name(model, List.of(first, other)));
    assertEquals(name(model, List.of(first, other)), name(model, List.of(other, alike)));
    assertNotEquals(name, name(model, List.of(NativeCore.cpu())));
  }

  private static NativeCore.Device gpu(String id, String isa) {
    return new NativeCore.Device(id, "a GPU", isa, Precision.F16, 100, 1L << 34);
  }

  private static String name(Path model, List<NativeCore.Device> devices) throws IOException {
    return name(model, Precision.AUTO, 1, SpeechSettings.DEFAULT, devices);
  }

  private static String name(Path model, Precision precision, int lanes, SpeechSettings speech)
      throws IOException {
    return name(model, precision, lanes, speech, List.of(NativeCore.cpu()));
  }

  private static String name(
      Path model,
      Precision precision,
      int lanes,
      SpeechSettings speech,
      List<NativeCore.Device> devices)
      throws IOException {
    return TranscriberName.of(
        new DeviceSettings(
            new ModelSettings(model, "cpu", precision, ""),
            lanes,
            LaneSettings.DEFAULT,
            speech,
            DecodeSettings.DEFAULT,
            1_000),
        devices);
  }
}
