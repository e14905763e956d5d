-- The newest event recorded at or before a time; 0 when there is none.
-- recorded_at never decreases within a home, so it is found by halving: about
-- twenty probes of the primary key for a million events.
CREATE FUNCTION seq_at(home uuid, at timestamptz) RETURNS bigint
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
GRANT EXECUTE ON FUNCTION seq_at(uuid, timestamptz) TO logis_app;
