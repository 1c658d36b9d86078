-- Mailboxes of rooms and equipment that are asked in place of a person: of each offering one at most, and those of before.
CREATE TABLE resource_mailboxes (
  -- follows from offering and address
  id TEXT NOT NULL PRIMARY KEY,
  offering_uuid TEXT NOT NULL,
  offering_name TEXT NOT NULL,
  address TEXT NOT NULL,
  -- the user of Waldur who set it, and as whom it decides
  user_uuid TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  -- NULL: it is asked
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX resource_mailboxes_asked ON resource_mailboxes (offering_uuid) WHERE ended_at IS NULL;
-- What such a mailbox answered to the last version: a booking is accepted once it took every period.
ALTER TABLE invitations ADD COLUMN answer TEXT NOT NULL DEFAULT '';
CREATE INDEX invitations_open ON invitations (attendee) WHERE open = 1;
-- The mailbox whose answer it was; '' for a person's own.
ALTER TABLE decisions ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';
