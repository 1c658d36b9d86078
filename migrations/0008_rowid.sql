-- Rows of a kilobyte in the order of random keys cost a page each to write, and most of a first load's time. As tables with
-- a rowid they are appended, and only their keys lie in that order.
CREATE TABLE new_bookings (
  source_id TEXT NOT NULL REFERENCES sources(id),
  uuid TEXT NOT NULL,
  -- the source's rev at the last change
  rev INTEGER NOT NULL,
  created_micros INTEGER NOT NULL,
  modified_micros INTEGER NOT NULL,
  state TEXT NOT NULL,
  -- fingerprint of the slim columns
  slim TEXT NOT NULL,
  -- JSON of the whole Booking
  data TEXT NOT NULL,
  -- JSON of the numbered slots
  slots TEXT NOT NULL,
  order_state TEXT,
  -- 1 while Waldur may still write its slots without telling
  slotless INTEGER NOT NULL,
  first_start_at INTEGER NOT NULL,
  last_start_at INTEGER NOT NULL,
  last_end_at INTEGER NOT NULL,
  -- the sweep that did not see it; NULL while it is listed
  missed_sweep INTEGER,
  vanished_at INTEGER
);
INSERT INTO new_bookings SELECT * FROM bookings;
DROP TABLE bookings;
ALTER TABLE new_bookings RENAME TO bookings;
CREATE UNIQUE INDEX bookings_uuid ON bookings (uuid, source_id);
CREATE INDEX bookings_end ON bookings (source_id, last_end_at);
CREATE INDEX bookings_rev ON bookings (source_id, rev);
CREATE INDEX bookings_slotless ON bookings (source_id, last_end_at) WHERE slotless = 1;
CREATE INDEX bookings_pending ON bookings (source_id, last_end_at) WHERE state = 'Creating' AND vanished_at IS NULL;
CREATE INDEX bookings_window ON bookings (source_id, last_start_at);
CREATE INDEX bookings_missed ON bookings (source_id, missed_sweep) WHERE missed_sweep IS NOT NULL;
CREATE INDEX bookings_vanished ON bookings (source_id, vanished_at) WHERE vanished_at IS NOT NULL;
CREATE INDEX bookings_created ON bookings (source_id, created_micros, uuid, slim, order_state, missed_sweep, vanished_at);

CREATE TABLE new_events (
  feed_id TEXT NOT NULL REFERENCES feeds(id),
  uid TEXT NOT NULL,
  booking_uuid TEXT NOT NULL,
  -- the feed's rev at its last change
  rev INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  stamp_at INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  cancelled_at INTEGER,
  vevent TEXT NOT NULL,
  PRIMARY KEY (feed_id, uid)
);
INSERT INTO new_events SELECT * FROM events;
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
CREATE INDEX events_booking ON events (feed_id, booking_uuid);
CREATE INDEX events_order ON events (feed_id, start_at, uid);
