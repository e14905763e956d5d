package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/domain"
	"logis/eventstore/wall"
	"logis/migrations/pgtest"
)

// The first wall alone: the doors fare the same on a database without the second.
func TestEveryDoorHoldsWithoutRowLevelSecurity(t *testing.T) {
	t.Parallel()
	newTenantsOn(t, pgtest.Superuser(t, pgtest.DSN(t))).walkDoors(t)
}

// yes is what access is when it has failed: everybody is an owner everywhere.
type yes struct{}

func (yes) Permit(context.Context, access.Principal, domain.HomeID, access.Action) (access.Permit, error) {
	return access.Permit{Role: domain.Owner}, nil
}

func (yes) Fresh(context.Context, access.Principal) error { return nil }

func (yes) FreshOrFirst(context.Context, access.Principal) error { return nil }

func (yes) Twofold(context.Context, access.Principal) error { return nil }

// outsiders are those whom the second wall alone keeps out of a home. It knows who is a
// member and until when. It does not know what a member may: guests and tokens of a
// member are in the home as far as it is concerned.
var outsiders = []string{"expired", "gateway", "anonymous", "stranger"}

// leaksPastAccess walks every door of a home as an outsider with access saying yes, and
// returns what came of those that were not refused.
func (n *tenants) leaksPastAccess(t *testing.T) (leaks []string) {
	t.Helper()
	n.b.server.judge = yes{}
	for _, d := range n.doors() {
		if !strings.Contains(d.path, "{home}") {
			continue // about no home: the wall has no part in it
		}
		for _, k := range n.knocks {
			if !slices.Contains(outsiders, k.name) {
				continue
			}
			before := n.head()
			got := n.knock(d, k)
			told := slices.ContainsFunc(n.secrets(), func(id string) bool {
				return strings.Contains(got.body, id) && !strings.Contains(n.fill(d.path), id)
			})
			if told || n.head() != before || (got.status < http.StatusBadRequest && !empty(got.body)) {
				leaks = append(leaks, fmt.Sprintf("%s, %s: %d %.300s", d.id, k.name, got.status, got.body))
			}
		}
	}
	return leaks
}

// secrets are ids of the home that whoever knocks has not named.
func (n *tenants) secrets() []string {
	return []string{
		n.given.String(), n.guest.id.String(), n.fixture.device.String(), n.fixture.room.String(), n.fixture.command.String(),
		n.fixture.rule.String(), n.fixture.scene.String(), n.fixture.incident.String(), n.fixture.invitation.String(),
		n.fixture.webhook.String(), n.fixture.test.String(), n.gateway.String(),
	}
}

// empty reports whether an answer is a list with nothing in it.
func empty(body string) bool { return strings.HasPrefix(body, `{"items":[]`) }

// The second wall alone: with access saying yes to everything, nobody from outside is
// told anything of a home, and nothing of it changes.
func TestTheSecondWallAloneKeepsEverybodyOut(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	for _, leak := range n.leaksPastAccess(t) {
		t.Error(leak)
	}
}

// A frame of a connection of several homes stands before the same wall.
func TestTheSecondWallAloneKeepsFramesOut(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	n.b.server.judge = yes{}
	r := n.b.board(n.strange.owner)
	r.say(Subscribe{Type: "subscribe", Key: "s", Home: n.id})
	if got := r.hear("refusal"); !strings.Contains(got, string(domain.NotFound)) {
		t.Errorf("a stranger who subscribes hears %s", got)
	}
	r.say(`{"type":"command","key":"c","home":"` + n.id.String() + `","device":"` + n.fixture.device.String() + `","command":{"set":{"onOff":true}}}`)
	if got := r.hear("refusal"); !strings.Contains(got, string(domain.NotFound)) {
		t.Errorf("a stranger who commands hears %s", got)
	}
}

// stubborn is a pool that goes on where the door of the second wall refuses: what is
// seen then is what the policies of the tables let through.
func stubborn(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = pgtest.MaxConns
	wall.Guard(config, wall.Everything())
	prepare := config.PrepareConn
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		ok, err := prepare(ctx, conn)
		if domain.CodeOf(err) == domain.NotFound {
			err = nil
		}
		return ok, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// The policies alone: even where the door of the second wall is passed, the tables hold.
// A table that has lost its policy shows.
func TestThePoliciesAloneKeepEverythingIn(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	n := newTenantsOn(t, stubborn(t, dsn))
	for _, leak := range n.leaksPastAccess(t) {
		t.Error(leak)
	}
	owner := pgtest.Superuser(t, dsn)
	for table, door := range map[string]string{"commands": "list-commands", "incidents": "list-incidents", "invitations": "list-invitations"} {
		if _, err := owner.Exec(t.Context(), `ALTER TABLE `+table+` DISABLE ROW LEVEL SECURITY`); err != nil {
			t.Fatal(err)
		}
		leaks := n.leaksPastAccess(t)
		if !slices.ContainsFunc(leaks, func(leak string) bool { return strings.HasPrefix(leak, door) }) {
			t.Errorf("%s has lost its policy, and %s does not show it", table, door)
		}
		if _, err := owner.Exec(t.Context(), `ALTER TABLE `+table+` ENABLE ROW LEVEL SECURITY`); err != nil {
			t.Fatal(err)
		}
	}
}
