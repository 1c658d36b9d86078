-- 1: gone from the calendar with most of the others at once, which is nobody's edit; held until somebody has them put back
ALTER TABLE ledger ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
-- number of these, as the last run saw it
ALTER TABLE targets ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
