package chaos

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"logis/bench/rig"
	"logis/migrations/privatepg"
)

// database is a durable PostgreSQL that is killed often. Its supervisor starts it
// again after each death; when it has had enough of that, the database is
// started anew on the same data and under the same address.
type database struct {
	dir string
	log *rig.Log

	mu      sync.Mutex
	cluster *privatepg.Cluster
}

// startDatabase starts one in a new folder below parent; "" is that of the system.
func startDatabase(ctx context.Context, parent string, log *rig.Log) (*database, error) {
	dir, err := os.MkdirTemp(parent, "chaos-") // short: a socket's path is
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the account of PostgreSQL must get in
		return nil, err
	}
	d := &database{dir: dir, log: log}
	return d, d.start(ctx)
}

func (d *database) start(ctx context.Context) error {
	cluster, err := privatepg.Start(ctx, privatepg.Options{Dir: d.dir, Log: d.log})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cluster != nil && d.cluster.DSN() != cluster.DSN() {
		return errors.New("the database came back under another address")
	}
	d.cluster = cluster
	return nil
}

func (d *database) current() *privatepg.Cluster {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cluster
}

// keep starts the database anew whenever its supervisor gave up, until ctx ends.
func (d *database) keep(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.current().Gone():
			_ = d.current().Stop(ctx) // it has ended; this lets go of its folder
			if err := d.start(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// kill ends PostgreSQL as a power cut would. One that is down already is waited
// for: it must be killed while it works.
func (d *database) kill(ctx context.Context) error {
	for ctx.Err() == nil {
		if pid := d.current().PID(); pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
				return err
			}
		}
		pause(ctx, 50*time.Millisecond)
	}
	return ctx.Err()
}

func (d *database) close() {
	_ = d.current().Stop(context.Background())
	_ = os.RemoveAll(d.dir)
}
