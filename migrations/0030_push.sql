-- Calendar programs that a web push service tells when a calendar changes (WebDAV-Push).
CREATE TABLE push_subscriptions (
  id TEXT PRIMARY KEY,
  feed_id TEXT NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- of the program: both end together
  password_id TEXT NOT NULL REFERENCES app_passwords(id) ON DELETE CASCADE,
  -- sealed: where messages go, and how they are encrypted
  receiver TEXT NOT NULL,
  -- the key that signs its messages
  key_id TEXT NOT NULL,
  -- the revision of the feed that it was told last
  told_rev INTEGER NOT NULL,
  -- no message before then
  due_at INTEGER NOT NULL DEFAULT 0,
  -- failures since the last success
  tries INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL,
  -- the run that took it last
  writer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX push_subscriptions_feed ON push_subscriptions (feed_id, told_rev, due_at);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);
CREATE INDEX push_subscriptions_password ON push_subscriptions (password_id);
CREATE INDEX push_subscriptions_writer ON push_subscriptions (writer) WHERE writer != '';
CREATE INDEX push_subscriptions_expires ON push_subscriptions (expires_at);
