package io.fastwhisper.job;

import io.fastwhisper.compile.ClipLedger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One job and what has become of it. */
final class EventRun {
  final Job job;
  final long number;
  final ClipLedger ledger;
  final SourceTruth.Asked asked;
  final List<String> published = new ArrayList<>();
  final Set<Path> pcm = new HashSet<>();
  final Set<Object> failedFetches = new HashSet<>();
  int ends;

  EventRun(Job job, long number, SourceTruth.Asked asked) {
    this.job = job;
    this.number = number;
    this.asked = asked;
    this.ledger = new ClipLedger(asked.request().options().maxLengthMs());
  }
}
