-- The organisation of whose requests and decisions alone a webhook is told; '' for all.
ALTER TABLE webhooks ADD COLUMN provider_uuid TEXT NOT NULL DEFAULT '';
