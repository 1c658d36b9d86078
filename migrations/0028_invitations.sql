-- The last iTIP message (RFC 5546) about a booking to somebody who may decide on it: what is wanted is compared with it.
CREATE TABLE invitations (
  -- uuid of the user in Waldur
  attendee TEXT NOT NULL,
  booking_uuid TEXT NOT NULL,
  -- signs the address for answers and the UID
  key_id TEXT NOT NULL,
  -- of the attendee
  address TEXT NOT NULL,
  -- 1: their calendar has it
  open INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  status TEXT NOT NULL,
  -- of the first period
  start_at INTEGER NOT NULL,
  -- of the last period
  end_at INTEGER NOT NULL,
  -- fingerprint of all periods
  periods TEXT NOT NULL,
  -- fingerprint of the rest
  content TEXT NOT NULL,
  -- DTSTAMP of that message, and of the last answer that was taken
  stamp_at INTEGER NOT NULL,
  answered_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (attendee, booking_uuid)
) STRICT;
CREATE INDEX invitations_booking ON invitations (booking_uuid);
CREATE INDEX invitations_ended ON invitations (end_at);

-- The first try; NULL: none yet. For a day after it a mail is tried.
ALTER TABLE outbox ADD COLUMN tried_at INTEGER;
