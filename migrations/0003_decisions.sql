-- part of what its decision links are signed over; another one, as rotation gives it, ends them all
ALTER TABLE feeds ADD COLUMN links TEXT NOT NULL DEFAULT '';
-- key and address with which the links in its rows were made; '' for rows without
ALTER TABLE feeds ADD COLUMN links_by TEXT NOT NULL DEFAULT '';

-- Who decided what, or tried to.
CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL,
  booking_uuid TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('accept', 'reject')),
  result TEXT NOT NULL,
  via TEXT NOT NULL CHECK (via IN ('sign-in', 'signed', 'api')),
  -- '' over the API
  feed_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  username TEXT NOT NULL,
  full_name TEXT NOT NULL,
  -- 1: Waldur was told with WALDUR_DECISION_TOKEN and names its user
  by_operator INTEGER NOT NULL,
  -- of the client, shortened
  address TEXT NOT NULL
);
CREATE INDEX decisions_booking ON decisions (booking_uuid, made_at);
CREATE INDEX decisions_made ON decisions (made_at);

-- How often somebody tried something in one stretch of time.
CREATE TABLE attempts (
  name TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (name, begun_at)
) WITHOUT ROWID;

CREATE INDEX bookings_uuid ON bookings (uuid);
CREATE INDEX bookings_end ON bookings (source_id, last_end_at);
