DROP TABLE access_log, invitations, tokens, ceremonies, passkeys, recovery_codes, one_time_seeds, passwords;
ALTER TABLE sessions DROP COLUMN session_id, DROP COLUMN proved_at, DROP COLUMN agent;
ALTER TABLE persons DROP COLUMN login;
