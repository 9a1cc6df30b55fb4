-- Version 1. A later version is a further file; this one does not change any more.

-- Every job that was accepted. Texts are JSON: accepted is what was asked for, ended is how it ended, null while it has not.
CREATE TABLE job (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  accepted TEXT NOT NULL,
  accepted_sum TEXT NOT NULL,
  ended TEXT,
  ended_sum TEXT
) STRICT;

CREATE INDEX job_unfinished ON job (number) WHERE ended IS NULL;

CREATE TABLE video (
  job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
  video INTEGER NOT NULL,
  title TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  PRIMARY KEY (job, video)
) STRICT, WITHOUT ROWID;

-- What was heard in a sound, times from its beginning. It belongs to no job.
CREATE TABLE sound (
  name TEXT PRIMARY KEY,
  heard TEXT NOT NULL,
  heard_sum TEXT NOT NULL
) STRICT;

-- Which segment of which job has which sound. The sound may be missing: a damaged one is dropped.
CREATE TABLE segment (
  job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
  video INTEGER NOT NULL,
  segment INTEGER NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  start_zone_start_ms INTEGER NOT NULL,
  start_zone_end_ms INTEGER NOT NULL,
  end_zone_start_ms INTEGER NOT NULL,
  end_zone_end_ms INTEGER NOT NULL,
  sound TEXT NOT NULL,
  PRIMARY KEY (job, video, segment)
) STRICT, WITHOUT ROWID;
