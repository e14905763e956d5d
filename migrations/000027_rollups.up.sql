CREATE TABLE corrections (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT corrections_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE corrections IS 'Projection: what was put right about what devices measured.';

-- What follows is made by reading the log behind the appends, and can be dropped: a
-- home without a cursor is summed up from its first event.
CREATE TABLE rollup_cursors (
    home_id     uuid        NOT NULL,
    seq         bigint      NOT NULL, -- everything up to it is summed up
    recorded_at timestamptz NOT NULL, -- of that event
    time_zone   text        NOT NULL,
    CONSTRAINT rollup_cursors_pkey PRIMARY KEY (home_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE rollup_cursors IS 'Async projection: how far each log is summed up.';

-- Half of the newest pages is written again and again: the buckets that time is in.
CREATE TABLE rollups (
    home_id  uuid             NOT NULL,
    device   uuid             NOT NULL,
    first_at timestamptz      NOT NULL,
    last_at  timestamptz      NOT NULL,
    start    timestamptz      NOT NULL,
    count    bigint           NOT NULL,
    min      double precision NOT NULL, -- these four are 0 where values are no numbers
    max      double precision NOT NULL,
    area     double precision NOT NULL, -- values times the seconds they held
    rise     double precision NOT NULL, -- what a meter counted
    size     smallint         NOT NULL, -- 0: five minutes, 1: an hour, 2: a day of the home
    property text             NOT NULL,
    first    text             NOT NULL, -- values are canonical JSON
    last     text             NOT NULL,
    states   bytea,                     -- microseconds in each state, as JSON
    CONSTRAINT rollups_pkey PRIMARY KEY (home_id, device, property, size, start)
) WITH (fillfactor = 70);
COMMENT ON TABLE rollups IS 'Async projection: what the samples in stretches of time come to, by when they happened.';

-- Five minutes are dropped as they grow old.
CREATE INDEX rollups_fine ON rollups (home_id, start) WHERE size = 0;

CREATE TABLE rejected_readings (
    home_id    uuid   NOT NULL,
    correction uuid   NOT NULL,
    device     uuid   NOT NULL,
    reading    bigint NOT NULL, -- the report
    property   text   NOT NULL,
    CONSTRAINT rejected_readings_pkey PRIMARY KEY (home_id, correction)
);
COMMENT ON TABLE rejected_readings IS 'Async projection: samples that do not count.';

GRANT SELECT, INSERT, UPDATE, DELETE ON corrections, rollup_cursors, rollups, rejected_readings TO logis_app;
