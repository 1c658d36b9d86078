-- Sessions that ended in one browser, as [id, end]: a copy of its cookie ends with it.
ALTER TABLE accounts ADD COLUMN ended_sessions TEXT NOT NULL DEFAULT '[]';
