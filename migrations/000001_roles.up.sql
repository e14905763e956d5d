-- The server works as logis_app: it may add to the log and never change it.
-- The role is the cluster's, not the database's, so another database may have
-- made it before.
DO $$
BEGIN
    CREATE ROLE logis_app NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

GRANT logis_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO logis_app;
