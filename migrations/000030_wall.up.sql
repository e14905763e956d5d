-- The second wall between homes: what a query may touch is said by the setting
-- app.home of its connection, a home or '*' for all of them. Nothing said: nothing
-- there. It is forced on the owner too, so that a login that never took the role
-- logis_app stands behind it as well.

-- What follows is asked once per query, not once per row: both sides are sub-selects.
CREATE FUNCTION wall_in(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format($policy$
        CREATE POLICY homes_apart ON %s USING (
            (SELECT current_setting('app.home', true) = '*')
            OR home_id = (SELECT nullif(nullif(current_setting('app.home', true), ''), '*')::uuid))
        $policy$, target);
END
$$;
REVOKE EXECUTE ON FUNCTION wall_in(regclass) FROM PUBLIC;

-- A person is let in as a member whose time has not run out, whatever the program
-- believes of them. It returns whether they are in; if not, nothing is seen.
CREATE FUNCTION enter_home(home uuid, person uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    inside boolean;
BEGIN
    PERFORM set_config('app.home', home::text, false);
    SELECT coalesce((convert_from(m.doc, 'UTF8')::jsonb #>> '{scope,until}')::timestamptz > clock_timestamp(), true)
        INTO inside FROM members m WHERE m.home_id = home AND m.id = person;
    inside := coalesce(inside, false);
    IF NOT inside THEN
        PERFORM set_config('app.home', '', false);
    END IF;
    RETURN inside;
END
$$;
GRANT EXECUTE ON FUNCTION enter_home(uuid, uuid) TO logis_app;

SELECT wall_in(t) FROM unnest(ARRAY[
    'home_heads', 'events', 'words', 'origins', 'snapshots', 'checkpoint_heads',
    'homes', 'members', 'rooms', 'gateways', 'devices', 'twins', 'commands',
    'rules', 'rule_runs', 'scenes', 'paces', 'home_tests', 'corrections', 'webhooks',
    'rollup_cursors', 'rollups', 'rejected_readings',
    'claims', 'gateway_keys', 'retired_keys', 'newcomers', 'invitations',
    'webhook_targets', 'notifications_due', 'notification_paces',
    'incidents', 'incident_links', 'access_log'
]::regclass[]) AS t;

-- Most of what happened at the door was about no home.
CREATE POLICY no_home ON access_log USING (home_id IS NULL);

-- Whatever is of homes can be found by home.
CREATE INDEX claims_home ON claims (home_id);
CREATE INDEX gateway_keys_home ON gateway_keys (home_id);
CREATE INDEX retired_keys_home ON retired_keys (home_id);
