package migrations_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/migrations/pgtest"
)

// homeless are the tables that are about no home, and why.
var homeless = []string{
	"access_log",            // of persons, where no home is concerned
	"ceremonies",            // of persons, or of somebody who is not known yet
	"checkpoint_hashes",     // of the tree over all homes
	"checkpoints",           // of all homes
	"erasures",              // of persons
	"idempotency_keys",      // answers for a home or, before there is one, a person
	"notification_settings", // of persons
	"one_time_seeds",        // of persons
	"passkeys",              // of persons
	"passwords",             // of persons
	"person_webhooks",       // of persons
	"persons",               // may belong to several homes
	"push_subscriptions",    // of persons
	"recovery_codes",        // of persons
	"replicas",              // servers
	"river_job",             // River's: its arguments carry ids only
	"river_leader",          // River's
	"river_notification",    // River's
	"river_queue",           // River's
	"schema_migrations",     // golang-migrate's
	"server_keys",           // of all servers together
	"sessions",              // of persons
	"sign_in_links",         // of persons
	"tokens",                // of persons; the home is among their limits
}

// foundByKey are the tables about homes that are found by another key first.
var foundByKey = []string{
	"claims",        // by what a new gateway sends, before its home is known
	"gateway_calls", // by the server that holds the session, and for seconds
	"gateway_keys",  // by the gateway that says hello, before its home is known
	"retired_keys",  // by the key, which no gateway of any home may have again
}

func TestEveryTableIsKeyedByHomeFirst(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	others := lines(t, dsn, `
		SELECT relname::text FROM pg_class c
		WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT EXISTS (
			SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
			WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'home_id')
		ORDER BY 1`)
	want := slices.Sorted(slices.Values(slices.Concat(homeless, foundByKey)))
	if diff := cmp.Diff(want, others); diff != "" {
		t.Errorf("tables whose primary key does not begin with home_id (-listed +found):\n%s", diff)
	}
}

func TestEveryTableSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	silent := lines(t, pgtest.DSN(t), `
		SELECT relname::text FROM pg_class
		WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
		  AND relname <> 'schema_migrations' AND obj_description(oid, 'pg_class') IS NULL`)
	if len(silent) > 0 {
		t.Errorf("tables without a comment: %v", silent)
	}
}

func TestTheServersRoleCannotChangeTheLogNorTheSchema(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	grants := lines(t, dsn, `
		SELECT privilege_type FROM pg_class, aclexplode(relacl)
		WHERE oid = 'events'::regclass AND grantee = 'logis_app'::regrole ORDER BY 1`)
	if diff := cmp.Diff([]string{"INSERT", "SELECT"}, grants); diff != "" {
		t.Errorf("privileges on events:\n%s", diff)
	}
	powers := lines(t, dsn, `
		SELECT format('super %s, bypassrls %s, createdb %s, createrole %s, login %s, owns %s, may create %s',
			rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin,
			(SELECT count(*) FROM pg_class WHERE relowner = r.oid), has_schema_privilege(r.oid, 'public', 'CREATE'))
		FROM pg_roles r WHERE rolname = 'logis_app'`)
	want := "super f, bypassrls f, createdb f, createrole f, login f, owns 0, may create f"
	if diff := cmp.Diff([]string{want}, powers); diff != "" {
		t.Errorf("powers of the role:\n%s", diff)
	}
}
