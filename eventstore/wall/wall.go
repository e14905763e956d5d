// Package wall is the second wall between homes. The first is access, in the code;
// this one is row-level security in PostgreSQL: a query sees the rows of the one home
// that its context names, and of none when it names none.
//
// The home travels in the context because a connection is taken from the pool with
// one. It is said to the connection when that is taken, unless it was said already,
// so what one request left behind is never what the next one sees.
//
// The wall is against mistakes: a condition that was forgotten, an id of another
// home, an answer of access that is wrong. It is not against whoever can send
// statements of their own, because they can say what they like.
package wall

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
)

// View is what the queries of a context see.
type View struct {
	sight  sight
	home   domain.HomeID
	person domain.PersonID
}

type sight int

const (
	nothing sight = iota
	everything
	oneHome
	asMember
)

type key struct{}

func with(ctx context.Context, v View) context.Context { return context.WithValue(ctx, key{}, v) }

// Nothing is the view of whoever names no home.
func Nothing() View { return View{} }

// Everything is the view of all homes.
func Everything() View { return View{sight: everything} }

// Nowhere returns a context whose queries see no home.
func Nowhere(ctx context.Context) context.Context { return with(ctx, Nothing()) }

// AllHomes returns a context whose queries see every home. Each use stands on a list
// with its reason: see the test of the repository.
func AllHomes(ctx context.Context) context.Context { return with(ctx, Everything()) }

// InHome returns a context whose queries see one home: for what the server itself
// does there.
func InHome(ctx context.Context, home domain.HomeID) context.Context {
	return with(ctx, View{sight: oneHome, home: home})
}

// AsMember returns a context whose queries see one home if the person is a member of
// it, as the database knows. Otherwise no connection is to be had with it: NotFound.
func AsMember(ctx context.Context, home domain.HomeID, person domain.PersonID) context.Context {
	return with(ctx, View{sight: asMember, home: home, person: person})
}

// Widen lets the rest of a transaction see every home. As AllHomes, each use stands on
// the list.
func Widen(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT set_config('app.home', '*', true)`)
	return err
}

// trust is how long a connection counts on a membership that it has seen: half of the
// two seconds in which rights end everywhere.
const trust = time.Second

// said is what a connection was told last.
type said struct {
	view View
	at   time.Time // when the membership was looked at
}

func (s said) holds(v View) bool {
	return s.view == v && (v.sight != asMember || time.Since(s.at) < trust)
}

const place = "logis.wall" // of said, among what a connection carries

// Guard makes every connection of a pool act as the role logis_app, which owns nothing
// and is held by row-level security, and see what the context says with which it is
// taken: unsaid, when that says nothing.
func Guard(config *pgxpool.Config, unsaid View) {
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SET ROLE logis_app`)
		return err
	}
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		view, ok := ctx.Value(key{}).(View)
		if !ok {
			view = unsaid
		}
		if last, _ := conn.PgConn().CustomData()[place].(said); last.holds(view) {
			return true, nil
		}
		delete(conn.PgConn().CustomData(), place) // what follows may or may not take hold
		err := say(ctx, conn, view)
		if err == nil {
			conn.PgConn().CustomData()[place] = said{view, time.Now()}
		}
		return err == nil || errors.Is(err, errOutside), err
	}
}

// say tells a connection what it sees from here on.
func say(ctx context.Context, conn *pgx.Conn, v View) error {
	var err error
	switch v.sight {
	case asMember:
		var inside bool
		err = conn.QueryRow(ctx, `SELECT enter_home($1, $2)`, [16]byte(v.home), [16]byte(v.person)).Scan(&inside)
		if err == nil && !inside {
			err = errOutside
		}
	case oneHome:
		_, err = conn.Exec(ctx, setHome, v.home.String())
	case everything:
		_, err = conn.Exec(ctx, setHome, "*")
	case nothing:
		_, err = conn.Exec(ctx, setHome, "")
	}
	return err
}

// errOutside is the answer to whoever is no member, in the words of access.
var errOutside = domain.Errorf(domain.NotFound, "there is no such home")

const setHome = `SELECT set_config('app.home', $1, false)`
