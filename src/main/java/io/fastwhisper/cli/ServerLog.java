package io.fastwhisper.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a server: what happens to its jobs, too, and in the form that is wanted. A line's
 * pairs (its job) are fields of their own.
 */
final class ServerLog {
  private ServerLog() {}

  /**
   * Logs as a server does from now on.
   *
   * @param format "text" or "json", as {@code log.format}
   */
  static void use(String format) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    context.getLogger("io.fastwhisper").setLevel(Level.INFO);
    if (format.equals("json")) {
      for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
        if (all.next() instanceof ConsoleAppender<ILoggingEvent> console) {
          JsonEncoder encoder = new JsonEncoder();
          encoder.setContext(context);
          encoder.setWithFormattedMessage(true);
          encoder.setWithMessage(false);
          encoder.setWithArguments(false);
          encoder.setWithSequenceNumber(false);
          encoder.setWithNanoseconds(false);
          encoder.setWithMDC(false);
          encoder.setWithContext(false);
          encoder.start();
          console.setEncoder(encoder);
        }
      }
    }
  }
}
