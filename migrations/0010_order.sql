-- The order that made a booking, for the link to its page.
ALTER TABLE bookings ADD COLUMN order_uuid TEXT;
