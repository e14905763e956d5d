-- Unlogged: a call lives for seconds, and neither a crash nor a backup needs it.
CREATE UNLOGGED TABLE gateway_calls (
    call_id    uuid        PRIMARY KEY,
    replica    text        NOT NULL, -- the server that holds the gateway's session
    gateway_id uuid        NOT NULL,
    session    bigint      NOT NULL,
    method     text        NOT NULL,
    params     bytea       NOT NULL,
    not_after  timestamptz NOT NULL,
    taken      boolean     NOT NULL DEFAULT false,
    answered   boolean     NOT NULL DEFAULT false,
    result     bytea,
    code       text,                 -- why there is no result …
    message    text                  -- … in words
);
COMMENT ON TABLE gateway_calls IS 'What one server asks a gateway that another one is connected with.';
CREATE INDEX gateway_calls_replica ON gateway_calls (replica) WHERE NOT taken;

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_calls TO logis_app;
