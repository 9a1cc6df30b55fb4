package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=0-, 0, 1000",
    "bytes=10-19, 10, 10",
    "bytes=990-5000, 990, 10",
    "bytes=-1, 999, 1",
    "bytes=-5000, 0, 1000",
    "bytes=999-999, 999, 1"
  })
  void oneRangeIsCutToTheFile(String header, long first, long length) {
    assertEquals(Optional.of(new ByteRange(first, length)), ByteRange.of(header, 1_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes=",
        "bytes=-",
        "bytes=0-1,5-6",
        "bytes=5-2",
        "items=0-1",
        "bytes=a-b",
        "bytes=0-99999999999999999999"
      })
  void whatIsNoSingleRangeAsksForAll(String header) {
    assertEquals(Optional.of(ByteRange.whole(1_000)), ByteRange.of(header, 1_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=1000-2000", "bytes=-0"})
  void whatLiesBehindTheEndCannotBeServed(String header) {
    assertEquals(Optional.empty(), ByteRange.of(header, 1_000));
  }

  @Test
  void noHeaderAsksForAllAndAPartIsNamed() {
    assertEquals(Optional.of(ByteRange.whole(5)), ByteRange.of(null, 5));
    assertEquals("bytes 10-19/1000", new ByteRange(10, 10).contentRange(1_000));
  }
}
