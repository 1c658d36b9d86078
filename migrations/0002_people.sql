-- operator: its token comes from the environment; person: signed in on the pages; decider: signed in on a decision page
ALTER TABLE accounts ADD COLUMN kind TEXT NOT NULL DEFAULT 'operator' CHECK (kind IN ('operator', 'person', 'decider'));
-- cookies carry it; raised by sign-out and by another token, which ends them all
ALTER TABLE accounts ADD COLUMN session_no INTEGER NOT NULL DEFAULT 0;
-- since when Waldur does not take the token; NULL: it did the last time
ALTER TABLE accounts ADD COLUMN refused_at INTEGER;
CREATE UNIQUE INDEX accounts_user ON accounts (kind, user_uuid) WHERE kind != 'operator';
