-- tombstones taken out when the feed was emptied: JSON, the time each UID became one; '' for none
ALTER TABLE feeds ADD COLUMN buried TEXT NOT NULL DEFAULT '';
