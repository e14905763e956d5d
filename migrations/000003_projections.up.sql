-- Everything here can be dropped and rebuilt from the log. Each table holds one
-- document per thing, the JSON of the domain type, written by the one fold.
CREATE TABLE homes (
    home_id  uuid   PRIMARY KEY,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL
);
COMMENT ON TABLE homes IS 'Projection: what there is to know of a home itself.';

CREATE TABLE members (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT members_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE members IS 'Projection: who belongs to a home. id is the person.';
CREATE INDEX members_person ON members (id);

CREATE TABLE rooms (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT rooms_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE rooms IS 'Projection: the places of a home.';

CREATE TABLE gateways (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT gateways_pkey PRIMARY KEY (home_id, id)
) WITH (fillfactor = 50);
COMMENT ON TABLE gateways IS 'Projection: presence and cursor of each gateway.';

CREATE TABLE devices (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT devices_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE devices IS 'Projection: what each device is and where.';

-- Rewritten by every report: half of each page stays free for it.
CREATE TABLE twins (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT twins_pkey PRIMARY KEY (home_id, id)
) WITH (fillfactor = 50);
COMMENT ON TABLE twins IS 'Projection: desired and reported state of each device.';

CREATE TABLE commands (
    home_id    uuid        NOT NULL,
    id         uuid        NOT NULL,
    revision   bigint      NOT NULL, -- the newest event of its life
    device_id  uuid        NOT NULL,
    requested  bigint      NOT NULL, -- seq of command.requested
    open       boolean     NOT NULL,
    due_at     timestamptz,          -- when it must be closed if nothing comes; none when closed
    doc        bytea       NOT NULL,
    CONSTRAINT commands_pkey PRIMARY KEY (home_id, id)
) WITH (fillfactor = 70);
COMMENT ON TABLE commands IS 'Projection: every command and how far it came.';
CREATE INDEX commands_newest ON commands (home_id, requested);
CREATE INDEX commands_of_device ON commands (home_id, device_id, requested);
CREATE INDEX commands_open ON commands (home_id) WHERE open;
CREATE INDEX commands_due ON commands (due_at) WHERE due_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE
    ON homes, members, rooms, gateways, devices, twins, commands TO logis_app;
