/**
 * What FastWhisper does with foreign media: look into it, take its sound, cut clips, join a film.
 *
 * <p>{@link io.fastwhisper.media.Media} is the one door. Media is touched only by child processes,
 * which have no network, no say in which demuxer reads a file, and limits of time and memory; a
 * file that breaks its reader costs one child.
 */
package io.fastwhisper.media;
