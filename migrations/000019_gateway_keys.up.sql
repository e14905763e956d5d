-- A gateway's key ends after ninety days and is followed by another. The columns
-- grow only: a server of the release before goes on reading public_key.
ALTER TABLE gateway_keys
    ADD COLUMN serial       bigint NOT NULL DEFAULT 1, -- counts the keys of the gateway
    ADD COLUMN not_before   timestamptz,
    ADD COLUMN not_after    timestamptz,               -- NULL: its agent never spoke a protocol that can renew
    ADD COLUMN next_key     bytea UNIQUE,              -- asked for by the present key; becomes it with its first session
    ADD COLUMN next_at      timestamptz,               -- when it was asked for
    ADD COLUMN suspended_at timestamptz,
    ADD COLUMN machines     jsonb NOT NULL DEFAULT '[]'; -- which said hello lately, to notice two with one key

-- Every server asks each second which of its gateways may not speak any more.
DROP INDEX gateway_keys_revoked;
CREATE INDEX gateway_keys_out ON gateway_keys (replica) WHERE revoked_at IS NOT NULL OR suspended_at IS NOT NULL;

CREATE TABLE retired_keys (
    public_key bytea       PRIMARY KEY,
    gateway_id uuid        NOT NULL,
    home_id    uuid        NOT NULL,
    retired_at timestamptz NOT NULL
);
COMMENT ON TABLE retired_keys IS 'Keys that gateways had: none of them is ever accepted again.';

CREATE TABLE newcomers (
    home_id        uuid        NOT NULL,
    letters        text        NOT NULL, -- of the key: what the owner compares
    public_key     bytea       NOT NULL UNIQUE,
    gateway_id     uuid        NOT NULL, -- what it will be
    known          boolean     NOT NULL, -- that gateway is here already: the key is a new one for it
    can_renew      boolean     NOT NULL, -- its agent speaks a protocol in which keys end
    since          timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    refused_at     timestamptz,
    PRIMARY KEY (home_id, letters)
);
COMMENT ON TABLE newcomers IS 'Keys of gateways that wait until the owner has compared their letters.';

ALTER TABLE claims ADD COLUMN gateway_id uuid; -- NULL: for a new gateway

GRANT SELECT, INSERT, UPDATE, DELETE ON retired_keys, newcomers TO logis_app;
