-- Time zone (IANA) and language of the pages that a person chose; '' follows the service and the browser.
ALTER TABLE accounts ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN language TEXT NOT NULL DEFAULT '';
