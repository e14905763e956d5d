package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
	"logis/eventstore"
	"logis/history/evidence"
	"logis/history/export"
	"logis/history/proof"
	"logis/projections"
)

// verifyLog walks the chain of each home, or of an export, and names the first bad
// event.
func verifyLog(ctx context.Context, t terminal, args []string) (int, error) {
	var o evidence.Files
	c, args, err := readConfig(t, "verify", args, func(flags *flag.FlagSet, c *config) {
		checkpointsFlag(flags, c)
		flags.StringVar(&o.Export, "export", "", "a file that export wrote: verifies it without a database")
		flags.StringVar(&o.Checkpoints, "checkpoints", "", "the file of signed checkpoints; a log that was written anew shows only against it")
		flags.StringVar(&o.Key, "key", "", "the public key of the checkpoints")
	})
	if err != nil {
		return 0, err
	}
	if o.Export != "" {
		return verifyExport(t, o, args)
	}
	witness, err := c.witness(o)
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
			v, err := verifyHome(ctx, r, home, witness)
			if err != nil {
				return 0, err
			}
			if !evidence.Tell(t.out, v) {
				code = exitBad
			}
		}
		return code, nil
	})
}

// witness reads the signed checkpoints: those of the flags or, if there are any,
// those of this server. nil: there are none.
func (c config) witness(o evidence.Files) (*evidence.Witness, error) {
	if o.Checkpoints == "" && o.Key == "" {
		o.Checkpoints, o.Key = evidence.LogPath(c.second()), filepath.Join(c.data, proof.PublicFile)
		if _, err := os.Stat(o.Checkpoints); errors.Is(err, fs.ErrNotExist) {
			return nil, nil //nolint:nilnil // a server that has not signed yet
		}
	}
	return o.Witness()
}

// verifyExport checks an export.
func verifyExport(t terminal, o evidence.Files, args []string) (int, error) {
	if len(args) > 0 {
		return 0, fmt.Errorf("%w: an export says itself which home it is of", errUsage)
	}
	sound, err := o.Check(t.out)
	switch {
	case errors.Is(err, evidence.ErrHalf):
		return 0, fmt.Errorf("%w: %w", errUsage, err)
	case err != nil:
		return 0, err
	case !sound:
		return exitBad, nil
	}
	return exitOK, nil
}

func verifyHome(ctx context.Context, r *rooms, home domain.HomeID, witness *evidence.Witness) (v chain.Verdict, err error) {
	var remembered []eventstore.Head
	if witness != nil {
		remembered = witness.Heads(home)
	}
	// One snapshot: events that come meanwhile are not missing before the head.
	err = projections.Snapshot(ctx, r.app, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		v, err = eventstore.Verify(ctx, tx, home, remembered...)
		return err
	})
	return v, err
}

// exportLog writes the log of a home to a file or to the output.
func exportLog(ctx context.Context, t terminal, args []string) (int, error) {
	var path string
	c, args, err := readConfig(t, "export", args, func(flags *flag.FlagSet, _ *config) {
		flags.StringVar(&path, "out", "", "file to write; without it the output")
	})
	if err != nil {
		return 0, err
	}
	if len(args) != 1 {
		return 0, fmt.Errorf("%w: want one home", errUsage)
	}
	return withRooms(ctx, t, c, func(r *rooms) (code int, err error) {
		homes, err := chosenHomes(ctx, r, args)
		if err != nil {
			return 0, err
		}
		return exitOK, exportHome(ctx, t, r, homes[0], path)
	})
}

func exportHome(ctx context.Context, t terminal, r *rooms, home domain.HomeID, path string) (err error) {
	out := t.out
	if path != "" {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	return projections.Snapshot(ctx, r.app, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		err := export.Write(ctx, tx, home, out, func(seq, head domain.Seq) {
			fmt.Fprintf(t.err, "\rhome %s: %d of %d events", home, seq, head)
		})
		fmt.Fprint(t.err, "\r\033[K")
		return err
	})
}
