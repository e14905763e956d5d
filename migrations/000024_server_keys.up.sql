-- Keys with which all servers of this database sign as one. What they sign is kept
-- by gateways: it tells the server's rules from a damaged or forged file.
CREATE TABLE server_keys (
    name text  NOT NULL,
    seed bytea NOT NULL CONSTRAINT server_keys_seed_is_ed25519 CHECK (length(seed) = 32),
    CONSTRAINT server_keys_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE server_keys IS 'Ed25519 seeds, made by the first server that needs one.';

GRANT SELECT, INSERT ON server_keys TO logis_app;
