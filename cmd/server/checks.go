package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"logis/domain"
	"logis/migrations/privatepg"
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
			result, err := r.tables.Rebuild(ctx, r.app, home, func(seq domain.Seq) {
				fmt.Fprintf(t.err, "\rhome %s: %d events", home, seq)
			})
			fmt.Fprint(t.err, "\r\033[K")
			if err != nil {
				return 0, err
			}
			verdict := "as before"
			if !result.Same() {
				verdict, code = "different from before "+result.Before, exitBad
			}
			fmt.Fprintf(t.out, "home %s: %d events folded, projections %s, %s\n", home, result.Events, result.After, verdict)
			kept, err := r.past.Check(ctx, home)
			if err != nil {
				return 0, err
			}
			if kept.Wrong > 0 {
				code = exitBad
				fmt.Fprintf(t.out, "home %s: %d of %d snapshots were wrong and are put right\n", home, kept.Wrong, kept.Snapshots)
			}
		}
		return code, nil
	})
}
