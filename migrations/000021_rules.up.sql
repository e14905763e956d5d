CREATE TABLE rules (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT rules_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE rules IS 'Projection: the rules of a home in their present version.';

-- Apart from the rules, so that a firing does not write the document again.
CREATE TABLE rule_runs (
    home_id  uuid        NOT NULL,
    id       uuid        NOT NULL, -- the rule's
    revision bigint      NOT NULL,
    due_at   timestamptz,          -- the earliest time it waits for
    doc      bytea       NOT NULL,
    CONSTRAINT rule_runs_pkey PRIMARY KEY (home_id, id)
) WITH (fillfactor = 50);
COMMENT ON TABLE rule_runs IS 'Projection: when each rule last fired and what it waits for.';
CREATE INDEX rule_runs_due ON rule_runs (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE scenes (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT scenes_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE scenes IS 'Projection: the scenes of a home in their present version.';

CREATE TABLE paces (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL, -- the device's
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT paces_pkey PRIMARY KEY (home_id, id)
) WITH (fillfactor = 50);
COMMENT ON TABLE paces IS 'Projection: how often rules moved each device in the last minute.';

GRANT SELECT, INSERT, UPDATE, DELETE ON rules, rule_runs, scenes, paces TO logis_app;
