-- Addresses to which what a person is told is posted, such as a room of a chat.
CREATE TABLE webhooks (
  id TEXT NOT NULL PRIMARY KEY,
  user_uuid TEXT NOT NULL,
  -- sealed: JSON with the URL and the secret that signs
  address TEXT NOT NULL,
  template TEXT NOT NULL,
  -- JSON list
  kinds TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  since_at INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_user ON webhooks (user_uuid, created_at);
