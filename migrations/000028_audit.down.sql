DROP TABLE incident_links, incidents;
DROP INDEX events_deeds;
DROP TABLE origins;
ALTER TABLE access_log DROP COLUMN home_id;
