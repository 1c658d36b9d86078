-- when the person of the account last signed in: the list is read for a while, whether a feed is over it or not
ALTER TABLE readers ADD COLUMN visited_at INTEGER;
