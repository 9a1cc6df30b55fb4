package io.fastwhisper.web;

import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.VideoProgress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes into a job's feed what a snapshot tells beyond those before it. A job is told in full to a
 * log that is new, whenever that is.
 */
final class SnapshotNews {
  private final FeedLog log;
  private final JobJson json;
  private final List<VideoProgress> videos = new ArrayList<>();
  private final Set<Match> matches = new HashSet<>();
  private final Map<String, FilmClip> clips = new HashMap<>();
  private JobStage stage;
  private int failures;

  SnapshotNews(FeedLog log, JobJson json) {
    this.log = log;
    this.json = json;
  }

  /** Takes the next snapshot. The one that is ended ends the feed. */
  void take(JobView job) {
    if (log.ended()) {
      return;
    }
    JobSnapshot snapshot = job.snapshot();
    if (snapshot.stage() != stage) {
      stage = snapshot.stage();
      log.add("stage", json.stage(snapshot).encode());
    }
    videos(snapshot);
    if (snapshot.matches().size() != matches.size()) {
      for (Match match : snapshot.matches()) {
        if (matches.add(match)) {
          log.add("match", json.match(match).encode());
        }
      }
    }
    for (FilmClip clip : snapshot.clips()) {
      if (!clip.equals(clips.put(clip.clip().id().toString(), clip))) {
        log.add("clip", json.clip(clip, snapshot).encode());
      }
    }
    for (; failures < snapshot.failures().size(); failures++) {
      log.add("failure", json.failure(snapshot.failures().get(failures), job.request()).encode());
    }
    log.replace("progress", "progress", json.progress(snapshot).encode());
    if (snapshot.status().ended()) {
      log.end("end", json.end(job).encode());
    }
  }

  private void videos(JobSnapshot snapshot) {
    for (VideoProgress video : snapshot.videos()) {
      boolean known = video.video() < videos.size();
      if (known && videos.get(video.video()).equals(video)) {
        continue;
      }
      log.replace(
          "video-" + video.video() + "-" + video.state(), "video", json.video(video).encode());
      if (known) {
        videos.set(video.video(), video);
      } else {
        videos.add(video);
      }
    }
  }
}
