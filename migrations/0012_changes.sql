-- length of the list of changed bookings when it was last asked for; 0 while it fits on one page
ALTER TABLE sources ADD COLUMN changes_count INTEGER NOT NULL DEFAULT 0;
-- Waldur's clock when the sweep under way began, and 1 when its next page is read with all columns
ALTER TABLE sources ADD COLUMN sweep_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN sweep_rich INTEGER NOT NULL DEFAULT 0;
