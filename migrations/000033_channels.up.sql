-- More ways to tell people than by e-mail: their browsers, and a program of their own.

CREATE UNIQUE INDEX sessions_id ON sessions (session_id);

-- Endpoint and auth are secrets between a browser and this server: nothing can be
-- sent with them without the server's own key.
CREATE TABLE push_subscriptions (
    browser_id uuid        PRIMARY KEY,
    person_id  uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    session_id uuid        REFERENCES sessions (session_id) ON DELETE CASCADE, -- it was made in; none: that one expired
    endpoint   text        NOT NULL UNIQUE, -- where its push service takes messages for it
    public_key bytea       NOT NULL,        -- P-256, uncompressed: only the browser can read
    auth       bytea       NOT NULL,
    agent      text        NOT NULL,        -- what the browser calls itself, cut
    created_at timestamptz NOT NULL,
    told_at    timestamptz
);
COMMENT ON TABLE push_subscriptions IS 'Browsers in which people are told what happens in their homes.';
CREATE INDEX push_subscriptions_person ON push_subscriptions (person_id, created_at);
CREATE INDEX push_subscriptions_session ON push_subscriptions (session_id);

-- The secret is needed in clear to sign.
CREATE TABLE person_webhooks (
    person_id    uuid        PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    url          text        NOT NULL,
    secret       bytea       NOT NULL,
    failures     integer     NOT NULL DEFAULT 0, -- in a row
    problem      text        NOT NULL DEFAULT '',-- of the last one
    delivered_at timestamptz,
    tested_at    timestamptz,
    ended_at     timestamptz                     -- it is told nothing any more
);
COMMENT ON TABLE person_webhooks IS 'Programs of people''s own that are told what happens in their homes.';

GRANT SELECT, INSERT, UPDATE, DELETE ON push_subscriptions, person_webhooks TO logis_app;

-- What is due, and how much was sent lately, is counted for each way by itself.
ALTER TABLE notifications_due
    ADD COLUMN channel text NOT NULL DEFAULT 'email',
    DROP CONSTRAINT notifications_due_pkey,
    ADD CONSTRAINT notifications_due_pkey PRIMARY KEY (home_id, person_id, channel, seq);
ALTER TABLE notification_paces
    ADD COLUMN channel text NOT NULL DEFAULT 'email',
    DROP CONSTRAINT notification_paces_pkey,
    ADD CONSTRAINT notification_paces_pkey PRIMARY KEY (home_id, person_id, channel);

-- The key that push services know this server by stands there, too, and is no Ed25519 seed.
ALTER TABLE server_keys RENAME CONSTRAINT server_keys_seed_is_ed25519 TO server_keys_seed_is_32_bytes;
COMMENT ON TABLE server_keys IS 'Private keys, made by the first server that needs one: Ed25519 seeds, and a scalar of P-256.';
