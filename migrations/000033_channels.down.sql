DELETE FROM server_keys WHERE name = 'push';
COMMENT ON TABLE server_keys IS 'Ed25519 seeds, made by the first server that needs one.';
ALTER TABLE server_keys RENAME CONSTRAINT server_keys_seed_is_32_bytes TO server_keys_seed_is_ed25519;
DELETE FROM notification_paces WHERE channel <> 'email';
ALTER TABLE notification_paces
    DROP CONSTRAINT notification_paces_pkey,
    DROP COLUMN channel,
    ADD CONSTRAINT notification_paces_pkey PRIMARY KEY (home_id, person_id);
DELETE FROM notifications_due WHERE channel <> 'email';
ALTER TABLE notifications_due
    DROP CONSTRAINT notifications_due_pkey,
    DROP COLUMN channel,
    ADD CONSTRAINT notifications_due_pkey PRIMARY KEY (home_id, person_id, seq);
DROP TABLE person_webhooks, push_subscriptions;
DROP INDEX sessions_id;
