DROP INDEX retired_keys_home, gateway_keys_home, claims_home;
DROP POLICY no_home ON access_log;
DO $$
DECLARE
    target regclass;
BEGIN
    FOR target IN SELECT polrelid FROM pg_policy WHERE polname = 'homes_apart' LOOP
        EXECUTE format('DROP POLICY homes_apart ON %s', target);
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', target);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', target);
    END LOOP;
END
$$;
DROP FUNCTION enter_home(uuid, uuid);
DROP FUNCTION wall_in(regclass);
