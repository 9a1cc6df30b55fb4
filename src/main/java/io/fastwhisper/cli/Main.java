package io.fastwhisper.cli;

import io.fastwhisper.config.ConfigurationException;
import io.fastwhisper.domain.InvalidValueException;
import io.fastwhisper.engine.EngineException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The program: finds the command and turns its end into an exit code. */
@Command(
    name = "fastwhisper",
    description = "Finds spoken words in videos and cuts them into one film.",
    mixinStandardHelpOptions = true,
    version = "FastWhisper 0.1.0",
    subcommands = {
      DemoCommand.class,
      CompileCommand.class,
      TranscribeCommand.class,
      ModelCommand.class,
      ServeCommand.class,
      DoctorCommand.class
    })
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a command and gives the exit code. */
  static int run(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExitCodeExceptionMapper(Main::exitCode);
    line.setParameterExceptionHandler(Main::badParameter);
    line.setExecutionExceptionHandler(Main::failed);
    return line.execute(arguments);
  }

  /** No command is a question for help. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int badParameter(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    line.getErr().println("fastwhisper: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr());
    line.getErr().println("Options: ./" + line.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    int code = exitCode(e);
    if (code == ExitCode.FAILURE && e.getMessage() == null) {
      e.printStackTrace(line.getErr());
    } else {
      line.getErr().println("fastwhisper: " + e.getMessage());
    }
    return code;
  }

  private static int exitCode(Throwable e) {
    boolean users =
        e instanceof UsageException
            || e instanceof ConfigurationException
            || e instanceof InvalidValueException
            || (e instanceof EngineException engine && engine.isCallersFault());
    return users ? ExitCode.USAGE : ExitCode.FAILURE;
  }
}
