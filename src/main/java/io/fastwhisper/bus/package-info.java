/**
 * Who says what to whom: every message, every address, the one codec and the one way to register a
 * consumer.
 *
 * <p>Long work is a {@link io.fastwhisper.bus.Command} that is acknowledged at once and later
 * answered by an {@link io.fastwhisper.bus.Event}.
 */
package io.fastwhisper.bus;
