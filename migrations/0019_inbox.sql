-- Requests that nobody has answered: all that an inbox counts, filters and sorts by is in the index.
CREATE INDEX bookings_open ON bookings (
  source_id, last_end_at, first_start_at, uuid, created_micros, modified_micros, order_state,
  data->>'$.offeringUuid', data->>'$.providerUuid'
) WHERE state = 'Creating' AND vanished_at IS NULL;
-- What lies beside a booking of an offering.
CREATE INDEX bookings_beside ON bookings (source_id, data->>'$.offeringUuid', last_end_at, first_start_at, uuid)
  WHERE vanished_at IS NULL AND state != 'Terminated';
