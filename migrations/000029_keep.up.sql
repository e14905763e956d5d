-- Who was erased. A backup that is restored brings them back: this is applied to it
-- before anybody is let in, from a copy that is kept apart.
CREATE TABLE erasures (
    person_id uuid        PRIMARY KEY,
    erased_at timestamptz NOT NULL
);
COMMENT ON TABLE erasures IS 'Persons who were erased: a random id and when, and nothing else of them.';

GRANT SELECT, INSERT ON erasures TO logis_app;
