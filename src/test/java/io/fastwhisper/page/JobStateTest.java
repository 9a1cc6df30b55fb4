package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the page puts a job together from its feed: job-state.js, run by the browser. */
@ExtendWith(PageExtension.class)
class JobStateTest {
  private static final String JOB =
      "{id: '0', number: 1, sources: ['a', 'b'], targets: ['rain', 'sun'], status: 'processing', stage: 'analyzing',"
          + " videos: [], matches: [], clips: [], failures: [], progress: {}, film: null}";
  private Browser browser;

  @BeforeEach
  void come(Browser browser, PageServer server) {
    this.browser = browser;
    browser.open(server.address());
  }

  @Test
  void eventsThatComeTwiceCountOnce() {
    assertEquals(
        "1 1 1",
        after(
            "for (const round of [1, 2]) {"
                + " job.apply('match', {video: 0, startMs: 5, endMs: 9, target: 'rain'});"
                + " job.apply('clip', {clipId: '0-0-0', outEndMs: 7});"
                + " job.apply('failure', {source: 0, where: 'a', what: 'broken'}); }",
            "`${job.matches.length} ${job.clips.length} ${job.failures.length}`"));
  }

  @Test
  void matchesStandByVideoAndTimeInWhateverOrderTheyCome() {
    assertEquals(
        "0:5 0:9 1:2 1:7",
        after(
            "for (const [video, startMs] of [[1, 7], [0, 9], [1, 2], [0, 5]])"
                + " job.apply('match', {video, startMs, endMs: startMs + 1, target: 'rain'});",
            "job.matches.map(m => `${m.video}:${m.startMs}`).join(' ')"));
  }

  @Test
  void clipThatComesAgainTakesTheFirstOnesPlace() {
    assertEquals(
        "0-0-0:8 0-0-1:9",
        after(
            "job.apply('clip', {clipId: '0-0-0', outEndMs: 7}); job.apply('clip', {clipId: '0-0-1', outEndMs: 9});"
                + "job.apply('clip', {clipId: '0-0-0', outEndMs: 8});",
            "job.clips.map(c => `${c.clipId}:${c.outEndMs}`).join(' ')"));
  }

  @Test
  void resetMakesVoidWhatTheFeedHasTold() {
    assertEquals(
        "0 0 1",
        after(
            "job.apply('video', {video: 0, source: 0, state: 'open'}); job.apply('clip', {clipId: '0-0-0', outEndMs: 7});"
                + "job.apply('reset', {}); job.apply('match', {video: 0, startMs: 5, endMs: 9, target: 'rain'});",
            "`${job.videos.size} ${job.clips.length} ${job.matches.length}`"));
  }

  @Test
  void stageIsRunningFromItsFirstPieceOnAndDoneWithTheJob() {
    assertEquals(
        "videos running 0/2, listen waiting 0/0, cut waiting 0/0, join waiting 0/1",
        after("", stages()));
    assertEquals(
        "videos done 2/2, listen running 1/4, cut running 2/3, join waiting 0/1",
        after(
            "job.apply('video', {video: 0, source: 0, state: 'open'}); job.apply('failure', {source: 1, where: 'b', what: 'gone'});"
                + "job.apply('stage', {stage: 'transcribing'});"
                + "job.apply('progress', {segments: 4, segmentsCompleted: 1, clips: 3, clipsCut: 2});",
            stages()));
  }

  private static String stages() {
    return "job.stages().map(s => `${s.name} ${s.state} ${s.done}/${s.total}`).join(', ')";
  }

  private String after(String events, String question) {
    return String.valueOf(
        browser.script(
            "return import('/js/job-state.js').then(({JobState}) => { const job = new JobState("
                + JOB
                + ");"
                + events
                + "return "
                + question
                + "; })"));
  }
}
