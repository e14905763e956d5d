-- Which home a refused attempt was about: its owner is told of it.
ALTER TABLE access_log ADD COLUMN home_id uuid;
COMMENT ON COLUMN access_log.home_id IS 'The home a refused attempt was about; none: no home was concerned.';
CREATE INDEX access_log_home ON access_log (home_id, at) WHERE home_id IS NOT NULL;

-- Where what people did came from. Addresses are personal: they stand beside the
-- log, not in it, and go with the access log after ninety days.
CREATE TABLE origins (
    home_id   uuid        NOT NULL,
    seq       bigint      NOT NULL, -- what was done
    at        timestamptz NOT NULL DEFAULT now(),
    place     text        NOT NULL, -- the network address it came from
    person_id uuid        NOT NULL, -- who did it
    CONSTRAINT origins_pkey PRIMARY KEY (home_id, seq)
);
COMMENT ON TABLE origins IS 'Where what a person did came from, for ninety days.';
CREATE INDEX origins_age ON origins (at);
CREATE INDEX origins_person ON origins (person_id);
GRANT SELECT, INSERT, DELETE ON origins TO logis_app;

-- What somebody did, without what devices told and how far commands came: the rare
-- events among the many. A report is looked at and not indexed. eventstore asks in
-- the same words.
CREATE INDEX events_deeds ON events (home_id, seq)
    WHERE type NOT IN ('device.reported', 'device.signalled', 'device.availability_changed',
        'command.sent', 'command.delivered', 'command.succeeded', 'command.failed', 'command.rejected', 'command.expired',
        'command.superseded', 'command.cancelled', 'command.unknown', 'command.answered_late',
        'gateway.connected', 'gateway.disconnected', 'gateway.entry_refused',
        'rule.fired', 'rule.waited', 'rule.wait_ended');

-- Parts of the past that somebody marked. What people wrote stands here only and
-- can be erased.
CREATE TABLE incidents (
    home_id     uuid        NOT NULL,
    incident_id uuid        NOT NULL,
    after_seq   bigint      NOT NULL,
    to_seq      bigint      NOT NULL,
    rooms       uuid[]      NOT NULL,
    devices     uuid[]      NOT NULL,
    note        text        NOT NULL,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT incidents_pkey PRIMARY KEY (home_id, incident_id),
    CONSTRAINT incidents_slice CHECK (after_seq >= 0 AND to_seq > after_seq)
);
COMMENT ON TABLE incidents IS 'Parts of the past that were marked, with what people wrote about them.';

CREATE TABLE incident_links (
    home_id     uuid        NOT NULL,
    incident_id uuid        NOT NULL,
    hash        bytea       NOT NULL UNIQUE,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    opened      bigint      NOT NULL DEFAULT 0, -- how often
    opened_at   timestamptz,                    -- the last time
    CONSTRAINT incident_links_pkey PRIMARY KEY (home_id, hash),
    CONSTRAINT incident_links_incident FOREIGN KEY (home_id, incident_id) REFERENCES incidents ON DELETE CASCADE
);
COMMENT ON TABLE incident_links IS 'Links that show one incident to whoever holds them, until they expire.';

GRANT SELECT, INSERT, UPDATE, DELETE ON incidents, incident_links TO logis_app;
