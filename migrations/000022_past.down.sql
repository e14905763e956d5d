DROP INDEX events_late;
DROP TABLE snapshots;
