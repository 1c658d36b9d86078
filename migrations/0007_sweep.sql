-- A sweep compares each stored booking with Waldur's list: all it looks at lies here in the order of that list.
DROP INDEX bookings_created;
CREATE INDEX bookings_created ON bookings (source_id, created_micros, uuid, slim, order_state, missed_sweep, vanished_at);
