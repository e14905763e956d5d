package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/domain/chain"
	"logis/history/evidence"
	"logis/history/export"
)

// importLog takes over the log of a home that another Logis exported.
func importLog(ctx context.Context, t terminal, args []string) (int, error) {
	var files evidence.Files
	c, args, err := readConfig(t, "import", args, func(flags *flag.FlagSet, c *config) {
		addrFlag(flags, c)
		flags.StringVar(&files.Checkpoints, "checkpoints", "", "the file of signed checkpoints of the other Logis")
		flags.StringVar(&files.Key, "key", "", "the public key of those checkpoints")
	})
	if err != nil {
		return 0, err
	}
	if len(args) != 1 {
		return 0, fmt.Errorf("%w: want one file that export wrote", errUsage)
	}
	witness, err := files.Witness()
	if errors.Is(err, evidence.ErrHalf) {
		return 0, fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return 0, err
	}
	var remembered func(domain.HomeID) []chain.Head
	if witness != nil {
		remembered = witness.Heads
	}
	file, err := os.Open(args[0])
	if err != nil {
		return 0, fmt.Errorf("import: %w", err)
	}
	defer func() { _ = file.Close() }()
	return withRooms(ctx, t, c, func(r *rooms) (int, error) {
		var owners []domain.PersonID
		v, err := export.Import(ctx, r.store, file, remembered, func(ctx context.Context, tx pgx.Tx, home *domain.Home) error {
			owners = access.Owners(home)
			return r.access.Adopt(ctx, tx, home)
		})
		if err != nil {
			return 0, err
		}
		if !evidence.Tell(t.out, v) {
			return exitBad, nil
		}
		return settled(ctx, t, r, c, v.Home, owners)
	})
}

// settled compares the tables of a home that was taken over with its log, and prints
// how its owners come in.
func settled(ctx context.Context, t terminal, r *rooms, c config, home domain.HomeID, owners []domain.PersonID) (int, error) {
	result, err := r.tables.Rebuild(ctx, r.app, home, nil)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(t.out, "home %s: %d events taken over, projections %s\n", home, result.Events, result.After)
	if !result.Same() {
		return exitBad, nil
	}
	for _, owner := range owners {
		link, err := personLink(ctx, r, c.addr, owner)
		if domain.CodeOf(err) == domain.NotFound {
			continue // erased
		}
		if err != nil {
			return 0, err
		}
		fmt.Fprintf(t.out, "An owner signs in once, in the next %d minutes, with\n\n  %s\n\n", int(access.LinkLife.Minutes()), link)
	}
	fmt.Fprintln(t.out, "Its gateways are to be paired again. Another link for a person: logis-server link --person ID")
	return exitOK, nil
}
