-- `modified` of a booking when it was first seen ended; NULL while it stands
ALTER TABLE bookings ADD COLUMN ended_micros INTEGER;
UPDATE bookings SET ended_micros = modified_micros WHERE state = 'Terminated';
