-- Calendars on CalDAV servers that mirror a feed. Times are epoch seconds.

CREATE TABLE targets (
  id TEXT PRIMARY KEY,
  feed_id TEXT NOT NULL REFERENCES feeds(id),
  name TEXT NOT NULL,
  -- address of the collection, ending in a slash
  calendar_url TEXT NOT NULL,
  -- of that address, with port: what a broken server is known by
  host TEXT NOT NULL,
  -- host and user: what refused credentials are known by
  account TEXT NOT NULL,
  -- sealed JSON
  credentials TEXT NOT NULL,
  -- JSON of ServerProfile
  profile TEXT NOT NULL,
  -- requests a minute that the provider bears; NULL: as fast as it answers
  per_minute INTEGER,
  -- what becomes of an event that was edited or deleted in the calendar
  edits TEXT NOT NULL CHECK (edits IN ('mirror', 'respect')),
  -- what becomes of a cancelled booking's event
  cancelled TEXT NOT NULL CHECK (cancelled IN ('keep', 'delete')),
  state TEXT NOT NULL CHECK (state IN ('on', 'paused', 'stopped', 'removing')),
  -- why it is stopped: for us and in words; '' otherwise
  stop_code TEXT NOT NULL DEFAULT '',
  stop_reason TEXT NOT NULL DEFAULT '',
  stopped_at INTEGER,
  -- the feed's rev that was pushed whole
  feed_rev INTEGER NOT NULL DEFAULT -1,
  -- how the calendar told that nothing changed, when it was last compared
  ctag TEXT,
  sync_token TEXT,
  -- 1: we wrote since, so it must be compared again before these tell anything
  dirty INTEGER NOT NULL DEFAULT 1,
  written_at INTEGER NOT NULL DEFAULT 0,
  checked_at INTEGER NOT NULL DEFAULT 0,
  -- last complete listing
  listed_at INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  -- failed runs in a row, since when, and what failed last
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since_at INTEGER,
  failure TEXT NOT NULL DEFAULT '',
  -- deletions that were held because they are so many; '' for none
  held TEXT NOT NULL DEFAULT '',
  -- events put back after somebody changed or deleted them, ever
  restores INTEGER NOT NULL DEFAULT 0,
  -- last run that reached the calendar and left nothing to do
  mirrored_at INTEGER,
  created_at INTEGER NOT NULL
);
CREATE INDEX targets_feed ON targets (feed_id);

-- What was pushed to a target, one row an event.
CREATE TABLE ledger (
  target_id TEXT NOT NULL REFERENCES targets(id),
  -- the event's UID in the feed
  uid TEXT NOT NULL,
  -- counts the UIDs it has had in the calendar
  generation INTEGER NOT NULL,
  -- as the server spells it; '' before it is known
  href TEXT NOT NULL,
  etag TEXT,
  -- create, update and delete: the request may have been sent, its outcome is not known
  state TEXT NOT NULL CHECK (state IN ('new', 'synced', 'create', 'update', 'delete', 'left', 'retired')),
  -- what the calendar should have, '' for nothing, and the rev of the event it was made of
  wanted_hash TEXT NOT NULL,
  event_rev INTEGER NOT NULL,
  -- what the calendar last took from us; '' for nothing
  pushed_hash TEXT NOT NULL,
  -- what a request whose outcome is not known tries to put there
  intent_hash TEXT NOT NULL,
  -- how the server keeps what it took, where it changes it
  remote_hash TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  intent_at INTEGER,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  failure TEXT NOT NULL,
  -- times it was put back since restored_at
  restores INTEGER NOT NULL,
  restored_at INTEGER NOT NULL,
  PRIMARY KEY (target_id, uid)
) WITHOUT ROWID;
