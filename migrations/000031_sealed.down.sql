CREATE OR REPLACE FUNCTION seq_at(home uuid, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    low    bigint := 0;
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

DROP TRIGGER events_go_sealed ON events;
DROP FUNCTION refuse_unsealed();
DROP TRIGGER events_stay ON events;
DROP TRIGGER events_are_forever ON events;
CREATE TRIGGER events_are_forever BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

REVOKE ALL ON events, checkpoint_heads FROM logis_sealer;
DROP TABLE home_bases;
REVOKE USAGE ON SCHEMA public FROM logis_sealer;
