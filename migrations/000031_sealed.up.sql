-- Who deletes events that are sealed may do nothing else: the server takes this role
-- for the moment that takes.
DO $$
BEGIN
    CREATE ROLE logis_sealer NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT logis_sealer TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO logis_sealer;

-- Where a log begins whose older events went: what they came to. It stands with the
-- log: without it what is left cannot be folded. An event of the log, home.range_sealed,
-- holds the same root and the SHA-256 of the state.
CREATE TABLE home_bases (
    home_id     uuid        NOT NULL,
    seq         bigint      NOT NULL, -- the last event that goes
    recorded_at timestamptz NOT NULL, -- of that event
    sealed_by   bigint      NOT NULL CONSTRAINT home_bases_sealed_later CHECK (sealed_by > seq),
    begun_at    timestamptz,          -- the log begins after seq since then; none: nothing was deleted
    ended_at    timestamptz,          -- nothing up to seq is left since then
    root        bytea       NOT NULL, -- the hash of that event
    sum         bytea       NOT NULL, -- SHA-256 of what doc unpacks to
    doc         bytea       NOT NULL, -- the folded home: JSON, deflated
    CONSTRAINT home_bases_pkey PRIMARY KEY (home_id, seq)
);
COMMENT ON TABLE home_bases IS 'What the events of a home came to that were sealed and went.';
ALTER TABLE home_bases ALTER COLUMN doc SET STORAGE EXTERNAL;

SELECT wall_in('home_bases');

GRANT SELECT, INSERT ON home_bases TO logis_app;
GRANT SELECT, UPDATE, DELETE ON home_bases TO logis_sealer;
GRANT SELECT, DELETE ON events TO logis_sealer;
GRANT SELECT ON checkpoint_heads TO logis_sealer;

-- The log is never changed; it only ever loses its beginning, by that role.
DROP TRIGGER events_are_forever ON events;
CREATE TRIGGER events_are_forever BEFORE UPDATE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_stay BEFORE DELETE ON events
    FOR EACH STATEMENT WHEN (current_user <> 'logis_sealer') EXECUTE FUNCTION refuse_change();

-- What goes must be sealed by an event of the home that says so, and a signed
-- checkpoint must cover that event.
CREATE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT g.home_id, max(g.seq) AS seq FROM gone g GROUP BY g.home_id) went
        WHERE NOT EXISTS (
            SELECT FROM home_bases b JOIN events e ON e.home_id = b.home_id AND e.seq = b.sealed_by
            WHERE b.home_id = went.home_id AND b.seq >= went.seq AND b.begun_at IS NOT NULL
              AND e.type = 'home.range_sealed' AND (convert_from(e.data, 'UTF8')::jsonb ->> 'up_to')::bigint = b.seq
              AND EXISTS (SELECT FROM checkpoint_heads c WHERE c.home_id = b.home_id AND c.seq >= b.sealed_by)))
    THEN
        RAISE EXCEPTION 'the log is never changed: these events are not sealed'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER events_go_sealed AFTER DELETE ON events REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unsealed();

-- As before, in a log that may have lost its beginning: before that it is the last
-- event that went.
CREATE OR REPLACE FUNCTION seq_at(home uuid, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    low    bigint := coalesce((SELECT max(b.seq) FROM home_bases b WHERE b.home_id = home AND b.begun_at IS NOT NULL), 0);
    high   bigint := (SELECT h.seq FROM home_heads h WHERE h.home_id = home);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := low + (high - low + 1) / 2;
        IF (SELECT e.recorded_at FROM events e WHERE e.home_id = home AND e.seq = middle) <= at THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
