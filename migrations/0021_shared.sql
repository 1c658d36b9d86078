-- The list of a provider, or of an offering, is the same for everybody who holds the role: it is read once for all of them.
-- Feeds belong to accounts; sources of shared lists to none.
ALTER TABLE feeds ADD COLUMN account_id TEXT REFERENCES accounts(id);
UPDATE feeds SET account_id = (SELECT account_id FROM sources WHERE sources.id = feeds.source_id);
CREATE INDEX feeds_account ON feeds (account_id);

-- when who-am-I last told a run the roles of the account; NULL: never
ALTER TABLE accounts ADD COLUMN proven_at INTEGER;
UPDATE accounts SET proven_at = (SELECT max(access_at) FROM sources WHERE sources.account_id = accounts.id);

-- The sources of shared lists, and which of those over the same list stays: one that is loaded and reads, the operator's
-- before others, the one read last.
CREATE TABLE sharing (id TEXT PRIMARY KEY, into_id TEXT NOT NULL);
INSERT INTO sharing (id, into_id)
SELECT id, first_value(id) OVER (
  PARTITION BY kind, scope_uuid
  ORDER BY loaded_at IS NULL, failing_since_at IS NOT NULL OR lost IN ('role', 'inactive'),
    (SELECT accounts.kind FROM accounts WHERE accounts.id = account_id) != 'operator', fresh_at DESC, id)
FROM sources WHERE customer_uuid != '' AND (kind = 'provider' OR (kind = 'offering' AND partial = ''));

-- One stays its account's own that has numbered a slot otherwise, for numbers make UIDs, or that has a booking which the
-- other should have by now: its subscribers would see a change.
DELETE FROM sharing WHERE id != into_id
  AND EXISTS (SELECT 1 FROM sources WHERE sources.id = sharing.id AND loaded_at IS NOT NULL)
  AND EXISTS (
    SELECT 1 FROM bookings AS own
      LEFT JOIN bookings AS kept ON kept.uuid = own.uuid AND kept.source_id = sharing.into_id
    WHERE own.source_id = sharing.id AND CASE
      WHEN kept.uuid IS NULL THEN own.vanished_at IS NULL
        AND own.created_micros <= (SELECT bookings_micros FROM sources WHERE sources.id = sharing.into_id)
      WHEN own.slots = kept.slots THEN 0
      ELSE EXISTS (
        SELECT 1 FROM json_each(own.slots) AS a JOIN json_each(kept.slots) AS b ON a.value->>'$.n' = b.value->>'$.n'
        WHERE NOT CASE
          WHEN a.value->>'$.real' AND b.value->>'$.real' AND a.value->>'$.backendId' != '' AND b.value->>'$.backendId' != ''
            THEN a.value->>'$.backendId' = b.value->>'$.backendId'
          ELSE a.value->>'$.start' = b.value->>'$.start' AND a.value->>'$.end' = b.value->>'$.end' END)
      END);
CREATE TABLE merging (id TEXT PRIMARY KEY, into_id TEXT NOT NULL);
INSERT INTO merging SELECT id, into_id FROM sharing WHERE id != into_id;

-- Bookings that are gone are kept for their history; rev 0: nothing is rendered for them.
UPDATE OR IGNORE bookings
  SET source_id = (SELECT into_id FROM merging WHERE merging.id = bookings.source_id), rev = 0, missed_sweep = NULL
  WHERE vanished_at IS NOT NULL AND source_id IN (SELECT id FROM merging);
-- What only the others know of orders.
UPDATE bookings SET order_state = coalesce(bookings.order_state, other.order_state),
    order_uuid = coalesce(bookings.order_uuid, other.order_uuid)
  FROM (
    SELECT into_id, uuid, max(order_state) AS order_state, max(order_uuid) AS order_uuid
    FROM bookings JOIN merging ON merging.id = bookings.source_id GROUP BY into_id, uuid) AS other
  WHERE bookings.source_id = other.into_id AND bookings.uuid = other.uuid
    AND (bookings.order_state IS NULL OR bookings.order_uuid IS NULL);
DELETE FROM bookings WHERE source_id IN (SELECT id FROM merging);

UPDATE sources SET offerings = json_patch(other.offerings, sources.offerings)
  FROM (
    SELECT into_id, json_group_object(offering.key, json(offering.value)) AS offerings
    FROM merging JOIN sources AS one ON one.id = merging.id JOIN json_each(one.offerings) AS offering
    GROUP BY into_id) AS other
  WHERE sources.id = other.into_id;

UPDATE feeds SET source_id = (SELECT into_id FROM merging WHERE merging.id = feeds.source_id), rendered_rev = 0
  WHERE source_id IN (SELECT id FROM merging);
UPDATE OR IGNORE runs SET source_id = (SELECT into_id FROM merging WHERE merging.id = runs.source_id)
  WHERE source_id IN (SELECT id FROM merging);
DELETE FROM runs WHERE source_id IN (SELECT id FROM merging);

-- The accounts that asked for a list: what each has lost of it, and when it last read it for all.
CREATE TABLE readers (
  source_id TEXT NOT NULL REFERENCES sources(id),
  account_id TEXT NOT NULL REFERENCES accounts(id),
  -- its role, its user's being active, any proof of its role for long, or sight of a part of the list; '' for nothing
  lost TEXT NOT NULL DEFAULT '' CHECK (lost IN ('', 'role', 'inactive', 'expired', 'part')),
  lost_at INTEGER,
  -- NULL: never
  read_at INTEGER,
  PRIMARY KEY (source_id, account_id)
) WITHOUT ROWID;
CREATE INDEX readers_account ON readers (account_id);
INSERT INTO readers (source_id, account_id, lost, lost_at, read_at)
SELECT coalesce(into_id, sources.id), account_id, lost, lost_at, fresh_at
FROM sources LEFT JOIN merging ON merging.id = sources.id;

-- The table anew, for a source without an account. D1 knows no other way to put foreign keys off.
PRAGMA defer_foreign_keys = on;
CREATE TABLE new_sources (
  id TEXT PRIMARY KEY,
  -- NULL: the list is the same for everybody who holds the role
  account_id TEXT REFERENCES accounts(id),
  kind TEXT NOT NULL CHECK (kind IN ('provider', 'offering', 'customer', 'project', 'visible')),
  -- '' for visible
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
  -- how far the two change feeds were read
  orders_micros INTEGER NOT NULL DEFAULT 0,
  bookings_micros INTEGER NOT NULL DEFAULT 0,
  -- next page of a walk through the order list that spans runs, and the mark to keep at its end
  orders_page INTEGER,
  orders_next_micros INTEGER NOT NULL DEFAULT 0,
  -- length of the list of changed bookings when it was last asked for; 0 while it fits on one page
  changes_count INTEGER NOT NULL DEFAULT 0,
  -- a sweep that spans runs; sweep_page is NULL while none is under way
  -- the id is the second it began
  sweep_id INTEGER NOT NULL DEFAULT 0,
  sweep_page INTEGER,
  sweep_count INTEGER NOT NULL DEFAULT 0,
  -- created_micros of the last booking of the page before
  sweep_after_micros INTEGER NOT NULL DEFAULT 0,
  -- Waldur's clock when the sweep under way began, and 1 when its next page is read with all columns
  sweep_micros INTEGER NOT NULL DEFAULT 0,
  sweep_rich INTEGER NOT NULL DEFAULT 0,
  -- id of the last complete sweep
  swept_at INTEGER NOT NULL DEFAULT 0,
  -- something looked off: sweep at the next run
  sweep_wanted INTEGER NOT NULL DEFAULT 0,
  -- JSON: names and places of offerings, by uuid
  offerings TEXT NOT NULL DEFAULT '{}',
  offerings_at INTEGER,
  -- JSON report of a mass removal that was held back; '' for none
  held TEXT NOT NULL DEFAULT '',
  skipped INTEGER NOT NULL DEFAULT 0
);
INSERT INTO new_sources (id, account_id, kind, scope_uuid, customer_uuid, name, partial, created_at, due_at, rev, loaded_at,
  fresh_at, failing_since_at, failure, orders_micros, bookings_micros, orders_page, orders_next_micros, changes_count,
  sweep_id, sweep_page, sweep_count, sweep_after_micros, sweep_micros, sweep_rich, swept_at, sweep_wanted, offerings,
  offerings_at, held, skipped)
SELECT id,
  CASE WHEN id IN (SELECT id FROM sharing) THEN NULL ELSE account_id END,
  CASE kind WHEN 'mine' THEN 'visible' ELSE kind END, scope_uuid, customer_uuid, name, partial, created_at, due_at, rev,
  loaded_at, fresh_at, failing_since_at, failure, orders_micros, bookings_micros, orders_page, orders_next_micros,
  changes_count, sweep_id, sweep_page, sweep_count, sweep_after_micros, sweep_micros, sweep_rich, swept_at, sweep_wanted,
  offerings, offerings_at, held, skipped
FROM sources WHERE id NOT IN (SELECT id FROM merging);
DROP TABLE sources;
ALTER TABLE new_sources RENAME TO sources;
PRAGMA defer_foreign_keys = off;
CREATE UNIQUE INDEX sources_shared ON sources (kind, scope_uuid) WHERE account_id IS NULL;
CREATE UNIQUE INDEX sources_own ON sources (account_id, kind, scope_uuid) WHERE account_id IS NOT NULL;
DROP TABLE merging;
DROP TABLE sharing;
