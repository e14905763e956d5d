DROP TABLE idempotency_keys, words, events, home_heads;
DROP FUNCTION refuse_change();
