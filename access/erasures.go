package access

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// erasuresFile is the ledger of erasures that is kept apart from the database: lines
// of "erased", an id and when. A backup that is restored knows no erasure that came
// after it, and brings the person back; this file takes them out again.
const erasuresFile = "erasures.log"

// erasedLine begins a line.
const erasedLine = "erased "

// maxErasedLine bounds a line that is read, in bytes: about four times the longest
// that is written.
const maxErasedLine = 256

// erasures is the ledger in the file.
type erasures struct {
	mu   sync.Mutex
	path string // "": none is kept
	held map[domain.PersonID]time.Time
}

// ErasuresPath returns the ledger in a folder.
func ErasuresPath(dir string) string { return filepath.Join(dir, erasuresFile) }

// KeepErasures keeps the ledger of erasures in a folder, best on another disk than the
// database, and brings ledger and database together: whoever stands in the ledger and
// came back with a backup is erased again, before anybody is let in, and what the
// ledger lacks is written there. It returns who came back.
func (a *Access) KeepErasures(ctx context.Context, dir string) (again []domain.PersonID, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("ledger of erasures: %w", err)
	}
	a.erasures.path = ErasuresPath(dir)
	if a.erasures.held, err = readErasures(a.erasures.path); err != nil {
		return nil, err
	}
	known, err := a.erased(ctx)
	if err != nil {
		return nil, err
	}
	for person, at := range maps.Clone(a.erasures.held) {
		if _, ok := known[person]; ok {
			continue
		}
		if err := a.erase(ctx, erasure{person: person, by: domain.SystemActor, at: at}); err != nil {
			return again, fmt.Errorf("erase again who came back with a backup: %w", err)
		}
		again = append(again, person)
	}
	return again, a.CopyErasures(ctx)
}

// CopyErasures writes to the ledger what the database has beyond it.
func (a *Access) CopyErasures(ctx context.Context) error {
	l := &a.erasures
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.path == "" {
		return nil
	}
	known, err := a.erased(ctx)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for person, at := range known {
		if _, ok := l.held[person]; !ok {
			fmt.Fprintf(&lines, "%s%s %s\n", erasedLine, person, at.UTC().Format(time.RFC3339))
		}
	}
	if lines.Len() == 0 {
		return nil
	}
	if err := appendErasures(l.path, lines.String()); err != nil {
		return domain.Wrap(domain.Storage, "it is done, but the ledger of erasures cannot be written now", err)
	}
	maps.Copy(l.held, known)
	return nil
}

// erased returns whom the database says were erased.
func (a *Access) erased(ctx context.Context) (map[domain.PersonID]time.Time, error) {
	rows, err := a.store.Pool().Query(ctx, `SELECT person_id, erased_at FROM erasures`)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	known := map[domain.PersonID]time.Time{}
	var id [16]byte
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		known[id] = at.UTC()
		return nil
	})
	return known, eventstore.Translate(err)
}

// appendErasures adds lines and waits for the disk.
func appendErasures(path, lines string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(lines)
	return errors.Join(err, file.Sync(), file.Close())
}

// readErasures reads a ledger; one that is not there is empty. The end of a line that
// a crash cut off is removed: the database has it whole.
func readErasures(path string) (map[domain.PersonID]time.Time, error) {
	held := map[domain.PersonID]time.Time{}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return held, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger of erasures: %w", err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewReaderSize(file, maxErasedLine)
	for end, n := int64(0), 1; ; n++ {
		raw, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(raw) == 0:
			return held, nil
		case errors.Is(err, io.EOF):
			return held, os.Truncate(path, end)
		case err != nil:
			return nil, fmt.Errorf("ledger of erasures: %s: line %d: %w", path, n, err)
		}
		end += int64(len(raw))
		person, at, err := parseErasure(string(raw))
		if err != nil {
			return nil, fmt.Errorf("ledger of erasures: %s: line %d: %w", path, n, err)
		}
		held[person] = at
	}
}

func parseErasure(line string) (person domain.PersonID, at time.Time, err error) {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), erasedLine)
	id, when, both := strings.Cut(rest, " ")
	if !ok || !both {
		return person, at, errors.New("want: erased, an id and a time")
	}
	if person, err = domain.ParseID[domain.PersonKind](id); err != nil {
		return person, at, err
	}
	at, err = time.Parse(time.RFC3339, when)
	return person, at, err
}
