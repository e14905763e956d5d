package edge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"logis/domain"
	"logis/domain/call"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/configuration"
	"logis/edge/executor"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/local"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/rules"
)

// Options say what an agent is made of.
type Options struct {
	Dir     string // holds the identity and the outbox; made if it is missing
	Server  string // ws://host:port or wss://host; "": where the gateway enrolled
	Claim   string // lets a new gateway into a home; not looked at once it is enrolled
	Radios  []radio.Radio
	Version string         // of the agent, for people
	Catalog *thing.Catalog // describes the devices; nil: the standard one
	Log     *slog.Logger   // nil: silent
	Client  *http.Client   // for the socket; nil: the default one
	Clock   clock.Clock    // nil: the machine's

	// LogLevel is what Log obeys: the configuration from the cloud sets it. Nil: it
	// stays as it is.
	LogLevel *slog.LevelVar
	// Health finds what is wrong with the gateway, for the cloud; nil: nobody looks.
	Health func(context.Context) call.HealthReport

	MaxOutboxBytes int64         // zero: outbox.DefaultMaxBytes
	Trial          time.Duration // of a configuration; zero: configuration.DefaultTrial
	ReconnectMax   time.Duration // see link.Options

	// Again gives a gateway that belongs to a home another key, by a claim that was
	// made for it. Only Pair looks at it.
	Again bool
	// Waits is told when the owner must confirm the letters of the key, and within
	// how long; nil: only the log is.
	Waits func(letters string, within time.Duration)

	Local     string    // where the gateway's own door is, as local.Options say; "": there is none
	LocalName string    // what it is called there, beside the machine's name
	Screen    io.Writer // gets what people at the gateway must see; nil: nobody looks

	journal func(executor.Journal) executor.Journal // for tests: stands in between
}

// Agent is the edge agent of one gateway.
type Agent struct {
	options Options
	claim   domain.Claim
	time    *clock.Server
	radios  *supervisor

	mu       sync.Mutex
	identity identity.Identity
	link     *link.Link
	outbox   *outbox.Outbox
	commands *executor.Executor
	keeper   *configuration.Keeper
	rules    *rules.Engine
	still    string // why the agent stands still, "" while it works
}

// Time tells the server's time as far as the agent knows it; false while it was
// never heard.
func (a *Agent) Time() (clock.Reading, bool) { return a.time.Now() }

// Names of the files in the agent's folder.
const (
	identityFile = "identity.json"
	outboxFile   = "outbox.db"
	keeperFile   = "configuration.json"
)

// folderMode keeps other accounts out of the agent's folder.
const folderMode = 0o700

// New returns an agent that Run makes live. The error says which option is wrong,
// or why the identity cannot be read.
func New(o Options) (*Agent, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.journal == nil {
		o.journal = func(j executor.Journal) executor.Journal { return j }
	}
	if o.Screen == nil {
		o.Screen = io.Discard
	}
	if err := checkNames(o.Radios); err != nil {
		return nil, err
	}
	if o.Local != "" {
		if err := local.CheckAddress(o.Local, o.LocalName); err != nil {
			return nil, fmt.Errorf("local control: %w", err)
		}
	}
	if err := os.MkdirAll(o.Dir, folderMode); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	id, err := identity.Load(filepath.Join(o.Dir, identityFile))
	if err != nil {
		return nil, err
	}
	o.Server = cmp.Or(o.Server, id.Server)
	if o.Catalog == nil {
		if o.Catalog, err = thing.Standard(); err != nil {
			return nil, err
		}
	}
	a := &Agent{
		options: o, identity: id, time: clock.NewServer(o.Clock), radios: newSupervisor(o.Radios, o.Catalog, o.Log),
	}
	if err := link.CheckServer(o.Server); err != nil {
		return nil, err
	}
	if id.Enrolled() && !o.Again {
		return a, nil
	}
	if o.Claim == "" {
		return nil, ErrNoClaim
	}
	a.claim, err = domain.ParseClaim(o.Claim)
	return a, err
}

// ErrNoClaim says that a new gateway needs a claim to get into a home.
var ErrNoClaim = errors.New("this gateway belongs to no home yet: a claim is needed")

// Waits before the parts are started again after a fault of the disk.
const (
	diskWait    = time.Second
	maxDiskWait = time.Minute
)

// Run enrols the gateway if it is new, and works until ctx ends; then it returns
// nil. A refused claim is an error, and so is an outbox that cannot be opened at
// the start. Later faults of the disk stop all parts, because nothing can be
// promised without it, and start them again after a wait.
func (a *Agent) Run(ctx context.Context) error {
	if err := a.enrol(ctx); err != nil {
		return ignoreEnd(ctx, err)
	}
	wait := diskWait
	for opened := false; ; opened = true {
		begun := time.Now()
		err := a.live(ctx)
		if ctx.Err() != nil {
			return err
		}
		if !opened && errors.Is(err, errOpen) {
			return err
		}
		if time.Since(begun) >= maxDiskWait {
			wait = diskWait
		}
		a.options.Log.Error("the agent stands still", "why", err, "again_in", wait)
		a.standStill(err)
		if !sleep(ctx, wait) {
			return nil
		}
		wait = min(2*wait, maxDiskWait)
	}
}

// enrol redeems the claim, and waits for the owner.
func (a *Agent) enrol(ctx context.Context) error {
	if a.identity.Enrolled() {
		return nil
	}
	id, err := link.Enrol(ctx, a.linkOptions(), a.claim)
	if err != nil {
		return err
	}
	if err := a.keep(id); err != nil {
		return err
	}
	a.options.Log.Info("enrolled", "gateway", id.Gateway, "home", id.Home)
	return nil
}

// keep writes down who we are before anything is said under that name.
func (a *Agent) keep(id identity.Identity) error {
	if err := id.Save(filepath.Join(a.options.Dir, identityFile)); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.identity = id
	return nil
}

func (a *Agent) linkOptions() link.Options {
	return link.Options{
		Server: a.options.Server, Identity: a.identity, Time: a.time, Agent: a.options.Version,
		Client: a.options.Client, Log: a.options.Log, ReconnectMax: a.options.ReconnectMax,
		Keep: a.keep, Waits: a.waits,
	}
}

// waits tells people that the owner must confirm the key.
func (a *Agent) waits(letters string, within time.Duration) {
	a.options.Log.Warn("the owner must confirm this gateway in the app", "letters", letters, "within", within.Round(time.Second))
	if a.options.Waits != nil {
		a.options.Waits(letters, within)
	}
}

// errOpen marks an outbox that cannot be opened.
var errOpen = errors.New("open the outbox")

// live opens the outbox and runs the parts on it, each started after those it
// needs: facts first, orders after, then who gives them, the cloud last.
func (a *Agent) live(ctx context.Context) error {
	keeper, err := a.openKeeper()
	if err != nil {
		return fmt.Errorf("%w: %w", errOpen, err)
	}
	box, err := outbox.Open(outbox.Options{
		Path: filepath.Join(a.options.Dir, outboxFile), Gateway: a.identity.Gateway,
		Time: a.time, MaxBytes: a.quota(keeper.Good()), Catalog: a.options.Catalog,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errOpen, err)
	}
	if err := a.radios.remember(box); err != nil {
		return err
	}
	commands := executor.New(a.options.journal(box), a.radios.byName(), a.time)
	a.time.Watch(func(by time.Duration) {
		a.options.Log.Warn("the time of the cloud jumped", "by", by)
		if err := box.Stepped(ctx, by); err != nil {
			a.options.Log.Warn("the jump is not kept", "why", err)
		}
	})
	engine, err := rules.New(rules.Options{
		Dir: a.options.Dir, Home: a.identity.Home, Gateway: a.identity.Gateway,
		Outbox: box, Time: a.time, Act: commands.Act, Log: a.options.Log,
	})
	if err != nil {
		return err
	}
	o := a.linkOptions()
	pairing := newPairing(a)
	o.Outbox, o.Commands, o.Rules, o.Desk = box, commands, engine, &desk{agent: a, keeper: keeper, pairing: pairing}
	cloud := link.New(o)
	a.mu.Lock()
	a.outbox, a.link, a.commands, a.rules, a.keeper, a.still = box, cloud, commands, engine, keeper, ""
	a.mu.Unlock()
	parts := []part{
		{"the outbox", box.Run},
		{"the configuration", keeper.Run},
		{"the rules", engine.Run},
		{"the radios", func(ctx context.Context) error { return a.radios.run(ctx, box) }},
		{"the executor", commands.Run},
		{"pairing", pairing.run},
	}
	if a.options.Local != "" {
		parts = append(parts, part{"local control", a.door(box, commands, cloud).Run})
	}
	return runInOrder(ctx, append(parts, part{"the link", cloud.Run}))
}

// door is what people in the home come in by.
func (a *Agent) door(box *outbox.Outbox, commands *executor.Executor, cloud *link.Link) *local.Server {
	return local.New(local.Options{
		Dir: a.options.Dir, Address: a.options.Local, Name: a.options.LocalName, Gateway: a.identity.Gateway,
		Outbox: box, Act: commands.Act, Time: a.time, Cloud: func() bool { return cloud.Status().Session != 0 },
		Say: a.options.Screen, Log: a.options.Log,
	})
}
