CREATE TABLE webhooks (
    home_id  uuid   NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      bytea  NOT NULL,
    CONSTRAINT webhooks_pkey PRIMARY KEY (home_id, id)
);
COMMENT ON TABLE webhooks IS 'Projection: which events the webhooks of a home are told, and whether.';

-- Address and secret are nobody's history. The secret is needed in clear to sign.
CREATE TABLE webhook_targets (
    home_id      uuid        NOT NULL,
    webhook_id   uuid        NOT NULL,
    url          text        NOT NULL,
    secret       bytea       NOT NULL,
    old_secret   bytea,                          -- signs as well …
    old_until    timestamptz,                    -- … until then
    checkpoint   bigint      NOT NULL,           -- the log up to here was delivered
    batch        bigint      NOT NULL DEFAULT 0, -- where the batch ends that is being tried; 0: none is
    failures     integer     NOT NULL DEFAULT 0, -- in a row
    problem      text        NOT NULL DEFAULT '',-- of the last one
    failed_at    timestamptz,
    delivered_at timestamptz,
    retry_at     timestamptz,                    -- nobody calls it before
    lease        bigint      NOT NULL DEFAULT 0, -- rises with everyone who sets out to call it
    lease_until  timestamptz,                    -- nobody else does before
    CONSTRAINT webhook_targets_pkey PRIMARY KEY (home_id, webhook_id)
);
COMMENT ON TABLE webhook_targets IS 'Where webhooks are, and how far each has been told.';

GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks, webhook_targets TO logis_app;
