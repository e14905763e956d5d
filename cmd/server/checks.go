package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"logis/domain"
	"logis/migrations/privatepg"
	"logis/projections"
)

// withRooms runs do over an open database. The private one can be open only
// once: while the server runs, its DATABASE_URL must be given.
func withRooms(ctx context.Context, t terminal, c config, do func(*rooms) (int, error)) (int, error) {
	db, err := openDatabase(ctx, c, t.err, nil)
	if errors.Is(err, privatepg.ErrInUse) {
		return 0, fmt.Errorf("%w; stop it first, or give the database it uses with --database", err)
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.close(ctx) }()
	log := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	r, err := openRooms(ctx, db, c, log)
	if err != nil {
		return 0, err
	}
	defer r.close()
	return do(r)
}

// chosenHomes returns the homes named by the arguments, or all.
func chosenHomes(ctx context.Context, r *rooms, args []string) ([]domain.HomeID, error) {
	if len(args) == 0 {
		return r.store.Homes(ctx)
	}
	homes := make([]domain.HomeID, len(args))
	for i, arg := range args {
		id, err := domain.ParseID[domain.HomeKind](arg)
		if err != nil {
			return nil, fmt.Errorf("%w: home %q: %w", errUsage, arg, err)
		}
		homes[i] = id
	}
	return homes, nil
}

// rebuildTables makes the projections again and says whether they were right.
func rebuildTables(ctx context.Context, t terminal, args []string) (int, error) {
	c, args, err := readConfig(t, "rebuild", args, nil)
	if err != nil {
		return 0, err
	}
	return withRooms(ctx, t, c, func(r *rooms) (int, error) {
		homes, err := chosenHomes(ctx, r, args)
		if err != nil {
			return 0, err
		}
		code := exitOK
		for _, home := range homes {
			found, err := rebuildHome(ctx, t, r, home)
			if err != nil {
				return 0, err
			}
			code = max(code, found)
		}
		return code, nil
	})
}

// rebuildHome makes again all that can be made from a home's log.
func rebuildHome(ctx context.Context, t terminal, r *rooms, home domain.HomeID) (code int, err error) {
	progress := func(seq domain.Seq) { fmt.Fprintf(t.err, "\rhome %s: %d events", home, seq) }
	tables, err := r.tables.Rebuild(ctx, r.app, home, progress)
	if err != nil {
		return 0, err
	}
	code = tellRebuilt(t, "projections", tables)
	rollups, err := r.rollups.Rebuild(ctx, home, progress)
	if err != nil {
		return 0, err
	}
	code = max(code, tellRebuilt(t, "roll-ups", rollups))
	kept, err := r.past.Check(ctx, home)
	if err == nil && kept.Wrong > 0 {
		code = exitBad
		fmt.Fprintf(t.out, "home %s: %d of %d snapshots were wrong and are put right\n", home, kept.Wrong, kept.Snapshots)
	}
	return code, err
}

// tellRebuilt prints what a rebuild found and returns the exit code for it.
func tellRebuilt(t terminal, what string, result projections.Rebuilt) int {
	fmt.Fprint(t.err, "\r\033[K")
	verdict, code := "as before", exitOK
	if !result.Same() {
		verdict, code = "different from before "+result.Before, exitBad
	}
	fmt.Fprintf(t.out, "home %s: %d events folded, %s %s, %s\n", result.Home, result.Events, what, result.After, verdict)
	return code
}
