CREATE TABLE persons (
    person_id  uuid        PRIMARY KEY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE persons IS 'People who can sign in. Personal data: erased, never part of the log.';

-- Secrets are kept as SHA-256 of 32 random bytes: nothing here opens a door.
CREATE TABLE sign_in_links (
    hash       bytea       PRIMARY KEY,
    person_id  uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE sign_in_links IS 'One-time links that sign a person in.';

CREATE TABLE sessions (
    hash       bytea       PRIMARY KEY,
    person_id  uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE sessions IS 'Browsers that are signed in.';
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE claims (
    claim_id   bytea       PRIMARY KEY,
    home_id    uuid        NOT NULL,
    secret     bytea       NOT NULL, -- needed in clear for the proof; worthless once used or after ten minutes
    created_by uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    tries      integer     NOT NULL DEFAULT 0
);
COMMENT ON TABLE claims IS 'Permission for one new gateway to join one home, once.';

CREATE TABLE gateway_keys (
    gateway_id uuid        PRIMARY KEY,
    home_id    uuid        NOT NULL,
    public_key bytea       NOT NULL UNIQUE, -- Ed25519; the private half never left the gateway
    session    bigint      NOT NULL DEFAULT 0, -- rises with every connection
    replica    text,                           -- the server that holds it
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
COMMENT ON TABLE gateway_keys IS 'Which key speaks for which gateway.';
CREATE INDEX gateway_keys_replica ON gateway_keys (replica);

CREATE TABLE replicas (
    replica    text        PRIMARY KEY,
    seen_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE replicas IS 'Servers that are alive, so that the sessions of a dead one can be closed.';

GRANT SELECT, INSERT, UPDATE, DELETE
    ON persons, sign_in_links, sessions, claims, gateway_keys, replicas TO logis_app;
