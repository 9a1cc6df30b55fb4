package io.fastwhisper.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.domain.KeptJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process or a machine that ends in the middle of a write leaves a log that breaks off somewhere,
 * or ends in rubbish. Whatever is left of it, the store opens, and holds a beginning of what was
 * written: never a later commit without an earlier one, and all that was on the disk whole.
 */
class TornLogTest {
  private static final int JOBS = 6;
  private static final int STEP_BYTES = 1_531;

  @TempDir Path folder;

  @Test
  void aLogThatBreaksOffAnywhereHoldsABeginningOfWhatWasWritten() throws Exception {
    Path file = folder.resolve("whole.db");
    byte[] database;
    byte[] log;
    long[] logAfter = new long[JOBS + 1];
    try (Database store = Database.open(file)) {
      logAfter[0] = Files.size(log(file));
      for (int i = 1; i <= JOBS; i++) {
        KeepJob job = StoredThings.keepJob(StoredThings.job(i));
        store.inTransaction(connection -> JobRows.add(connection, job));
        logAfter[i] = Files.size(log(file));
      }
      database = Files.readAllBytes(file);
      log = Files.readAllBytes(log(file));
    }
    Random random = new Random(1);
    for (int kept = (int) logAfter[0]; kept <= log.length; kept += STEP_BYTES) {
      int committed = 0;
      while (committed < JOBS && logAfter[committed + 1] <= kept) {
        committed++;
      }
      byte[] torn = Arrays.copyOf(log, kept);
      assertEquals(numbers(committed), jobs(database, torn), "broken off at " + kept);
      byte[] rubbish = new byte[log.length - kept];
      random.nextBytes(rubbish);
      byte[] ending = Arrays.copyOf(log, log.length);
      System.arraycopy(rubbish, 0, ending, kept, rubbish.length);
      assertEquals(numbers(committed), jobs(database, ending), "rubbish from " + kept);
    }
    assertEquals(numbers(JOBS), jobs(database, log));
    assertTrue(log.length > 20 * STEP_BYTES, "a log of " + log.length + " bytes shows little");
  }

  private List<Long> jobs(byte[] database, byte[] log) throws Exception {
    Path file = folder.resolve("torn.db");
    Files.write(file, database);
    Files.write(log(file), log);
    try (Database store = Database.open(file)) {
      return store
          .inTransaction(connection -> JobRows.list(connection, Long.MAX_VALUE, 100))
          .stream()
          .map(KeptJob::number)
          .sorted()
          .toList();
    }
  }

  private static List<Long> numbers(int count) {
    return LongStream.rangeClosed(1, count).boxed().toList();
  }

  private static Path log(Path file) {
    return file.resolveSibling(file.getFileName() + "-wal");
  }
}
