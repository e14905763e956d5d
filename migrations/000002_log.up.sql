-- The head of each home's log. An append locks this row until it commits, so
-- commit order is seq order and the sequence has no gaps. Half the page stays
-- free: every append updates the row in place.
CREATE TABLE home_heads (
    home_id     uuid        PRIMARY KEY,
    seq         bigint      NOT NULL CONSTRAINT home_heads_seq_counts_up CHECK (seq >= 0),
    hash        bytea       NOT NULL CONSTRAINT home_heads_hash_is_sha256 CHECK (length(hash) = 32),
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE home_heads IS 'The newest event of each home: its place, its hash, its time.';

-- The log itself. Columns stand in the order of their alignment (16-byte ids and
-- 8-byte numbers first), so that a report costs no padding.
CREATE TABLE events (
    home_id     uuid        NOT NULL,
    seq         bigint      NOT NULL,
    recorded_at timestamptz NOT NULL, -- never decreases within a home
    occurred_at timestamptz NOT NULL, -- by the edge's estimate of this clock
    event_id    uuid        NOT NULL,
    entity      uuid        NOT NULL, -- what it is about; the home itself if nothing smaller
    gateway_id  uuid,                 -- the edge identity of a report: recorded exactly once,
    edge_seq    bigint,               -- held by the gateway's cursor under the same lock
    causation   bigint,
    correlation bigint,
    edge_epoch  integer,
    schema      smallint    NOT NULL,
    flags       smallint    NOT NULL,
    type        text        NOT NULL,
    actor       text        NOT NULL,
    model       text,
    data        bytea       NOT NULL, -- the exact JSON text that is hashed
    hash        bytea       NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (home_id, seq)
);
COMMENT ON TABLE events IS 'Every fact about every home, in the order of its home. Only INSERT is allowed.';

-- One thing's history, newest first, without reading the rest of the home.
CREATE INDEX events_entity ON events (home_id, entity, seq);

-- Data is long only for refused entries: compressing it costs more than it saves.
ALTER TABLE events ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is never changed: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER events_are_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Words people chose (names) stand beside the log, not in it: they may be about
-- people and can be erased while the chain still verifies.
CREATE TABLE words (
    home_id uuid   NOT NULL,
    seq     bigint NOT NULL, -- the event that brought them
    entity  uuid   NOT NULL,
    text    text   NOT NULL,
    CONSTRAINT words_pkey PRIMARY KEY (home_id, seq)
);
COMMENT ON TABLE words IS 'The text an event brought, kept apart so that it can be erased.';
CREATE INDEX words_entity ON words (home_id, entity, seq);

-- The answer to a request that must not happen twice. The scope is a home or,
-- before there is one, a person.
CREATE TABLE idempotency_keys (
    scope_id   uuid        NOT NULL,
    key        text        NOT NULL,
    request    bytea       NOT NULL, -- SHA-256 of the request
    answer     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope_id, key)
);
COMMENT ON TABLE idempotency_keys IS 'Answers given under an Idempotency-Key, kept for a day.';
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

GRANT SELECT, INSERT ON events TO logis_app;
GRANT SELECT, INSERT, UPDATE ON home_heads TO logis_app;
GRANT SELECT, INSERT, UPDATE ON words TO logis_app;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO logis_app;
