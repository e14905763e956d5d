-- River's 008_job_id_autoincrement.up.sql, exported by a test (Mozilla Public License 2.0).
-- No-op. Postgres sequences already prevent automatically generated job IDs
-- from being reused.
SELECT 1;
