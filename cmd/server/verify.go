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
	"logis/eventstore"
	"logis/history/export"
	"logis/history/proof"
	"logis/projections"
)

// offline are the files to verify without a database.
type offline struct {
	export, checkpoints, key string
}

// verifyLog walks the chain of each home, or of an export, and names the first bad
// event.
func verifyLog(ctx context.Context, t terminal, args []string) (int, error) {
	var o offline
	c, args, err := readConfig(t, "verify", args, func(flags *flag.FlagSet, c *config) {
		checkpointsFlag(flags, c)
		flags.StringVar(&o.export, "export", "", "a file that export wrote: verifies it without a database")
		flags.StringVar(&o.checkpoints, "checkpoints", "", "the file of signed checkpoints; a log that was written anew shows only against it")
		flags.StringVar(&o.key, "key", "", "the public key of the checkpoints")
	})
	if err != nil {
		return 0, err
	}
	if o.export != "" {
		return o.verify(t, args)
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
			code = max(code, tell(t, v))
		}
		return code, nil
	})
}

// tell prints a verdict and returns the exit code for it.
func tell(t terminal, v eventstore.Verdict) int {
	if v.Bad != 0 {
		fmt.Fprintf(t.out, "home %s: event %d %s; %d events before it are sound\n", v.Home, v.Bad, v.Reason, v.Events)
		return exitBad
	}
	fmt.Fprintf(t.out, "home %s: all %d events are sound, head %s\n", v.Home, v.Events, v.Head)
	return exitOK
}

// witness reads the signed checkpoints: those of the flags or, if there are any,
// those of this server. nil: there are none.
func (c config) witness(o offline) (*proof.Witness, error) {
	if o.checkpoints == "" && o.key == "" {
		o.checkpoints, o.key = proof.LogPath(c.second()), filepath.Join(c.data, proof.PublicFile)
		if _, err := os.Stat(o.checkpoints); errors.Is(err, fs.ErrNotExist) {
			return nil, nil //nolint:nilnil // a server that has not signed yet
		}
	}
	return o.witness()
}

func (o offline) witness() (*proof.Witness, error) {
	if o.checkpoints == "" || o.key == "" {
		return nil, fmt.Errorf("%w: --checkpoints and --key belong together", errUsage)
	}
	known, err := proof.ReadPublic(o.key)
	if err != nil {
		return nil, err
	}
	return proof.ReadFile(o.checkpoints, known)
}

// verify checks an export.
func (o offline) verify(t terminal, args []string) (int, error) {
	if len(args) > 0 {
		return 0, fmt.Errorf("%w: an export says itself which home it is of", errUsage)
	}
	var remembered func(domain.HomeID) []eventstore.Head
	if o.checkpoints != "" || o.key != "" {
		witness, err := o.witness()
		if errors.Is(err, proof.ErrBroken) {
			fmt.Fprintln(t.out, err)
			return exitBad, nil
		}
		if err != nil {
			return 0, err
		}
		remembered = witness.Heads
	}
	file, err := os.Open(o.export)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	defer func() { _ = file.Close() }()
	v, err := export.Verify(file, remembered)
	if errors.Is(err, export.ErrBroken) {
		fmt.Fprintln(t.out, err)
		return exitBad, nil
	}
	if err != nil {
		return 0, err
	}
	code := tell(t, v)
	if code == exitOK {
		fmt.Fprintln(t.out, covered(v, remembered))
	}
	return code, nil
}

// covered says how much of a sound log was signed.
func covered(v eventstore.Verdict, remembered func(domain.HomeID) []eventstore.Head) string {
	if remembered == nil {
		return "Without --checkpoints and --key nobody can tell whether all of it was written anew."
	}
	heads := remembered(v.Home)
	if len(heads) == 0 {
		return "None of it was signed: nobody can tell whether all of it was written anew."
	}
	return fmt.Sprintf("It is as it was signed, up to event %d.", heads[len(heads)-1].Seq)
}

func verifyHome(ctx context.Context, r *rooms, home domain.HomeID, witness *proof.Witness) (v eventstore.Verdict, err error) {
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
