-- Passwords with which calendar programs sign in for a person.
CREATE TABLE app_passwords (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- hex SHA-256
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  -- the program that used it last; '' for none
  client TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX app_passwords_account ON app_passwords (account_id, created_at);

-- What changed in a feed since a revision: events that stand have theirs, those that went are listed here.
CREATE TABLE revisions (
  feed_id TEXT NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  rev INTEGER NOT NULL,
  -- JSON list of the UIDs that went
  removed TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (feed_id, rev)
) WITHOUT ROWID;
CREATE INDEX events_rev ON events (feed_id, rev, uid);

-- Objects that a person's calendar program tried to change and must read again; the last row of a name counts.
CREATE TABLE refused_writes (
  feed_id TEXT NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- epoch milliseconds
  changed_at INTEGER NOT NULL,
  -- the last segment of the object's address
  name TEXT NOT NULL,
  -- a sentence that the object shows until then (epoch milliseconds); NULL for none and once another row stands for it
  word TEXT NOT NULL,
  until_at INTEGER,
  PRIMARY KEY (feed_id, account_id, changed_at)
) WITHOUT ROWID;
CREATE INDEX refused_writes_name ON refused_writes (feed_id, account_id, name, changed_at);
CREATE INDEX refused_writes_account ON refused_writes (account_id);

-- Colour and place that a person's calendar programs gave a feed.
CREATE TABLE calendar_choices (
  feed_id TEXT NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- #RRGGBB or #RRGGBBAA; '' for none
  colour TEXT NOT NULL DEFAULT '',
  place INTEGER,
  PRIMARY KEY (feed_id, account_id)
) WITHOUT ROWID;
CREATE INDEX calendar_choices_account ON calendar_choices (account_id);

-- The table anew: which ways of deciding there are is known to the program alone.
CREATE TABLE new_decisions (
  id TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL,
  booking_uuid TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('accept', 'reject')),
  result TEXT NOT NULL,
  via TEXT NOT NULL,
  -- '' where no feed led to it
  feed_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  username TEXT NOT NULL,
  full_name TEXT NOT NULL,
  -- 1: Waldur was told with WALDUR_DECISION_TOKEN and names its user
  by_operator INTEGER NOT NULL,
  -- of the client, shortened
  address TEXT NOT NULL,
  -- 1: stood for the provider when they decided or tried to; tries of others are for themselves and the operator alone
  insider INTEGER NOT NULL DEFAULT 0
);
INSERT INTO new_decisions (rowid, id, made_at, booking_uuid, action, result, via, feed_id, account_id, username, full_name, by_operator, address, insider)
SELECT rowid, id, made_at, booking_uuid, action, result, via, feed_id, account_id, username, full_name, by_operator, address, insider FROM decisions;
DROP TABLE decisions;
ALTER TABLE new_decisions RENAME TO decisions;
CREATE INDEX decisions_booking ON decisions (booking_uuid, made_at);
CREATE INDEX decisions_made ON decisions (made_at);
INSERT INTO revisions (feed_id, rev) SELECT id, rev FROM feeds WHERE state != 'ended';
