CREATE TABLE home_tests (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT home_tests_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE home_tests IS 'Projection: slices of the log with the firings that a rule should come to in them.';

GRANT SELECT, INSERT, UPDATE, DELETE ON home_tests TO logis_app;
