package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A copy of {@code ./fastwhisper} on a machine that lacks what it needs: its path holds a few basic
 * programs, an {@code id} that says who is asking, and an {@code apt-get} that writes down what it
 * is asked for and installs nothing. Nothing of this machine is touched.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MissingPackagesTest {
  private static final List<String> BASICS =
      List.of("cat", "dirname", "find", "flock", "mkdir", "readlink", "rm", "sed", "tail");
  private static final String TO_RUN = "cmake g++ make maven openjdk-17-jdk-headless";

  /** What else tests need where GoogleTest's and FLAC's headers are there. */
  private static final String TO_TEST =
      " qemu-user chromium chromium-driver g++-aarch64-linux-gnu clang-format";

  private static final String INSTALL = "apt-get install -y --no-install-recommends ";

  @TempDir Path folder;
  private Path programs;
  private Path asked;

  private record Answer(int exitCode, String out, String err) {}

  @BeforeEach
  void equip() throws Exception {
    Files.copy(Path.of("fastwhisper"), folder.resolve("fastwhisper"));
    programs = Files.createDirectory(folder.resolve("programs"));
    asked = folder.resolve("asked");
    for (String name : BASICS) {
      program(name, "exec " + onThisMachine(name) + " \"$@\"");
    }
  }

  @Test
  void whoIsNotRootIsToldTheOneLineToType() throws Exception {
    program("id", "echo 1000");
    aptGet("exit 0");
    for (String command : List.of("demo", "doctor", "compile", "transcribe", "model", "bench")) {
      Answer answer = fastwhisper(command);
      assertEquals(2, answer.exitCode(), answer.err());
      assertEquals(
          "fastwhisper: some packages are missing; please type: sudo " + INSTALL + TO_RUN + "\n",
          answer.err());
      assertEquals("", answer.out());
    }
    assertTrue(Files.notExists(asked), "apt-get was called");
    assertTrue(Files.notExists(folder.resolve("target")), "something was built");
  }

  @Test
  void testsAndFormattingAskForWhatTheyNeedToo() throws Exception {
    program("id", "echo 1000");
    aptGet("exit 0");
    String toTest = fastwhisper("test").err();
    assertTrue(toTest.contains(INSTALL + TO_RUN), toTest);
    assertTrue(toTest.endsWith(TO_TEST + "\n"), toTest);
    Answer tidy = fastwhisper("tidy");
    assertEquals(2, tidy.exitCode());
    assertTrue(tidy.err().endsWith(INSTALL + TO_RUN + " clang-format\n"), tidy.err());
  }

  @Test
  void onlyWhatIsMissingIsAskedFor() throws Exception {
    program("id", "echo 1000");
    aptGet("exit 0");
    for (String name : List.of("cmake", "make", "java", "javac")) {
      program(name, "exit 0");
    }
    assertTrue(fastwhisper("demo").err().endsWith(INSTALL + "g++ maven\n"));
  }

  @Test
  void anUnknownCommandIsWrongUsageWhateverIsMissing() throws Exception {
    program("id", "echo 1000");
    Answer answer = fastwhisper("compil");
    assertEquals(2, answer.exitCode());
    assertTrue(answer.err().startsWith("fastwhisper: unknown command \"compil\"\n"), answer.err());
    assertEquals(0, fastwhisper("help").exitCode());
  }

  @Test
  void whereThereIsNoAptTheNamesOfThePackagesAreTold() throws Exception {
    program("id", "echo 0");
    Answer answer = fastwhisper("demo");
    assertEquals(2, answer.exitCode());
    assertEquals(
        "fastwhisper: this needs what Debian calls " + TO_RUN + "; please install it\n",
        answer.err());
  }

  @Test
  void rootGetsThemInstalledAfterBeingTold() throws Exception {
    program("id", "echo 0");
    aptGet("exit 0");
    Answer answer = fastwhisper("demo");
    assertTrue(
        answer.err().startsWith("Installing what is missing: " + TO_RUN + "\n"), answer.err());
    assertEquals(
        List.of(
            "-o DPkg::Lock::Timeout=120 update",
            "-o DPkg::Lock::Timeout=120 install -y --no-install-recommends " + TO_RUN),
        Files.readAllLines(asked));
    // The apt-get of this test has installed no java.
    assertEquals(2, answer.exitCode());
    assertTrue(answer.err().contains("there is no java"), answer.err());
  }

  @Test
  void anInstallationThatFailsShowsItsEndAndTheLineToType() throws Exception {
    program("id", "echo 0");
    aptGet("echo no such mirror; exit 100");
    Answer answer = fastwhisper("demo");
    assertEquals(2, answer.exitCode());
    assertEquals(1, Files.readAllLines(asked).size(), "installed without a list of packages");
    assertTrue(answer.err().contains("no such mirror\n"), answer.err());
    assertTrue(answer.err().contains("packages.log); please type: " + INSTALL), answer.err());
    assertEquals("no such mirror\n", Files.readString(folder.resolve("target/packages.log")));
  }

  private void aptGet(String rest) throws Exception {
    program("apt-get", "echo \"$*\" >>'" + asked + "'; " + rest);
  }

  private void program(String name, String script) throws Exception {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path onThisMachine(String name) {
    for (String place : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(place, name))) {
        return Path.of(place, name);
      }
    }
    throw new AssertionError("no " + name + " on this machine");
  }

  private Answer fastwhisper(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(onThisMachine("bash").toString()));
    command.add(folder.resolve("fastwhisper").toString());
    command.addAll(List.of(arguments));
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", programs.toString(), "HOME", folder.toString()));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), out, Files.readString(err));
  }
}
