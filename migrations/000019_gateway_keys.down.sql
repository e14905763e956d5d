ALTER TABLE claims DROP COLUMN gateway_id;
DROP TABLE newcomers, retired_keys;
DROP INDEX gateway_keys_out;
CREATE INDEX gateway_keys_revoked ON gateway_keys (replica) WHERE revoked_at IS NOT NULL;
ALTER TABLE gateway_keys
    DROP COLUMN machines, DROP COLUMN suspended_at, DROP COLUMN next_at, DROP COLUMN next_key,
    DROP COLUMN not_after, DROP COLUMN not_before, DROP COLUMN serial;
