-- 1: stood for the provider when they decided or tried to; tries of others are for themselves and the operator alone
ALTER TABLE decisions ADD COLUMN insider INTEGER NOT NULL DEFAULT 0;
