COMMENT ON TABLE river_job IS NULL;
COMMENT ON TABLE river_leader IS NULL;
COMMENT ON TABLE river_queue IS NULL;
COMMENT ON TABLE river_notification IS NULL;

REVOKE ALL ON river_job, river_leader, river_queue, river_notification FROM logis_app;
REVOKE ALL ON SEQUENCE river_job_id_seq, river_notification_id_seq FROM logis_app;
REVOKE USAGE ON TYPE river_job_state FROM logis_app;
