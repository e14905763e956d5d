-- River's 003_river_job_tags_non_null.down.sql, exported by a test (Mozilla Public License 2.0).
ALTER TABLE river_job
    ALTER COLUMN tags DROP NOT NULL,
    ALTER COLUMN tags DROP DEFAULT;
