package chaos

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/bench/rig"
	"logis/domain"
	"logis/eventstore"
	"logis/wire/wiretest"
)

// Options of a run.
type Options struct {
	Dir    string // holds everything; must exist
	Seed   uint64
	Kills  int // of each: server, PostgreSQL, edge agents
	Pauses int // of edge agents, beyond half as many as Kills
	// Commands counts the run by accepted commands instead: nothing is killed, but
	// lines fail, programs stand still and the server's clock jumps until then.
	Commands int
	// Disk is a small one of its own for the database, to be filled Fills times.
	Disk     string
	Fills    int
	Binaries rig.Binaries
}

// Result is what a run did and what it found wrong.
type Result struct {
	Seed                       uint64
	ServerKills, DatabaseKills int
	EdgeKills, Pauses          int
	LineFaults, ClockJumps     int
	DiskFills                  int
	Entries, Commands, Events  int64
	Actuations                 int
	Firings, Cuts              int // of rules
	Took                       time.Duration
	Problems                   []string
	log                        *rig.Log
}

// Log returns the newest output of the processes.
func (r *Result) Log() string { return r.log.String() }

// String says in one line what was done.
func (r *Result) String() string {
	return fmt.Sprintf("seed %d: %d server, %d database, %d edge kills, %d pauses, %d line faults, %d clock jumps, %d full disks in %s; "+
		"%d entries, %d commands, %d carried out, %d firings, %d cuts, %d events; %d problems",
		r.Seed, r.ServerKills, r.DatabaseKills, r.EdgeKills, r.Pauses, r.LineFaults, r.ClockJumps, r.DiskFills, r.Took.Round(time.Second),
		r.Entries, r.Commands, r.Actuations, r.Firings, r.Cuts, r.Events, len(r.Problems))
}

const (
	edges            = 2
	scriptedGateways = 3
	healTimeout      = 90 * time.Second
)

// scene is one run in progress.
type scene struct {
	options  Options
	random   *rand.Rand
	log      *rig.Log
	database *database
	rig      *rig.Rig
	app      *rig.App
	home     domain.HomeID
	edges    []*rig.Process
	lines    []*rig.Proxy // of the edges, to the server
	clock    *skew        // of the database; nil: nobody moves it
	oracles  []string
	scripted []*scripted
	result   *Result
	targets  []target
	rules    automation
}

// Run makes a scene, breaks it for as long as the schedule lasts, lets it heal,
// and checks. An error means that the run itself failed; what the system did
// wrong stands in the result.
func Run(ctx context.Context, o Options) (*Result, error) {
	start := time.Now()
	s := &scene{options: o, random: rand.New(rand.NewPCG(o.Seed, 1)), log: &rig.Log{}, result: &Result{Seed: o.Seed}}
	s.result.log = s.log
	defer s.close()
	if err := s.build(ctx); err != nil {
		return s.result, err
	}
	err := s.play(ctx)
	s.result.Took = time.Since(start)
	return s.result, err
}

func (s *scene) close() {
	for _, e := range s.edges {
		_ = e.Signal(syscall.SIGCONT)
		_ = e.Kill()
	}
	if s.rig != nil {
		_ = s.rig.Server.Signal(syscall.SIGCONT)
		_ = s.rig.Server.Kill()
	}
	for _, line := range s.lines {
		_ = line.Close()
	}
	if s.database != nil {
		s.database.close()
	}
}

func (s *scene) build(ctx context.Context) error {
	var err error
	if s.database, err = startDatabase(ctx, s.options.Disk, s.log); err != nil {
		return err
	}
	if s.options.Commands > 0 {
		if s.clock, err = newSkew(ctx, s.database.current().DSN()); err != nil {
			return err
		}
	}
	var link string
	s.rig, link, err = rig.Start(ctx, rig.Options{Dir: s.options.Dir, Binaries: s.options.Binaries, Database: s.database.current().DSN()})
	if err != nil {
		return err
	}
	s.rig.Log = s.log
	if s.app, err = rig.SignIn(ctx, s.rig.URL(), link); err != nil {
		return err
	}
	var homes struct{ Items []struct{ ID domain.HomeID } }
	if err := s.app.Get(ctx, "/homes", &homes); err != nil {
		return err
	}
	s.home = homes.Items[0].ID
	for n := range edges {
		if err := s.addEdge(ctx, n); err != nil {
			return err
		}
	}
	for n := range scriptedGateways {
		if err := s.addScripted(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) claim(ctx context.Context) (string, error) {
	var answer struct{ Claim string }
	err := s.app.Post(ctx, "/homes/"+s.home.String()+"/gateways/claims", rig.NewKey(), map[string]any{}, &answer)
	return answer.Claim, err
}

func (s *scene) addEdge(ctx context.Context, n int) error {
	claim, err := s.claim(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.options.Dir, fmt.Sprint("edge", n))
	oracle := filepath.Join(s.options.Dir, fmt.Sprint("oracle", n))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	line, err := rig.NewProxy(s.rig.Addr)
	if err != nil {
		return err
	}
	s.lines = append(s.lines, line)
	e := rig.NewProcess(fmt.Sprint("edge", n), s.log, []string{"LOGIS_EDGE_CLAIM=" + claim}, s.options.Binaries.Edge,
		"run", "--server", "ws://"+line.Addr(), "--data", dir, "--with-parent",
		"--simulated", "--simulated-oracle", oracle, "--simulated-report-rate", "20", "--simulated-slow", "20ms",
		"--reconnect-max", "1s")
	s.edges, s.oracles = append(s.edges, e), append(s.oracles, oracle)
	if err := e.Start(); err != nil {
		return err
	}
	return s.app.ConfirmEdge(ctx, s.home.String(), dir)
}

func (s *scene) addScripted(ctx context.Context, n int) error {
	text, err := s.claim(ctx)
	if err != nil {
		return err
	}
	claim, err := domain.ParseClaim(text)
	if err != nil {
		return err
	}
	seed := sha256.Sum256([]byte(strconv.Itoa(n)))
	g, err := wiretest.Enrol(ctx, s.rig.Socket(), claim, seed[:], func(ctx context.Context, letters string) error {
		return s.app.Confirm(ctx, s.home.String(), letters)
	})
	if err != nil {
		return err
	}
	s.scripted = append(s.scripted, &scripted{
		gateway: g, device: eventstore.NewID[domain.DeviceKind](time.Now()), url: s.rig.Socket(), log: s.log,
		random: rand.New(rand.NewPCG(s.options.Seed, binary.BigEndian.Uint64(seed[:]))),
	})
	return nil
}

func (s *scene) play(ctx context.Context) error {
	var err error
	if s.targets, err = s.waitForTargets(ctx); err != nil {
		return err
	}
	who := &commander{
		app: s.app, home: s.home, log: s.log, accepted: map[domain.CommandID]asked{},
		random: rand.New(rand.NewPCG(s.options.Seed, 2)),
	}
	loadCtx, endLoad := context.WithCancel(ctx)
	healCtx, endHeal := context.WithCancel(ctx)
	defer endHeal()
	defer endLoad()
	var group sync.WaitGroup
	kept := make(chan error, 1)
	go func() { kept <- s.database.keep(healCtx) }()
	group.Go(func() { who.run(loadCtx, s.targets) })
	for _, g := range s.scripted {
		group.Go(func() { g.run(loadCtx, healCtx) })
	}
	if s.clock == nil { // what a rule had to do cannot be told from times that jump
		if err := s.automate(ctx); err != nil {
			return err
		}
	}
	if err := s.breakThings(ctx, func() bool { return who.count() >= s.options.Commands }); err != nil {
		return err
	}
	if s.clock == nil {
		s.fight(ctx)
	}
	endLoad()
	if err := s.clock.close(ctx); err != nil {
		return err
	}
	heal := time.AfterFunc(healTimeout, endHeal)
	defer heal.Stop()
	group.Wait()
	select {
	case err := <-kept:
		return err
	default:
	}
	return s.check(ctx, who)
}

// check waits until everything has come to an end, stops it and looks at what is
// left.
func (s *scene) check(ctx context.Context, who *commander) error {
	pool, err := pgxpool.New(ctx, s.database.current().DSN())
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := s.settle(ctx, pool); err != nil {
		return err
	}
	if err := s.quiet(); err != nil {
		return err
	}
	c := &checker{pool: pool, home: s.home, skewed: s.clock != nil}
	if err := c.all(ctx, s.scripted, who, s.oracles); err != nil {
		return err
	}
	if err := c.rules(ctx, s.rules); err != nil {
		return err
	}
	s.result.Firings, s.result.Cuts = c.firings, c.cuts
	s.result.Problems = append(s.result.Problems, c.problems...)
	for _, g := range s.scripted {
		s.result.Entries += g.ackedTo()
	}
	s.result.Commands, s.result.Actuations = int64(len(who.accepted)), c.actuations
	return pool.QueryRow(ctx, `SELECT count(*) FROM events`).Scan(&s.result.Events)
}

func (s *scene) waitForTargets(ctx context.Context) ([]target, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		targets, err := findTargets(ctx, s.app, s.home)
		if err != nil {
			return nil, err
		}
		if len(targets) >= 2*edges {
			return targets, nil
		}
		pause(ctx, 100*time.Millisecond)
	}
	return nil, fmt.Errorf("the edge agents brought no devices\n%s", s.log)
}

// settle waits until every command has its final event.
func (s *scene) settle(ctx context.Context, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, healTimeout)
	defer cancel()
	for {
		var open int
		if err := pool.QueryRow(ctx, `SELECT count(*) FROM commands WHERE open`).Scan(&open); err != nil {
			return err
		}
		if open == 0 {
			return nil
		}
		pause(ctx, 200*time.Millisecond)
		if ctx.Err() != nil {
			return nil // the checker names them
		}
	}
}

// quiet stops edges and server, so that the checks look at what stands still.
func (s *scene) quiet() error {
	var errs []error
	for _, e := range s.edges {
		errs = append(errs, e.Stop())
	}
	return errors.Join(append(errs, s.rig.Stop())...)
}
