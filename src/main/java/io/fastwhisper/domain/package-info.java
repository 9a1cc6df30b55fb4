/**
 * The words of FastWhisper as immutable values.
 *
 * <p>No file is opened here, no clock is read and nothing of Vert.x is used; every other room may
 * use these records. Times on a source's time line are {@code long} milliseconds. Constructors
 * refuse values that make no sense with an {@link InvalidValueException}.
 */
package io.fastwhisper.domain;
