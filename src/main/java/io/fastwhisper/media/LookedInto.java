package io.fastwhisper.media;

import io.fastwhisper.domain.MediaFacts;

/**
 * What a look into a file brought.
 *
 * @param title from the file's tags, "" where there is none
 */
public record LookedInto(String title, MediaFacts facts) {}
