-- JSON list of the roles that who-am-I told last
ALTER TABLE accounts ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
-- when a page or the API last asked who-am-I for it; what was told is good for a minute
ALTER TABLE accounts ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;

-- Runs that did something, began to fail, or came back; a run that finds nothing new leaves no row.
CREATE TABLE runs (
  source_id TEXT NOT NULL REFERENCES sources(id),
  ended_at INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  -- error code; '' when it did all there was
  failure TEXT NOT NULL,
  -- report of a mass removal that was held back; '' for none
  held TEXT NOT NULL,
  PRIMARY KEY (source_id, ended_at)
) WITHOUT ROWID;
CREATE INDEX runs_ended ON runs (ended_at);
