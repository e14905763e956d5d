package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"logis/migrations/privatepg"
)

// variable names a server to use instead of a private one.
const variable = "LOGIS_TEST_DATABASE_URL"

// shared is the one server of this test process: tests have nothing else in
// common through which it could be handed on.
var shared server //nolint:gochecknoglobals // see above

// server makes databases.
type server struct {
	once    sync.Once
	err     error
	base    string             // address of its own database, as a superuser
	cluster *privatepg.Cluster // nil when the server is not ours
	made    atomic.Int64       // databases, to name them apart
}

// started returns the server, started and with a template, or the error of the
// first attempt.
func (s *server) started(ctx context.Context) (*server, error) {
	s.once.Do(func() { s.err = s.start(ctx) })
	return s, s.err
}

func (s *server) start(ctx context.Context) error {
	s.base = os.Getenv(variable)
	if s.base == "" {
		// Not t.TempDir, which the account of PostgreSQL could not enter.
		dir, err := os.MkdirTemp("", "logis-pgtest-")
		if err != nil {
			return fmt.Errorf("directory of the cluster: %w", err)
		}
		s.cluster, err = privatepg.Start(ctx, privatepg.Options{Dir: dir, Ephemeral: true, Unsafe: true})
		if err != nil {
			return err
		}
		s.base = s.cluster.DSN()
	}
	return s.makeTemplate(ctx)
}

func (s *server) stop() error {
	if s.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	return s.cluster.Stop(ctx)
}
