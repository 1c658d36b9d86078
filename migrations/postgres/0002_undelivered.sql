-- What was given up, by whom it was to reach: a room's mailbox may not know what it was told last.
CREATE INDEX outbox_failed ON outbox (recipient, booking_uuid) WHERE state = 'failed';
