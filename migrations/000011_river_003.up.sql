-- River's 003_river_job_tags_non_null.up.sql, exported by a test (Mozilla Public License 2.0).
ALTER TABLE river_job ALTER COLUMN tags SET DEFAULT '{}';
UPDATE river_job SET tags = '{}' WHERE tags IS NULL;
ALTER TABLE river_job ALTER COLUMN tags SET NOT NULL;
