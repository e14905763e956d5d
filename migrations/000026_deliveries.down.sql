DROP TABLE notification_paces, notifications_due, notification_settings, webhook_targets, webhooks;
