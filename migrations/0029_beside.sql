-- What lies beside a booking: by its length, rounded up, so that a look at a day reads what is near it, and not all that comes later.
-- The lengths are those of src/store/bookings/beside.ts.
CREATE INDEX bookings_near ON bookings (
  source_id, data->>'$.offeringUuid',
  CASE WHEN last_end_at - first_start_at <= 86400 THEN 86400
    WHEN last_end_at - first_start_at <= 691200 THEN 691200
    WHEN last_end_at - first_start_at <= 8035200 THEN 8035200
    ELSE 9007199254740991 END,
  first_start_at, last_end_at, uuid
) WHERE vanished_at IS NULL AND state != 'Terminated';
DROP INDEX bookings_beside;
