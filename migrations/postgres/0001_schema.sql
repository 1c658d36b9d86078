-- What the program's one dialect (src/store/sql/port.ts) has of SQLite and PostgreSQL lacks.

-- The elements of an array, or the members of an object; a value that is no text is its JSON.
CREATE FUNCTION sqlite_json_each(document text) RETURNS TABLE (key text, value text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 50 AS '
  SELECT (position - 1)::text, element #>> ''{}''
  FROM json_array_elements(CASE json_typeof(document::json) WHEN ''array'' THEN document::json ELSE ''[]'' END)
    WITH ORDINALITY AS one (element, position)
  UNION ALL
  SELECT name, element #>> ''{}''
  FROM json_each(CASE json_typeof(document::json) WHEN ''object'' THEN document::json ELSE ''{}'' END) AS one (name, element)';

CREATE FUNCTION sqlite_json_member(document text, path text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT document::json ->> substr(path, 3)';
CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = text, FUNCTION = sqlite_json_member);

CREATE FUNCTION sqlite_json_part(document text, path text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT (document::json -> substr(path, 3))::text';
CREATE OPERATOR -> (LEFTARG = text, RIGHTARG = text, FUNCTION = sqlite_json_part);

CREATE FUNCTION sqlite_json_element(document text, place integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT document::json ->> place';
CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = integer, FUNCTION = sqlite_json_element);

-- RFC 7396, for an object of plain values
CREATE FUNCTION sqlite_json_patch(document text, patch text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT jsonb_strip_nulls(document::jsonb || patch::jsonb)::text';

CREATE FUNCTION sqlite_json_array_length(document text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT json_array_length(document::json)::bigint';

-- Adds an element; the path is always ''$[#]''.
CREATE FUNCTION sqlite_json_insert(document text, path text, element json) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT (document::jsonb || jsonb_build_array(element))::text';

CREATE FUNCTION sqlite_json_append(document text, element text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT (document::jsonb || jsonb_build_array(element::jsonb))::text';
CREATE AGGREGATE sqlite_json_group_array(text) (SFUNC = sqlite_json_append, STYPE = text, INITCOND = '[]');

-- A negative start counts from the end.
CREATE FUNCTION sqlite_substr(value text, start integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  'SELECT CASE WHEN start < 0 THEN right(value, -start) ELSE substr(value, start) END';
CREATE FUNCTION sqlite_substr(value text, start integer, length integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  'SELECT CASE WHEN length < 0 THEN '''' ELSE substr(value, start, length) END';
CREATE FUNCTION sqlite_substr(value bytea, start integer) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  'SELECT CASE WHEN start < 0 THEN substr(value, greatest(1, length(value) + 1 + start)) ELSE substr(value, start) END';
CREATE FUNCTION sqlite_substr(value bytea, start integer, length integer) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT substr(value, start, length)';

CREATE TABLE accounts (
  id text COLLATE "C" PRIMARY KEY,
  -- sealed; NULL for the one account whose token comes from the environment
  token text COLLATE "C",
  user_uuid text COLLATE "C",
  username text COLLATE "C" NOT NULL DEFAULT '',
  full_name text COLLATE "C" NOT NULL DEFAULT '',
  is_staff bigint NOT NULL DEFAULT 0,
  -- seconds a classic token lives after its last use; NULL: unknown or for ever
  token_lifetime bigint,
  token_expires_at bigint,
  created_at bigint NOT NULL,
  kind text COLLATE "C" NOT NULL DEFAULT 'operator' CHECK (kind IN ('operator', 'person', 'decider')),
  session_no bigint NOT NULL DEFAULT 0,
  refused_at bigint,
  roles text COLLATE "C" NOT NULL DEFAULT '[]',
  asked_at bigint NOT NULL DEFAULT 0,
  ended_sessions text COLLATE "C" NOT NULL DEFAULT '[]',
  zone text COLLATE "C" NOT NULL DEFAULT '',
  language text COLLATE "C" NOT NULL DEFAULT '',
  proven_at bigint,
  seen_at bigint NOT NULL DEFAULT 0,
  email text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE sources (
  id text COLLATE "C" PRIMARY KEY,
  -- NULL: the list is the same for everybody who holds the role
  account_id text COLLATE "C" REFERENCES accounts(id),
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('provider', 'offering', 'customer', 'project', 'visible')),
  -- '' for visible
  scope_uuid text COLLATE "C" NOT NULL,
  -- the organisation whose roles open it; '' when any provider role does
  customer_uuid text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  -- why Waldur shows only part of it; '' when it shows all
  partial text COLLATE "C" NOT NULL DEFAULT '',
  created_at bigint NOT NULL,
  due_at bigint NOT NULL,
  -- counts the changes of its bookings; each changed row carries the number of its last change
  rev bigint NOT NULL DEFAULT 0,
  -- NULL until the first load is done
  loaded_at bigint,
  -- last good answer of Waldur, noted at most every ten minutes
  fresh_at bigint,
  failing_since_at bigint,
  failure text COLLATE "C" NOT NULL DEFAULT '',
  -- how far the two change feeds were read
  orders_micros bigint NOT NULL DEFAULT 0,
  bookings_micros bigint NOT NULL DEFAULT 0,
  -- next page of a walk through the order list that spans runs, and the mark to keep at its end
  orders_page bigint,
  orders_next_micros bigint NOT NULL DEFAULT 0,
  -- length of the list of changed bookings when it was last asked for; 0 while it fits on one page
  changes_count bigint NOT NULL DEFAULT 0,
  -- a sweep that spans runs; sweep_page is NULL while none is under way
  -- the id is the second it began
  sweep_id bigint NOT NULL DEFAULT 0,
  sweep_page bigint,
  sweep_count bigint NOT NULL DEFAULT 0,
  -- created_micros of the last booking of the page before
  sweep_after_micros bigint NOT NULL DEFAULT 0,
  -- Waldur's clock when the sweep under way began, and 1 when its next page is read with all columns
  sweep_micros bigint NOT NULL DEFAULT 0,
  sweep_rich bigint NOT NULL DEFAULT 0,
  -- id of the last complete sweep
  swept_at bigint NOT NULL DEFAULT 0,
  -- something looked off: sweep at the next run
  sweep_wanted bigint NOT NULL DEFAULT 0,
  -- JSON: names and places of offerings, by uuid
  offerings text COLLATE "C" NOT NULL DEFAULT '{}',
  offerings_at bigint,
  -- JSON report of a mass removal that was held back; '' for none
  held text COLLATE "C" NOT NULL DEFAULT '',
  skipped bigint NOT NULL DEFAULT 0
);

CREATE TABLE feeds (
  id text COLLATE "C" PRIMARY KEY,
  source_id text COLLATE "C" NOT NULL REFERENCES sources(id),
  slug text COLLATE "C" NOT NULL,
  -- JSON of FeedProfile
  profile text COLLATE "C" NOT NULL,
  -- sealed; makes the UIDs of a busy feed
  salt text COLLATE "C" NOT NULL,
  -- sealed, so that the owner can see the address again
  secret text COLLATE "C" NOT NULL,
  -- random, renewed when rows were restored or made again
  epoch text COLLATE "C" NOT NULL,
  rev bigint NOT NULL DEFAULT 0,
  revised_at bigint NOT NULL,
  -- the run that wrote last; fences off a worker whose lease ran out
  writer text COLLATE "C" NOT NULL DEFAULT '',
  state text COLLATE "C" NOT NULL CHECK (state IN ('loading', 'active', 'suspended', 'ended')),
  -- the source's rev up to which bookings were rendered
  rendered_rev bigint NOT NULL DEFAULT 0,
  renderer bigint NOT NULL DEFAULT 0,
  -- start of the day whose window the rows follow, and how far a move to it came
  window_at bigint NOT NULL DEFAULT 0,
  window_uuid text COLLATE "C" NOT NULL DEFAULT '',
  -- start of the day whose notice of an outage is shown; 0: none
  notice_at bigint NOT NULL DEFAULT 0,
  event_count bigint NOT NULL DEFAULT 0,
  byte_count bigint NOT NULL DEFAULT 0,
  -- JSON list of events held back by the linter; '' for none
  held text COLLATE "C" NOT NULL DEFAULT '',
  created_at bigint NOT NULL,
  expires_at bigint,
  used_at bigint,
  used_by text COLLATE "C" NOT NULL DEFAULT '',
  links text COLLATE "C" NOT NULL DEFAULT '',
  links_by text COLLATE "C" NOT NULL DEFAULT '',
  notice text COLLATE "C" NOT NULL DEFAULT '',
  buried text COLLATE "C" NOT NULL DEFAULT '',
  account_id text COLLATE "C" REFERENCES accounts(id));

CREATE TABLE targets (
  id text COLLATE "C" PRIMARY KEY,
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id),
  name text COLLATE "C" NOT NULL,
  -- address of the collection, ending in a slash
  calendar_url text COLLATE "C" NOT NULL,
  -- of that address, with port: what a broken server is known by
  host text COLLATE "C" NOT NULL,
  -- host and user: what refused credentials are known by
  account text COLLATE "C" NOT NULL,
  -- sealed JSON
  credentials text COLLATE "C" NOT NULL,
  -- JSON of ServerProfile
  profile text COLLATE "C" NOT NULL,
  -- requests a minute that the provider bears; NULL: as fast as it answers
  per_minute bigint,
  -- what becomes of an event that was edited or deleted in the calendar
  edits text COLLATE "C" NOT NULL CHECK (edits IN ('mirror', 'respect')),
  -- what becomes of a cancelled booking's event
  cancelled text COLLATE "C" NOT NULL CHECK (cancelled IN ('keep', 'delete')),
  state text COLLATE "C" NOT NULL CHECK (state IN ('on', 'paused', 'stopped', 'removing')),
  -- why it is stopped: for us and in words; '' otherwise
  stop_code text COLLATE "C" NOT NULL DEFAULT '',
  stop_reason text COLLATE "C" NOT NULL DEFAULT '',
  stopped_at bigint,
  -- the feed's rev that was pushed whole
  feed_rev bigint NOT NULL DEFAULT -1,
  -- how the calendar told that nothing changed, when it was last compared
  ctag text COLLATE "C",
  sync_token text COLLATE "C",
  -- 1: we wrote since, so it must be compared again before these tell anything
  dirty bigint NOT NULL DEFAULT 1,
  written_at bigint NOT NULL DEFAULT 0,
  checked_at bigint NOT NULL DEFAULT 0,
  -- last complete listing
  listed_at bigint NOT NULL DEFAULT 0,
  due_at bigint NOT NULL,
  -- failed runs in a row, since when, and what failed last
  failures bigint NOT NULL DEFAULT 0,
  failing_since_at bigint,
  failure text COLLATE "C" NOT NULL DEFAULT '',
  -- deletions that were held because they are so many; '' for none
  held text COLLATE "C" NOT NULL DEFAULT '',
  -- events put back after somebody changed or deleted them, ever
  restores bigint NOT NULL DEFAULT 0,
  -- last run that reached the calendar and left nothing to do
  mirrored_at bigint,
  created_at bigint NOT NULL,
  report text COLLATE "C" NOT NULL DEFAULT '',
  lost bigint NOT NULL DEFAULT 0
);

CREATE TABLE addresses (
  -- hex SHA-256 of the secret
  hash text COLLATE "C" PRIMARY KEY,
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id),
  -- NULL while it serves; after it the address says for thirty days that it ended, then 410
  ended_at bigint,
  -- 410 from the start
  gone bigint NOT NULL DEFAULT 0
);

CREATE TABLE app_passwords (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  -- hex SHA-256
  hash text COLLATE "C" NOT NULL UNIQUE,
  created_at bigint NOT NULL,
  used_at bigint,
  -- the program that used it last; '' for none
  client text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE attempts (
  name text COLLATE "C" NOT NULL,
  begun_at bigint NOT NULL,
  tries bigint NOT NULL,
  PRIMARY KEY (name, begun_at)
);

CREATE TABLE bookings (
  rowid bigint GENERATED ALWAYS AS IDENTITY,
  source_id text COLLATE "C" NOT NULL REFERENCES sources(id),
  uuid text COLLATE "C" NOT NULL,
  -- the source's rev at the last change
  rev bigint NOT NULL,
  created_micros bigint NOT NULL,
  modified_micros bigint NOT NULL,
  state text COLLATE "C" NOT NULL,
  -- fingerprint of the slim columns
  slim text COLLATE "C" NOT NULL,
  -- JSON of the whole Booking
  data text COLLATE "C" NOT NULL,
  -- JSON of the numbered slots
  slots text COLLATE "C" NOT NULL,
  order_state text COLLATE "C",
  -- 1 while Waldur may still write its slots without telling
  slotless bigint NOT NULL,
  first_start_at bigint NOT NULL,
  last_start_at bigint NOT NULL,
  last_end_at bigint NOT NULL,
  -- the sweep that did not see it; NULL while it is listed
  missed_sweep bigint,
  vanished_at bigint,
  order_uuid text COLLATE "C",
  ended_micros bigint
);

CREATE TABLE calendar_choices (
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- #RRGGBB or #RRGGBBAA; '' for none
  colour text COLLATE "C" NOT NULL DEFAULT '',
  place bigint,
  PRIMARY KEY (feed_id, account_id)
);

CREATE TABLE decisions (
  rowid bigint GENERATED ALWAYS AS IDENTITY,
  id text COLLATE "C" PRIMARY KEY,
  made_at bigint NOT NULL,
  booking_uuid text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL CHECK (action IN ('accept', 'reject')),
  result text COLLATE "C" NOT NULL,
  via text COLLATE "C" NOT NULL,
  -- '' where no feed led to it
  feed_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  username text COLLATE "C" NOT NULL,
  full_name text COLLATE "C" NOT NULL,
  -- 1: Waldur was told with WALDUR_DECISION_TOKEN and names its user
  by_operator bigint NOT NULL,
  -- of the client, shortened
  address text COLLATE "C" NOT NULL,
  -- 1: stood for the provider when they decided or tried to; tries of others are for themselves and the operator alone
  insider bigint NOT NULL DEFAULT 0,
  -- the mailbox whose answer it was; '' for a person's own
  mailbox text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE events (
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id),
  uid text COLLATE "C" NOT NULL,
  booking_uuid text COLLATE "C" NOT NULL,
  -- the feed's rev at its last change
  rev bigint NOT NULL,
  sequence bigint NOT NULL,
  stamp_at bigint NOT NULL,
  start_at bigint NOT NULL,
  end_at bigint NOT NULL,
  cancelled_at bigint,
  vevent text COLLATE "C" NOT NULL,
  PRIMARY KEY (feed_id, uid)
);

CREATE TABLE invitations (
  -- uuid of the user in Waldur
  attendee text COLLATE "C" NOT NULL,
  booking_uuid text COLLATE "C" NOT NULL,
  -- signs the address for answers and the UID
  key_id text COLLATE "C" NOT NULL,
  -- of the attendee
  address text COLLATE "C" NOT NULL,
  -- 1: their calendar has it
  open bigint NOT NULL,
  sequence bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  -- of the first period
  start_at bigint NOT NULL,
  -- of the last period
  end_at bigint NOT NULL,
  -- fingerprint of all periods
  periods text COLLATE "C" NOT NULL,
  -- fingerprint of the rest
  content text COLLATE "C" NOT NULL,
  -- DTSTAMP of that message, and of the last answer that was taken
  stamp_at bigint NOT NULL,
  answered_at bigint NOT NULL DEFAULT 0,
  -- of a mailbox of a room: what it answered to the last version
  answer text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (attendee, booking_uuid)
);

CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text COLLATE "C" NOT NULL,
  until_at bigint NOT NULL
);

CREATE TABLE ledger (
  target_id text COLLATE "C" NOT NULL REFERENCES targets(id),
  -- the event's UID in the feed
  uid text COLLATE "C" NOT NULL,
  -- counts the UIDs it has had in the calendar
  generation bigint NOT NULL,
  -- as the server spells it; '' before it is known
  href text COLLATE "C" NOT NULL,
  etag text COLLATE "C",
  -- create, update and delete: the request may have been sent, its outcome is not known
  state text COLLATE "C" NOT NULL CHECK (state IN ('new', 'synced', 'create', 'update', 'delete', 'left', 'retired')),
  -- what the calendar should have, '' for nothing, and the rev of the event it was made of
  wanted_hash text COLLATE "C" NOT NULL,
  event_rev bigint NOT NULL,
  -- what the calendar last took from us; '' for nothing
  pushed_hash text COLLATE "C" NOT NULL,
  -- what a request whose outcome is not known tries to put there
  intent_hash text COLLATE "C" NOT NULL,
  -- how the server keeps what it took, where it changes it
  remote_hash text COLLATE "C" NOT NULL,
  start_at bigint NOT NULL,
  end_at bigint NOT NULL,
  attempts bigint NOT NULL,
  next_at bigint NOT NULL,
  failure text COLLATE "C" NOT NULL,
  -- times it was put back since restored_at
  restores bigint NOT NULL,
  restored_at bigint NOT NULL,
  lost bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (target_id, uid)
);

CREATE TABLE meta (
  key text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);

CREATE TABLE notices (
  user_uuid text COLLATE "C" NOT NULL PRIMARY KEY,
  email text COLLATE "C" NOT NULL DEFAULT '',
  wishes text COLLATE "C" NOT NULL DEFAULT '{}',
  since_at bigint NOT NULL
);

CREATE TABLE outbox (
  n bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  cause text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  user_uuid text COLLATE "C" NOT NULL DEFAULT '',
  booking_uuid text COLLATE "C" NOT NULL DEFAULT '',
  thread text COLLATE "C" NOT NULL DEFAULT '',
  channel text COLLATE "C" NOT NULL,
  message text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'queued',
  tries bigint NOT NULL DEFAULT 0,
  unclear bigint NOT NULL DEFAULT 0,
  due_at bigint NOT NULL,
  created_at bigint NOT NULL,
  ended_at bigint,
  reason text COLLATE "C" NOT NULL DEFAULT '',
  -- the first try; NULL: none yet
  tried_at bigint,
  UNIQUE (recipient, cause)
);

CREATE TABLE push_subscriptions (
  id text COLLATE "C" PRIMARY KEY,
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- of the program: both end together
  password_id text COLLATE "C" NOT NULL REFERENCES app_passwords(id) ON DELETE CASCADE,
  -- sealed: where messages go, and how they are encrypted
  receiver text COLLATE "C" NOT NULL,
  -- the key that signs its messages
  key_id text COLLATE "C" NOT NULL,
  -- the revision of the feed that it was told last
  told_rev bigint NOT NULL,
  -- no message before then
  due_at bigint NOT NULL DEFAULT 0,
  -- failures since the last success
  tries bigint NOT NULL DEFAULT 0,
  expires_at bigint NOT NULL,
  -- the run that took it last
  writer text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE readers (
  source_id text COLLATE "C" NOT NULL REFERENCES sources(id),
  account_id text COLLATE "C" NOT NULL REFERENCES accounts(id),
  -- its role, its user's being active, any proof of its role for long, or sight of a part of the list; '' for nothing
  lost text COLLATE "C" NOT NULL DEFAULT '' CHECK (lost IN ('', 'role', 'inactive', 'expired', 'part')),
  lost_at bigint,
  -- NULL: never
  read_at bigint,
  visited_at bigint,
  PRIMARY KEY (source_id, account_id)
);

CREATE TABLE refused_writes (
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- epoch milliseconds
  changed_at bigint NOT NULL,
  -- the last segment of the object's address
  name text COLLATE "C" NOT NULL,
  -- a sentence that the object shows until then (epoch milliseconds); NULL for none and once another row stands for it
  word text COLLATE "C" NOT NULL,
  until_at bigint,
  PRIMARY KEY (feed_id, account_id, changed_at)
);

CREATE TABLE resource_mailboxes (
  -- follows from offering and address
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  offering_uuid text COLLATE "C" NOT NULL,
  offering_name text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  -- the user of Waldur who set it, and as whom it decides
  user_uuid text COLLATE "C" NOT NULL,
  set_at bigint NOT NULL,
  -- NULL: it is asked
  ended_at bigint
);

CREATE TABLE revisions (
  feed_id text COLLATE "C" NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  rev bigint NOT NULL,
  -- JSON list of the UIDs that went
  removed text COLLATE "C" NOT NULL DEFAULT '[]',
  PRIMARY KEY (feed_id, rev)
);

CREATE TABLE runs (
  source_id text COLLATE "C" NOT NULL REFERENCES sources(id),
  ended_at bigint NOT NULL,
  added bigint NOT NULL,
  changed bigint NOT NULL,
  removed bigint NOT NULL,
  skipped bigint NOT NULL,
  requests bigint NOT NULL,
  -- error code; '' when it did all there was
  failure text COLLATE "C" NOT NULL,
  -- report of a mass removal that was held back; '' for none
  held text COLLATE "C" NOT NULL,
  PRIMARY KEY (source_id, ended_at)
);

CREATE TABLE webhooks (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_uuid text COLLATE "C" NOT NULL,
  -- sealed: JSON with the URL and the secret that signs
  address text COLLATE "C" NOT NULL,
  template text COLLATE "C" NOT NULL,
  -- JSON list
  kinds text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  since_at bigint NOT NULL DEFAULT 0,
  ended_at bigint,
  -- the organisation of whose requests and decisions alone it is told; '' for all
  provider_uuid text COLLATE "C" NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX accounts_user ON accounts (kind, user_uuid) WHERE kind != 'operator';
CREATE INDEX addresses_ended ON addresses (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX addresses_feed ON addresses (feed_id);
CREATE INDEX app_passwords_account ON app_passwords (account_id, created_at);
CREATE INDEX bookings_created ON bookings (source_id, created_micros, uuid, slim, order_state, missed_sweep, vanished_at);
CREATE INDEX bookings_end ON bookings (source_id, last_end_at, first_start_at);
CREATE INDEX bookings_missed ON bookings (source_id, missed_sweep) WHERE missed_sweep IS NOT NULL;
CREATE INDEX bookings_near ON bookings (
  source_id, (data->>'$.offeringUuid'),
  (CASE WHEN last_end_at - first_start_at <= 86400 THEN 86400
    WHEN last_end_at - first_start_at <= 691200 THEN 691200
    WHEN last_end_at - first_start_at <= 8035200 THEN 8035200
    ELSE 9007199254740991 END),
  first_start_at, last_end_at, uuid
) WHERE vanished_at IS NULL AND state != 'Terminated';
CREATE INDEX bookings_open ON bookings (
  source_id, last_end_at, first_start_at, uuid, created_micros, modified_micros, order_state,
  (data->>'$.offeringUuid'), (data->>'$.providerUuid')
) WHERE state = 'Creating' AND vanished_at IS NULL;
CREATE INDEX bookings_pending ON bookings (source_id, last_end_at) WHERE state = 'Creating' AND vanished_at IS NULL;
CREATE INDEX bookings_rev ON bookings (source_id, rev);
CREATE INDEX bookings_slotless ON bookings (source_id, last_end_at) WHERE slotless = 1;
CREATE UNIQUE INDEX bookings_uuid ON bookings (uuid, source_id);
CREATE INDEX bookings_vanished ON bookings (source_id, vanished_at) WHERE vanished_at IS NOT NULL;
CREATE INDEX bookings_window ON bookings (source_id, last_start_at);
CREATE INDEX calendar_choices_account ON calendar_choices (account_id);
CREATE INDEX decisions_booking ON decisions (booking_uuid, made_at);
CREATE INDEX decisions_made ON decisions (made_at);
CREATE INDEX events_booking ON events (feed_id, booking_uuid);
CREATE INDEX events_order ON events (feed_id, start_at, uid);
CREATE INDEX events_rev ON events (feed_id, rev, uid);
CREATE INDEX feeds_account ON feeds (account_id);
CREATE INDEX feeds_ended ON feeds (revised_at) WHERE state = 'ended';
CREATE INDEX feeds_source ON feeds (source_id);
CREATE INDEX invitations_booking ON invitations (booking_uuid);
CREATE INDEX invitations_ended ON invitations (end_at);
CREATE INDEX invitations_open ON invitations (attendee) WHERE open = 1;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_recent ON outbox (created_at, user_uuid, cause, state);
CREATE INDEX outbox_thread ON outbox (thread, n) WHERE state = 'queued';
CREATE INDEX outbox_user ON outbox (user_uuid, ended_at);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);
CREATE INDEX push_subscriptions_expires ON push_subscriptions (expires_at);
CREATE INDEX push_subscriptions_feed ON push_subscriptions (feed_id, told_rev, due_at);
CREATE INDEX push_subscriptions_password ON push_subscriptions (password_id);
CREATE INDEX push_subscriptions_writer ON push_subscriptions (writer) WHERE writer != '';
CREATE INDEX readers_account ON readers (account_id);
CREATE INDEX refused_writes_account ON refused_writes (account_id);
CREATE INDEX refused_writes_name ON refused_writes (feed_id, account_id, name, changed_at);
CREATE UNIQUE INDEX resource_mailboxes_asked ON resource_mailboxes (offering_uuid) WHERE ended_at IS NULL;
CREATE INDEX runs_ended ON runs (ended_at);
CREATE UNIQUE INDEX sources_own ON sources (account_id, kind, scope_uuid) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX sources_shared ON sources (kind, scope_uuid) WHERE account_id IS NULL;
CREATE INDEX targets_feed ON targets (feed_id);
CREATE INDEX webhooks_user ON webhooks (user_uuid, created_at);
