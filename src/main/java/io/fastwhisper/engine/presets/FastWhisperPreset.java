package io.fastwhisper.engine.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * The table from which JavaCPP makes {@code io.fastwhisper.engine.abi} out of {@code
 * fastwhisper.h}. The mapping is empty.
 */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = "fastwhisper.h",
            link = "fastwhisper",
            preload = {"gomp@.1", "dnnl@.3"},
            preloadresource = "/org/bytedeco/dnnl/"),
    target = "io.fastwhisper.engine.abi",
    global = "io.fastwhisper.engine.abi.FastWhisper")
public class FastWhisperPreset implements InfoMapper {
  @Override
  public void map(InfoMap infoMap) {}
}
