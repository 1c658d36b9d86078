-- Mails and web hooks that are to go out, each once for a cause and a recipient; what has gone stays a while without its text.
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  cause TEXT NOT NULL,
  recipient TEXT NOT NULL,
  user_uuid TEXT NOT NULL DEFAULT '',
  booking_uuid TEXT NOT NULL DEFAULT '',
  thread TEXT NOT NULL DEFAULT '',
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',
  tries INTEGER NOT NULL DEFAULT 0,
  unclear INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT NOT NULL DEFAULT '',
  UNIQUE (recipient, cause)
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_thread ON outbox (thread, n) WHERE state = 'queued';
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_user ON outbox (user_uuid, ended_at);
