package io.fastwhisper.engine;

import java.util.List;
import java.util.Optional;

/**
 * A model that can be downloaded under its usual name, as {@code ggml-NAME.bin}.
 *
 * @param size for people, "" where it is not listed
 * @param sha1 of the file, 40 hexadecimal digits, "" where it is not listed
 */
public record KnownModel(String name, String size, String sha1) {
  /**
   * Names, sizes and SHA-1 sums as whisper.cpp publishes them (models/README.md and
   * models/download-ggml-model.sh of github.com/ggml-org/whisper.cpp); sums of the smaller
   * quantised files are not in that list.
   */
  public static final List<KnownModel> ALL =
      List.of(
          new KnownModel("tiny", "75 MiB", "bd577a113a864445d4c299885e0cb97d4ba92b5f"),
          new KnownModel("tiny-q5_1", "", ""),
          new KnownModel("tiny-q8_0", "", ""),
          new KnownModel("tiny.en", "75 MiB", "c78c86eb1a8faa21b369bcd33207cc90d64ae9df"),
          new KnownModel("tiny.en-q5_1", "", ""),
          new KnownModel("tiny.en-q8_0", "", ""),
          new KnownModel("base", "142 MiB", "465707469ff3a37a2b9b8d8f89f2f99de7299dac"),
          new KnownModel("base-q5_1", "", ""),
          new KnownModel("base-q8_0", "", ""),
          new KnownModel("base.en", "142 MiB", "137c40403d78fd54d454da0f9bd998f78703390c"),
          new KnownModel("base.en-q5_1", "", ""),
          new KnownModel("base.en-q8_0", "", ""),
          new KnownModel("small", "466 MiB", "55356645c2b361a969dfd0ef2c5a50d530afd8d5"),
          new KnownModel("small-q5_1", "", ""),
          new KnownModel("small-q8_0", "", ""),
          new KnownModel("small.en", "466 MiB", "db8a495a91d927739e50b3fc1cc4c6b8f6c2d022"),
          new KnownModel("small.en-q5_1", "", ""),
          new KnownModel("small.en-q8_0", "", ""),
          new KnownModel("medium", "1.5 GiB", "fd9727b6e1217c2f614f9b698455c4ffd82463b4"),
          new KnownModel("medium-q5_0", "", ""),
          new KnownModel("medium-q8_0", "", ""),
          new KnownModel("medium.en", "1.5 GiB", "8c30f0e44ce9560643ebd10bbe50cd20eafd3723"),
          new KnownModel("medium.en-q5_0", "", ""),
          new KnownModel("medium.en-q8_0", "", ""),
          new KnownModel("large-v1", "2.9 GiB", "b1caaf735c4cc1429223d5a74f0f4d0b9b59a299"),
          new KnownModel("large-v2", "2.9 GiB", "0f4c8e34f21cf1a914c59d8b3ce882345ad349d6"),
          new KnownModel("large-v2-q5_0", "1.1 GiB", "00e39f2196344e901b3a2bd5814807a769bd1630"),
          new KnownModel("large-v2-q8_0", "", ""),
          new KnownModel("large-v3", "2.9 GiB", "ad82bf6a9043ceed055076d0fd39f5f186ff8062"),
          new KnownModel("large-v3-q5_0", "1.1 GiB", "e6e2ed78495d403bef4b7cff42ef4aaadcfea8de"),
          new KnownModel("large-v3-turbo", "1.5 GiB", "4af2b29d7ec73d781377bfd1758ca957a807e941"),
          new KnownModel(
              "large-v3-turbo-q5_0", "547 MiB", "e050f7970618a659205450ad97eb95a18d69c9ee"),
          new KnownModel("large-v3-turbo-q8_0", "", ""));

  public static Optional<KnownModel> named(String name) {
    return ALL.stream().filter(model -> model.name().equals(name)).findFirst();
  }
}
