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

-- Whom to tell what, and how. The address is personal: erased with the person.
CREATE TABLE notification_settings (
    person_id    uuid        PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    address      text,                       -- for e-mail
    code         bytea,                      -- SHA-256 of what was sent to it, until it comes back
    code_at      timestamptz,
    tries        integer     NOT NULL DEFAULT 0, -- of the code
    confirmed_at timestamptz,
    doc          bytea       NOT NULL DEFAULT '{}' -- JSON: quiet hours, and choices by kind
);
COMMENT ON TABLE notification_settings IS 'How people want to be told what happens in their homes.';

CREATE TABLE notifications_due (
    home_id   uuid        NOT NULL,
    person_id uuid        NOT NULL,
    seq       bigint      NOT NULL, -- the event to tell of
    about     text        NOT NULL,
    due_at    timestamptz NOT NULL,
    tries     integer     NOT NULL DEFAULT 0,
    CONSTRAINT notifications_due_pkey PRIMARY KEY (home_id, person_id, seq)
);
COMMENT ON TABLE notifications_due IS 'What people are still to be told of.';
CREATE INDEX notifications_due_at ON notifications_due (due_at);

CREATE TABLE notification_paces (
    home_id   uuid        NOT NULL,
    person_id uuid        NOT NULL,
    began_at  timestamptz NOT NULL,
    sent      integer     NOT NULL, -- since then
    CONSTRAINT notification_paces_pkey PRIMARY KEY (home_id, person_id)
);
COMMENT ON TABLE notification_paces IS 'How many messages each person got lately, so that a flood becomes one.';

GRANT SELECT, INSERT, UPDATE, DELETE ON notification_settings, notifications_due, notification_paces TO logis_app;
