package migrations

import (
	"context"
	"io/fs"

	"github.com/golang-migrate/migrate/v4"
)

// RunFiles applies step with files of a test's own.
func RunFiles(ctx context.Context, dsn string, source fs.FS, step func(*migrate.Migrate) error) error {
	return run(ctx, dsn, source, step)
}

// Files are the embedded ones.
func Files() fs.FS { return files }
