-- A calendar asks what lies in some days: both ends are in the index, so that only what it shows is read.
DROP INDEX bookings_end;
CREATE INDEX bookings_end ON bookings (source_id, last_end_at, first_start_at);
