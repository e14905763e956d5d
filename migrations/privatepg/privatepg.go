package privatepg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say where and how a cluster runs.
type Options struct {
	// Dir holds all of its files and is made when missing. One cluster at a time
	// can use it.
	Dir string
	// Ephemeral removes Dir and all of its files when the cluster ends, also when
	// the program was killed.
	Ephemeral bool
	// Unsafe gives up durability for speed: nothing waits for the disk.
	Unsafe bool
	// Programs is the directory of PostgreSQL's programs; "" looks where PG_BIN
	// says, or else in all the usual places.
	Programs string
	// Log takes warnings and errors of PostgreSQL and its supervisor; nil drops
	// them.
	Log io.Writer
	// Progress, when set, is told in short sentences what takes a while.
	Progress func(sentence string)
}

// Cluster is a running PostgreSQL. Its methods may be called concurrently.
type Cluster struct {
	data    string
	sockets string
	owner   *os.File // the lock that keeps other programs out
	leash   *os.File // the supervisor lives until this closes
	watcher int      // process id of the supervisor
	gone    chan struct{}
	log     *logbook
}

const (
	superuser    = "logis"
	connectLimit = time.Second           // one attempt to connect while starting
	connectPause = 10 * time.Millisecond // between two attempts
	slowStart    = 2 * time.Second       // after which a start says what takes so long
)

var errNotFirst = errors.New("privatepg.Supervise must be the first call of main (in tests: TestMain must call pgtest.Main)")

// Start brings a cluster up in o.Dir, creating it first when there is none, and
// returns once it answers queries. It runs the newest PostgreSQL it finds, or
// the one whose major version made the data. It waits for a former supervisor to
// end, and for the recovery after a crash, as long as ctx lets it.
//
// It wraps ErrInUse while another program has the directory, and ErrNoPrograms
// when no PostgreSQL fits.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if _, supervised := os.LookupEnv(marker); supervised {
		return nil, errNotFirst // or every supervisor would start another one
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("directory of the database: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("directory of the database: %w", err)
	}
	held, err := acquire(ctx, dir, o.Progress)
	if err != nil {
		return nil, err
	}
	cluster, err := startLocked(ctx, dir, held.files, o)
	if err != nil {
		if o.Ephemeral {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		return nil, errors.Join(err, held.release())
	}
	cluster.owner = held.owner
	return cluster, held.files.Close() // supervisor and PostgreSQL hold it from here on
}

func startLocked(ctx context.Context, dir string, lock *os.File, o Options) (*Cluster, error) {
	site, err := prepare(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	cluster, err := site.launch(lock, o)
	if err != nil {
		return nil, err
	}
	if err := cluster.await(ctx, o.Progress); err != nil {
		return nil, errors.Join(err, cluster.leash.Close())
	}
	return cluster, nil
}

// DSN returns how to connect, as the superuser.
func (c *Cluster) DSN() string {
	return fmt.Sprintf("host=%s user=%s dbname=postgres sslmode=disable", quoted(c.sockets), superuser)
}

// PID returns the process id of the PostgreSQL server, or 0 while none runs. It
// changes when the supervisor had to start it again.
func (c *Cluster) PID() int {
	pid, err := strconv.Atoi(c.told(pidLine))
	if err != nil {
		return 0
	}
	return pid
}

// Lines of postmaster.pid, from 0.
const (
	pidLine    = 0
	statusLine = 7
)

// told returns a line of what PostgreSQL tells in its data directory.
func (c *Cluster) told(line int) string {
	content, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		return ""
	}
	lines := strings.Split(string(content), "\n")
	if line >= len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[line])
}

// Gone is closed when the cluster has ended: after Stop, or because PostgreSQL
// died again and again.
func (c *Cluster) Gone() <-chan struct{} { return c.gone }

// Stop shuts the cluster down with a checkpoint and waits for its end. Calling
// it again waits again. When ctx ends first the shutdown goes on alone.
func (c *Cluster) Stop(ctx context.Context) error {
	_, _ = c.leash.Close(), c.owner.Close() // closed already when called again
	select {
	case <-c.gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop PostgreSQL: %w", ctx.Err())
	}
}

// await returns once the cluster answers.
func (c *Cluster) await(ctx context.Context, progress func(string)) error {
	slow := time.After(slowStart)
	for {
		if c.told(statusLine) == "ready" && c.ping(ctx) == nil {
			return nil
		}
		select {
		case <-slow:
			progress("PostgreSQL is still starting: it recovers what was written last")
		case <-c.gone:
			return fmt.Errorf("PostgreSQL did not start: %s", c.log)
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w (%s)", ctx.Err(), c.log)
		case <-time.After(connectPause):
		}
	}
}

func (c *Cluster) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.DSN())
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// quoted writes a value of a keyword/value connection string.
func quoted(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
