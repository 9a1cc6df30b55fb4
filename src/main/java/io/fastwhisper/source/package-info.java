/**
 * From what the user gave to the videos that it holds: local files, folders, patterns, and URLs of
 * media files.
 */
package io.fastwhisper.source;
