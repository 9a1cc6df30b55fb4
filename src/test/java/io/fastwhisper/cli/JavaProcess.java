package io.fastwhisper.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How tests start a program of Java beside their own: on their class path, and as fast as it can.
 */
public final class JavaProcess {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path ARCHIVE = TARGET.resolve("libraries.jsa");

  private JavaProcess() {}

  /**
   * The command up to the class path; the main class and its arguments follow.
   *
   * @param options more of the JVM's
   */
  public static List<String> command(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the script starts a server, from the archive of classes that it makes.
    command.add("-XX:SharedArchiveFile=" + ARCHIVE);
    command.addAll(
        List.of(
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4CompileThreshold=150000",
            "-XX:Tier4BackEdgeThreshold=400000",
            // It lives for seconds: compiling what runs a few hundred times takes longer than that.
            "-XX:Tier3InvocationThreshold=1000",
            "-XX:Tier3MinInvocationThreshold=500",
            "-XX:Tier3CompileThreshold=10000"));
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m"));
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", libraries() + System.getProperty("java.class.path")));
    return command;
  }

  /**
   * They stand first and in the order of their names, or the archive would not be taken. None where
   * there is no archive of them, or one of another list.
   */
  private static String libraries() {
    File archive = ARCHIVE.toFile();
    if (archive.lastModified() < new File("pom.xml").lastModified()) {
      return "";
    }
    try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
      return jars.map(Path::toString).sorted().map(jar -> jar + ":").collect(Collectors.joining());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
