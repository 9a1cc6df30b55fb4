package io.fastwhisper.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.source.SourceResolver.UnusableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceResolverTest {
  @TempDir Path folder;

  @Test
  void aFileIsItsOneVideo() throws Exception {
    Path talk = touch("talk one.mp4");
    assertEquals(
        List.of(new VideoLocation(talk.toString(), "talk one.mp4")), resolve(talk.toString()));
  }

  @Test
  void aFolderIsItsMediaFilesByName() throws Exception {
    touch("b.mp4");
    touch("a.MKV");
    touch("notes.txt");
    touch(".hidden.mp4");
    Files.createDirectory(folder.resolve("c.mp4"));
    assertEquals(List.of("a.MKV", "b.mp4"), titles(folder.toString()));
  }

  @Test
  void aPatternIsTheMediaFilesThatItFits() throws Exception {
    touch("talk1.mp4");
    touch("talk2.mp4");
    touch("other.mp4");
    touch("talk3.txt");
    assertEquals(List.of("talk1.mp4", "talk2.mp4"), titles(folder.resolve("talk*").toString()));
  }

  @Test
  void aFileWhoseNameLooksLikeAPatternIsThatFile() throws Exception {
    touch("talk[1].mp4");
    touch("talk1.mp4");
    assertEquals(List.of("talk[1].mp4"), titles(folder.resolve("talk[1].mp4").toString()));
  }

  @Test
  void aUrlIsNamedByItsFile() throws Exception {
    assertEquals(
        List.of(new VideoLocation("https://example.org/a/talk.mp4?x=1", "talk.mp4")),
        resolve("https://example.org/a/talk.mp4?x=1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|an empty name",
        "/no/such/file.mp4|no such file",
        "/dev/null|not a regular file",
        "file:///etc/passwd|the scheme file: is not supported",
        "ftp://example.org/a.mp4|the scheme ftp: is not supported",
        "concat://a|the scheme concat: is not supported",
        "http://me:secret@example.org/a.mp4|a URL with a user name in it",
        "http:///a.mp4|a URL without a valid host",
        "http://exa mple.org/a.mp4|not a valid URL",
      })
  void anUnusableSourceSaysWhy(String location, String reason) {
    UnusableSource failure = assertThrows(UnusableSource.class, () -> resolve(location));
    assertTrue(failure.failure().what().startsWith(reason), failure.failure().what());
    assertTrue(failure.failure().permanent());
  }

  @Test
  void anEmptyFolderSaysThatItHoldsNothing() {
    UnusableSource failure = assertThrows(UnusableSource.class, () -> resolve(folder.toString()));
    assertEquals("holds no media file", failure.failure().what());
  }

  private List<VideoLocation> resolve(String location) throws UnusableSource {
    return SourceResolver.resolve(new Source(0, location));
  }

  private List<String> titles(String location) throws UnusableSource {
    return resolve(location).stream().map(VideoLocation::title).toList();
  }

  private Path touch(String name) throws IOException {
    return Files.createFile(folder.resolve(name));
  }
}
