-- JSON of the last run that did something or failed; '' before the first
ALTER TABLE targets ADD COLUMN report TEXT NOT NULL DEFAULT '';
