-- What the account behind a source lost, and since when: its role, its user's being active, or sight of a part of the list;
-- '' for nothing. Feeds are cleared a while after it, and come back with it.
ALTER TABLE sources ADD COLUMN lost TEXT NOT NULL DEFAULT '' CHECK (lost IN ('', 'role', 'inactive', 'part'));
ALTER TABLE sources ADD COLUMN lost_at INTEGER;
UPDATE sources SET lost = 'role', lost_at = unixepoch() WHERE access = 'lost';
ALTER TABLE sources DROP COLUMN access;
-- why its events are out of date, as its notice says; '' without one
ALTER TABLE feeds ADD COLUMN notice TEXT NOT NULL DEFAULT '';
