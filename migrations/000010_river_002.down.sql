-- River's 002_initial_schema.down.sql, exported by a test (Mozilla Public License 2.0).
DROP TABLE river_job;
DROP FUNCTION river_job_notify;
DROP TYPE river_job_state;

DROP TABLE river_leader;
