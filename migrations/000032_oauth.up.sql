-- Apps of others that act for a person, by OAuth 2.1. Secrets are kept as SHA-256 of 32
-- random bytes, as everywhere. What an app comes with is a token like any other: one
-- place says what it may.
CREATE TABLE oauth_apps (
    app_id     uuid        PRIMARY KEY,           -- the client_id
    owner_id   uuid        REFERENCES persons ON DELETE CASCADE, -- none: registered by who runs the server
    name       text        NOT NULL,
    redirects  text[]      NOT NULL,              -- compared letter by letter
    secret     bytea,                             -- none: a public app
    assistant  boolean     NOT NULL DEFAULT false, -- speaks OAuth 2.0 only: no PKCE, refresh tokens stay
    created_at timestamptz NOT NULL,
    CONSTRAINT oauth_apps_assistant_check CHECK (NOT assistant OR (secret IS NOT NULL AND owner_id IS NULL))
);
COMMENT ON TABLE oauth_apps IS 'Apps that may ask people for access.';
CREATE INDEX oauth_apps_owner ON oauth_apps (owner_id);

CREATE TABLE oauth_grants (
    grant_id   uuid        PRIMARY KEY,
    app_id     uuid        NOT NULL REFERENCES oauth_apps ON DELETE CASCADE,
    person_id  uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    limits     bytea       NOT NULL, -- JSON, as of tokens
    created_at timestamptz NOT NULL,
    used_at    timestamptz,          -- when it last got a token; none: the code was not exchanged
    expires_at timestamptz NOT NULL  -- moves with every use
);
COMMENT ON TABLE oauth_grants IS 'What a person allowed an app; its codes and tokens end with it.';
CREATE INDEX oauth_grants_person ON oauth_grants (person_id);
CREATE INDEX oauth_grants_app ON oauth_grants (app_id);

CREATE TABLE oauth_codes (
    hash       bytea       PRIMARY KEY,
    grant_id   uuid        NOT NULL REFERENCES oauth_grants ON DELETE CASCADE,
    redirect   text        NOT NULL,
    challenge  text        NOT NULL, -- of PKCE, S256; '': an assistant without one
    expires_at timestamptz NOT NULL,
    used_at    timestamptz           -- a second use ends the grant
);
COMMENT ON TABLE oauth_codes IS 'Codes that an app exchanges for tokens, once.';
CREATE INDEX oauth_codes_grant ON oauth_codes (grant_id);

CREATE TABLE oauth_refreshes (
    hash     bytea       PRIMARY KEY,
    grant_id uuid        NOT NULL REFERENCES oauth_grants ON DELETE CASCADE,
    used_at  timestamptz            -- a second use ends the grant
);
COMMENT ON TABLE oauth_refreshes IS 'What an app gets its next token with, once.';
CREATE INDEX oauth_refreshes_grant ON oauth_refreshes (grant_id);

ALTER TABLE tokens ADD COLUMN grant_id uuid REFERENCES oauth_grants ON DELETE CASCADE;
COMMENT ON COLUMN tokens.grant_id IS 'Of an app; none: a personal token.';
CREATE INDEX tokens_grant ON tokens (grant_id) WHERE grant_id IS NOT NULL;

-- Who somebody is at the OpenID provider. Never an address: those change hands.
CREATE TABLE openid_identities (
    issuer    text        NOT NULL,
    subject   text        NOT NULL,
    person_id uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    linked_at timestamptz NOT NULL,
    CONSTRAINT openid_identities_pkey PRIMARY KEY (issuer, subject)
);
COMMENT ON TABLE openid_identities IS 'People as the OpenID provider knows them.';
CREATE INDEX openid_identities_person ON openid_identities (person_id);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON oauth_apps, oauth_grants, oauth_codes, oauth_refreshes, openid_identities TO logis_app;
