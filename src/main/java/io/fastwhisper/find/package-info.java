/** Finds the targets in what was heard. Pure: words in, matches out. */
package io.fastwhisper.find;
