package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves jobs over HTTP until the process is told to end. */
@Command(
    name = "serve",
    description = "Serve jobs over HTTP, with a page for people.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port (server.port); 0 takes a free one.")
  private Integer port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen at (server.host).")
  private String host;

  @Mixin private EngineArguments engine;
  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (port != null) {
      options.set("server.port", port.toString());
    }
    if (host != null) {
      options.set("server.host", host);
    }
    if (options.printed()) {
      return ExitCode.DONE;
    }
    Configuration configuration = options.load();
    ServerLog.use(configuration.log().format());
    ModelChoice model = engine.model(configuration);
    DeviceChoice devices = engine.devices(configuration);
    RunningServer server = RunningServer.start(configuration, model, devices);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server), "fastwhisper-end"));
    System.out.println(readyLine(server, model, devices));
    // The process ends by a signal, and with it this wait.
    new CountDownLatch(1).await();
    return ExitCode.DONE;
  }

  private static String readyLine(RunningServer server, ModelChoice model, DeviceChoice devices) {
    String notice = model.notice().isEmpty() ? "" : ". " + model.notice();
    return "FastWhisper is ready at "
        + server.address()
        + " with "
        + model.name()
        + " on "
        + devices.names()
        + notice;
  }

  /** To be told to end is no failure, and so not the exit code that Java gives it. */
  private static void end(RunningServer server) {
    server.close();
    Runtime.getRuntime().halt(ExitCode.DONE);
  }
}
