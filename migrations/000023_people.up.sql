-- What a person signs in with beside links. Secrets are kept as what cannot be
-- turned back, but for the seed of one-time codes, which has to be at hand.
ALTER TABLE persons ADD COLUMN login text CONSTRAINT persons_login_key UNIQUE;
COMMENT ON COLUMN persons.login IS 'The name to sign in with, lower case; none: by link and passkey only.';

ALTER TABLE sessions
    ADD COLUMN session_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN proved_at  timestamptz NOT NULL DEFAULT now(), -- when the person last proved who they are
    ADD COLUMN agent      text        NOT NULL DEFAULT '';    -- what the browser calls itself, cut

CREATE TABLE passwords (
    person_id  uuid        PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    hash       text        NOT NULL, -- argon2id with its parameters and salt
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE passwords IS 'Passwords as argon2id hashes.';

CREATE TABLE one_time_seeds (
    person_id    uuid        PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    seed         bytea       NOT NULL,
    confirmed_at timestamptz,          -- none: the person has not shown a code of it yet
    last_step    bigint      NOT NULL DEFAULT 0 -- of the newest code that was used: none is used twice
);
COMMENT ON TABLE one_time_seeds IS 'Seeds of one-time codes (RFC 6238), the second factor beside a password.';

CREATE TABLE recovery_codes (
    hash      bytea PRIMARY KEY,
    person_id uuid  NOT NULL REFERENCES persons ON DELETE CASCADE
);
COMMENT ON TABLE recovery_codes IS 'Codes that stand in for the second factor, each once.';
CREATE INDEX recovery_codes_person ON recovery_codes (person_id);

CREATE TABLE passkeys (
    credential_id bytea       PRIMARY KEY,
    person_id     uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    passkey_id    uuid        NOT NULL UNIQUE,
    name          text        NOT NULL,
    doc           bytea       NOT NULL, -- public key and counters, as JSON
    created_at    timestamptz NOT NULL,
    used_at       timestamptz
);
COMMENT ON TABLE passkeys IS 'Public keys that people sign in with.';
CREATE INDEX passkeys_person ON passkeys (person_id);

CREATE TABLE ceremonies (
    hash       bytea       PRIMARY KEY,
    doc        bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE ceremonies IS 'Challenges of passkeys that wait for their answer, each once.';

CREATE TABLE tokens (
    hash       bytea       PRIMARY KEY,
    token_id   uuid        NOT NULL UNIQUE,
    person_id  uuid        NOT NULL REFERENCES persons ON DELETE CASCADE,
    name       text        NOT NULL,
    limits     bytea       NOT NULL, -- JSON: the home, the actions, the classes
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE tokens IS 'What programs of a person come with.';
CREATE INDEX tokens_person ON tokens (person_id);

CREATE TABLE invitations (
    home_id       uuid        NOT NULL,
    invitation_id uuid        NOT NULL,
    hash          bytea       NOT NULL UNIQUE,
    role          text        NOT NULL,
    scope         bytea       NOT NULL, -- JSON
    created_by    uuid        NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    CONSTRAINT invitations_pkey PRIMARY KEY (home_id, invitation_id)
);
COMMENT ON TABLE invitations IS 'Links that let one person into a home, until they are used.';

-- What happened at the door where no home is concerned. Addresses are personal:
-- kept for ninety days.
CREATE TABLE access_log (
    entry_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id uuid,                 -- none: nobody knows
    what      text        NOT NULL,
    refused   boolean     NOT NULL,
    place     text        NOT NULL  -- where it came from
);
COMMENT ON TABLE access_log IS 'Who signed in, who was refused, and what changed about how people sign in.';
CREATE INDEX access_log_person ON access_log (person_id, at);
CREATE INDEX access_log_age ON access_log (at);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON passwords, one_time_seeds, recovery_codes, passkeys, ceremonies, tokens, invitations TO logis_app;
GRANT SELECT, INSERT, DELETE ON access_log TO logis_app;
