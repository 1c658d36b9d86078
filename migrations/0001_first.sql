-- Times are epoch seconds in columns named *_at, epoch microseconds in *_micros, else said.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until_at INTEGER NOT NULL
);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  -- sealed; NULL for the one account whose token comes from the environment
  token TEXT,
  user_uuid TEXT,
  username TEXT NOT NULL DEFAULT '',
  full_name TEXT NOT NULL DEFAULT '',
  is_staff INTEGER NOT NULL DEFAULT 0,
  -- seconds a classic token lives after its last use; NULL: unknown or for ever
  token_lifetime INTEGER,
  token_expires_at INTEGER,
  created_at INTEGER NOT NULL
);

CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts(id),
  kind TEXT NOT NULL CHECK (kind IN ('provider', 'offering', 'customer', 'project', 'mine')),
  -- '' for mine
  scope_uuid TEXT NOT NULL,
  -- the organisation whose roles open it; '' when any provider role does
  customer_uuid TEXT NOT NULL,
  name TEXT NOT NULL,
  -- why Waldur shows only part of it; '' when it shows all
  partial TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  -- counts the changes of its bookings; each changed row carries the number of its last change
  rev INTEGER NOT NULL DEFAULT 0,
  -- NULL until the first load is done
  loaded_at INTEGER,
  -- last good answer of Waldur, noted at most every ten minutes
  fresh_at INTEGER,
  failing_since_at INTEGER,
  failure TEXT NOT NULL DEFAULT '',
  access TEXT NOT NULL DEFAULT 'ok' CHECK (access IN ('ok', 'lost')),
  access_at INTEGER,
  -- how far the two change feeds were read
  orders_micros INTEGER NOT NULL DEFAULT 0,
  bookings_micros INTEGER NOT NULL DEFAULT 0,
  -- next page of a walk through the order list that spans runs, and the mark to keep at its end
  orders_page INTEGER,
  orders_next_micros INTEGER NOT NULL DEFAULT 0,
  -- a sweep that spans runs; sweep_page is NULL while none is under way
  -- the id is the second it began
  sweep_id INTEGER NOT NULL DEFAULT 0,
  sweep_page INTEGER,
  sweep_count INTEGER NOT NULL DEFAULT 0,
  -- created_micros of the last booking of the page before
  sweep_after_micros INTEGER NOT NULL DEFAULT 0,
  -- id of the last complete sweep
  swept_at INTEGER NOT NULL DEFAULT 0,
  -- something looked off: sweep at the next run
  sweep_wanted INTEGER NOT NULL DEFAULT 0,
  -- JSON: names and places of offerings, by uuid
  offerings TEXT NOT NULL DEFAULT '{}',
  offerings_at INTEGER,
  -- JSON report of a mass removal that was held back; '' for none
  held TEXT NOT NULL DEFAULT '',
  skipped INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, kind, scope_uuid)
);

CREATE TABLE bookings (
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
  vanished_at INTEGER,
  PRIMARY KEY (source_id, uuid)
) WITHOUT ROWID;
CREATE INDEX bookings_rev ON bookings (source_id, rev);
CREATE INDEX bookings_created ON bookings (source_id, created_micros);
CREATE INDEX bookings_slotless ON bookings (source_id, last_end_at) WHERE slotless = 1;
CREATE INDEX bookings_pending ON bookings (source_id, last_end_at) WHERE state = 'Creating' AND vanished_at IS NULL;
CREATE INDEX bookings_window ON bookings (source_id, last_start_at);
CREATE INDEX bookings_missed ON bookings (source_id, missed_sweep) WHERE missed_sweep IS NOT NULL;
CREATE INDEX bookings_vanished ON bookings (source_id, vanished_at) WHERE vanished_at IS NOT NULL;

CREATE TABLE feeds (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES sources(id),
  slug TEXT NOT NULL,
  -- JSON of FeedProfile
  profile TEXT NOT NULL,
  -- sealed; makes the UIDs of a busy feed
  salt TEXT NOT NULL,
  -- sealed, so that the owner can see the address again
  secret TEXT NOT NULL,
  -- random, renewed when rows were restored or made again
  epoch TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 0,
  revised_at INTEGER NOT NULL,
  -- the run that wrote last; fences off a worker whose lease ran out
  writer TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('loading', 'active', 'suspended', 'ended')),
  -- the source's rev up to which bookings were rendered
  rendered_rev INTEGER NOT NULL DEFAULT 0,
  renderer INTEGER NOT NULL DEFAULT 0,
  -- start of the day whose window the rows follow, and how far a move to it came
  window_at INTEGER NOT NULL DEFAULT 0,
  window_uuid TEXT NOT NULL DEFAULT '',
  -- start of the day whose notice of an outage is shown; 0: none
  notice_at INTEGER NOT NULL DEFAULT 0,
  event_count INTEGER NOT NULL DEFAULT 0,
  byte_count INTEGER NOT NULL DEFAULT 0,
  -- JSON list of events held back by the linter; '' for none
  held TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at INTEGER,
  used_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX feeds_source ON feeds (source_id);

CREATE TABLE addresses (
  -- hex SHA-256 of the secret
  hash TEXT PRIMARY KEY,
  feed_id TEXT NOT NULL REFERENCES feeds(id),
  -- NULL while it serves; after it the address says for thirty days that it ended, then 410
  ended_at INTEGER,
  -- 410 from the start
  gone INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE events (
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
) WITHOUT ROWID;
CREATE INDEX events_booking ON events (feed_id, booking_uuid);
CREATE INDEX events_order ON events (feed_id, start_at, uid);
