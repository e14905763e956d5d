DROP TABLE webhook_targets, webhooks;
