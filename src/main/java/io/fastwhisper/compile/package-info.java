/** Keeps the clips in order and joins them. */
package io.fastwhisper.compile;
