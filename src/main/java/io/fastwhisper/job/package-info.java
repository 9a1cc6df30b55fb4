/**
 * The hub: what a job does next is decided here and carried out by the other rooms.
 *
 * <p>{@code Job} decides and does nothing; {@code JobCoordinator} does and decides nothing.
 */
package io.fastwhisper.job;
