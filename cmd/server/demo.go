package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// welcome makes sure there is an owner and a home, starts the demo edge if asked
// for, and prints the way in.
func welcome(ctx context.Context, group *errgroup.Group, t terminal, c config, s *server) error {
	owner, _, err := s.rooms.access.FirstOwner(ctx, ownerName)
	if err != nil {
		return err
	}
	home, err := firstHome(ctx, s.rooms, owner, c.homeName)
	if err != nil {
		return err
	}
	if c.demoEdge != "" {
		edge, err := newDemoEdge(ctx, s.rooms, c, owner, home, t.err)
		if err != nil {
			return err
		}
		group.Go(func() error { return edge.run(ctx) })
		group.Go(func() error {
			if err := edge.confirm(ctx); err != nil && ctx.Err() == nil {
				fmt.Fprintln(t.err, "· the edge agent is not confirmed:", err)
			}
			return nil
		})
	}
	link, err := personLink(ctx, s.rooms, c.addr, owner)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "\nLogis is running. Open this once to sign in (good for %d minutes):\n\n  %s\n\nStop with Ctrl-C. Another link: logis-server link\n",
		int(access.LinkLife.Minutes()), link)
	return nil
}

// firstHome returns a home of the owner, made if there is none.
func firstHome(ctx context.Context, r *rooms, owner domain.PersonID, name string) (domain.HomeID, error) {
	homes, err := r.store.Homes(ctx)
	if err != nil || len(homes) > 0 {
		return firstOf(homes), err
	}
	now, err := r.store.Now(ctx)
	if err != nil {
		return domain.HomeID{}, err
	}
	id := eventstore.NewID[domain.HomeKind](now)
	return id, r.store.Found(ctx, id, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(id, owner, localTimeZone())
		if _, err := tx.RecordNamed(ctx, id, created, name); err != nil {
			return err
		}
		_, err := tx.Record(ctx, id, joined)
		return err
	})
}

func firstOf(homes []domain.HomeID) domain.HomeID {
	if len(homes) == 0 {
		return domain.HomeID{}
	}
	return homes[0]
}

// localTimeZone is the IANA name of this machine's zone, UTC when it has none.
func localTimeZone() string {
	if name := time.Local.String(); name != "Local" { //nolint:gosmopolitan // the home is where the server first runs
		return name
	}
	if target, err := os.Readlink("/etc/localtime"); err == nil {
		if _, name, ok := strings.Cut(target, "zoneinfo/"); ok {
			return name
		}
	}
	return "UTC"
}

// demoEdge is an edge agent with a simulated home, run beside the server.
type demoEdge struct {
	program string
	folder  string
	args    []string
	claim   string
	log     io.Writer
	rooms   *rooms
	owner   access.Principal
	home    domain.HomeID
}

func newDemoEdge(ctx context.Context, r *rooms, c config, owner domain.PersonID, home domain.HomeID, log io.Writer) (*demoEdge, error) {
	e := &demoEdge{
		program: c.demoEdge, folder: filepath.Join(c.data, "edge"), log: log,
		rooms: r, owner: access.Principal{Person: owner}, home: home,
	}
	e.args = append([]string{
		"run", "--server", strings.Replace(baseURL(c.addr), "http", "ws", 1),
		"--data", e.folder, "--with-parent",
	}, strings.Fields(c.demoArgs)...)
	// The claim is for the first start; an agent that is enrolled ignores it.
	err := pgx.BeginFunc(ctx, r.app, func(tx pgx.Tx) error {
		claim, _, err := r.access.NewClaim(ctx, tx, e.owner, home)
		e.claim = claim.String()
		return err
	})
	return e, err
}

// Waits between two starts of a demo edge that ended by itself.
const (
	edgeWait    = time.Second
	edgeWaitMax = 30 * time.Second
)

// run keeps the agent running until ctx ends.
func (e *demoEdge) run(ctx context.Context) error {
	wait := edgeWait
	for ctx.Err() == nil {
		if err := e.once(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintln(e.log, "· the edge agent ended:", err)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		wait = min(2*wait, edgeWaitMax)
	}
	return nil
}

// confirmPause lies between two looks whether the agent wants to come in.
const confirmPause = 500 * time.Millisecond

// confirm is the owner of the demo: it lets in the agent that was started here, and
// no other, by the letters which that agent shows. It returns once the agent
// belongs to a home, or the claim is too old.
func (e *demoEdge) confirm(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, access.ClaimLife)
	defer cancel()
	pause := time.NewTicker(confirmPause)
	defer pause.Stop()
	for {
		shows, err := e.shows(ctx)
		if err == nil && shows.Gateway != "" {
			return nil
		}
		if err == nil && shows.Letters != "" {
			err = e.letIn(ctx, shows.Letters)
		}
		if err != nil && domain.CodeOf(err) != domain.NotFound {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// shown is what the agent says of itself.
type shown struct {
	Gateway string `json:"gateway"` // "": it belongs to no home
	Letters string `json:"letters"` // of its key; "": it has none yet
}

// shows asks the agent's own program.
func (e *demoEdge) shows(ctx context.Context) (shown, error) {
	var s shown
	text, err := exec.CommandContext(ctx, e.program, "status", "--json", "--data", e.folder).Output()
	var wrong *exec.ExitError // an agent without a home says that this is wrong
	if err != nil && !errors.As(err, &wrong) {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

func (e *demoEdge) letIn(ctx context.Context, letters string) error {
	return e.rooms.store.Append(ctx, []domain.HomeID{e.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := e.rooms.access.Confirm(ctx, tx, e.owner, e.home, letters)
		return err
	})
}

// stopEdge is how long the agent may take to end before it is killed.
const stopEdge = 5 * time.Second

func (e *demoEdge) once(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, e.program, e.args...)
	cmd.Env = append(os.Environ(), "LOGIS_EDGE_CLAIM="+e.claim)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopEdge
	cmd.Stderr = &prefixed{to: e.log, prefix: []byte("edge: ")}
	// The agent ends when this pipe does, so it never outlives the server.
	alive, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer func() { _ = alive.Close() }()
	return cmd.Run()
}

// prefixed marks each line of another program.
type prefixed struct {
	to     io.Writer
	prefix []byte
	middle bool // of a line
}

// Write implements io.Writer.
func (p *prefixed) Write(text []byte) (int, error) {
	var out []byte
	for line := range bytes.Lines(text) {
		if !p.middle {
			out = append(out, p.prefix...)
		}
		out = append(out, line...)
		p.middle = !bytes.HasSuffix(line, []byte("\n"))
	}
	if _, err := p.to.Write(out); err != nil {
		return 0, err
	}
	return len(text), nil
}
