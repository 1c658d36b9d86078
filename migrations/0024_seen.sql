-- when the person of the account was last here: runs ask who-am-I too, so asked_at does not tell it
ALTER TABLE accounts ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET seen_at = max(asked_at, created_at);
