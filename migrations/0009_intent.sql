-- Nothing ever read when a request was begun.
ALTER TABLE ledger DROP COLUMN intent_at;
