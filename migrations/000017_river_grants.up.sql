-- The server's role works River's tables: it inserts, fetches, finishes and
-- deletes jobs, elects a leader and keeps queues. It owns none of them, so
-- River's own reindexing is the migrator's to do.
GRANT SELECT, INSERT, UPDATE, DELETE
    ON river_job, river_leader, river_queue, river_notification TO logis_app;
GRANT USAGE, SELECT ON SEQUENCE river_job_id_seq, river_notification_id_seq TO logis_app;
GRANT USAGE ON TYPE river_job_state TO logis_app;

COMMENT ON TABLE river_job IS 'River: work to do later and maybe again.';
COMMENT ON TABLE river_leader IS 'River: which server does the upkeep now.';
COMMENT ON TABLE river_queue IS 'River: the queues and whether they are paused.';
COMMENT ON TABLE river_notification IS 'River: wake-up calls for servers that cannot LISTEN.';
