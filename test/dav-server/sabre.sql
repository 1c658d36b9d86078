-- The tables of sabre/dav 1.8, and one user.
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY,
    principaluri TEXT,
    displayname TEXT,
    uri TEXT,
    ctag INTEGER,
    description TEXT,
    calendarorder INTEGER,
    calendarcolor TEXT,
    timezone TEXT,
    components TEXT,
    transparent INTEGER
);
CREATE TABLE calendarobjects (
    id INTEGER PRIMARY KEY,
    calendardata BLOB,
    uri TEXT,
    calendarid INTEGER,
    lastmodified INTEGER,
    etag TEXT,
    size INTEGER,
    componenttype TEXT,
    firstoccurence INTEGER,
    lastoccurence INTEGER,
    UNIQUE (calendarid, uri)
);
CREATE TABLE principals (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, email TEXT, displayname TEXT, vcardurl TEXT);
CREATE TABLE groupmembers (
    id INTEGER PRIMARY KEY,
    principal_id INTEGER,
    member_id INTEGER,
    UNIQUE (principal_id, member_id)
);
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, digesta1 TEXT);
INSERT INTO principals (uri, email, displayname) VALUES
    ('principals/alice', 'alice@example.org', 'Alice'),
    ('principals/alice/calendar-proxy-read', NULL, NULL),
    ('principals/alice/calendar-proxy-write', NULL, NULL);
