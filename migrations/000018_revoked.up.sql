-- Every server asks each second which of its gateways were revoked.
CREATE INDEX gateway_keys_revoked ON gateway_keys (replica) WHERE revoked_at IS NOT NULL;
