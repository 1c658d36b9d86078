-- What people want to be told, and where; by the user of Waldur, whatever token shows who it is.
ALTER TABLE accounts ADD COLUMN email TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_recent ON outbox (created_at, user_uuid, cause, state);
CREATE TABLE notices (
  user_uuid TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL DEFAULT '',
  wishes TEXT NOT NULL DEFAULT '{}',
  since_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
