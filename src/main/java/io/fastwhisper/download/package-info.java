/**
 * From a video's location to a file that can be read, and from that to the sound of its segments.
 */
package io.fastwhisper.download;
