package io.fastwhisper.find;

import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Word;

/** A word and the segment that it belongs to. */
record HeardWord(Word word, SegmentId segment) {}
