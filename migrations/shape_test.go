package migrations_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/migrations/pgtest"
)

// shapeQuery lists, one line each, everything that migrations make: columns,
// constraints, indexes, functions, triggers, policies, grants and comments. The labels of
// enums are left out, because PostgreSQL cannot take one away again.
const shapeQuery = `
SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT format('policy %s on %s %s %s', polname, polrelid::regclass, polcmd, pg_get_expr(polqual, polrelid)) FROM pg_policy
UNION ALL
SELECT format('relation %s %s %s %s %s %s', relname, relkind, relpersistence, reloptions, relrowsecurity, relforcerowsecurity)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT format('grant %s on %s to %s', privilege_type, relname, grantee::regrole)
  FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner
UNION ALL
SELECT format('type %s', typname) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
UNION ALL
SELECT format('comment on %s: %s', objoid::regclass, description)
  FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid::regclass::text !~ '^(pg_|information_schema)'
ORDER BY 1`

// shape returns everything that migrations made in a database.
func shape(t *testing.T, dsn string) []string {
	t.Helper()
	return lines(t, dsn, shapeQuery)
}

// lines returns the rows of a query of one text column.
func lines(t *testing.T, dsn, query string) []string {
	t.Helper()
	pool := pgtest.Superuser(t, dsn)
	defer pool.Close() // one for each step would be more than the server takes
	rows, err := pool.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}
