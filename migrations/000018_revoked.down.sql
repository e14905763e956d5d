DROP INDEX gateway_keys_revoked;
