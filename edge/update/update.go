package update

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"logis/edge/clock"
	"logis/edge/release"
)

// Options say what is updated, and from where.
type Options struct {
	Dir     string // the gateway's folder
	From    string // a folder, or https://host/path/
	Version string // that runs
	Keys    release.KeySet
	// Now tells the server's time: what has expired cannot be told by a clock that
	// anybody can set. False while it is not known; then nothing is installed.
	Now func() (clock.Reading, bool)
	// Idle reports whether no command is under way; nil: never mind.
	Idle func() bool
	// Connected reports whether the cloud is there; nil: it is not.
	Connected func() bool
	Retry     bool           // install what did not prove itself before
	Client    *http.Client   // nil: one that trusts the machine's authorities
	Log       *slog.Logger   // nil: silent
	Random    func() float64 // from 0 to 1, excluding 1; nil: math/rand

	step func(name string) // for tests: told between any two writes
}

// Updater looks for newer versions and installs them.
type Updater struct {
	options Options
	source  source
}

// New returns an updater. The error says what is wrong with the options.
func New(o Options) (*Updater, error) {
	if !release.ValidVersion(o.Version) {
		return nil, fmt.Errorf("%w: %q is no release", ErrNotReleased, o.Version)
	}
	if err := o.Keys.Check(); err != nil {
		return nil, fmt.Errorf("release keys: %w", err)
	}
	if o.Idle == nil {
		o.Idle = func() bool { return true }
	}
	if o.Connected == nil {
		o.Connected = func() bool { return false }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.step == nil {
		o.step = func(string) {}
	}
	from, err := newSource(o.From, o.Client, func() (time.Time, bool) {
		now, known := o.Now()
		return now.At, known
	})
	return &Updater{options: o, source: from}, err
}

// Why there is nothing to install.
var (
	ErrNotReleased = errors.New("this program was built for development and is not updated")
	ErrUpToDate    = errors.New("no newer version")
	ErrNoTime      = errors.New("the server's time is not known, so nothing tells whether the release has expired")
	ErrExpired     = errors.New("the release has expired")
	ErrStale       = errors.New("a newer release was seen before")
	ErrBelowFloor  = errors.New("the version is below the floor")
	ErrBad         = errors.New("the version did not prove itself here before")
	ErrBusy        = errors.New("another update is under way")
	ErrNotOffered  = errors.New("the release has no program for this machine")
)

// Offer is a newer version that may be installed.
type Offer struct {
	Version  string
	Size     int64 // bytes of its program
	envelope []byte
	artifact release.Artifact
}

// Check looks for a newer version: ErrUpToDate when there is none, another error
// when what is there must not be installed. Either way it remembers what it saw.
func (u *Updater) Check(ctx context.Context) (Offer, error) {
	offer, err := u.check(ctx)
	checked := &Checked{Offered: offer.Version}
	if now, known := u.options.Now(); known {
		checked.AtMS = now.At.UnixMilli()
	}
	if err != nil && !errors.Is(err, ErrUpToDate) {
		checked.Problem = clip(err.Error())
	}
	kept := change(u.options.Dir, func(s *State) error {
		s.Checked = checked
		return nil
	})
	if err == nil {
		err = kept
	}
	return offer, err
}

func (u *Updater) check(ctx context.Context) (Offer, error) {
	text, err := u.document(ctx)
	if err != nil {
		return Offer{}, fmt.Errorf("look for a release: %w", err)
	}
	d, err := release.Verify(text, u.options.Keys)
	if err != nil {
		return Offer{}, err
	}
	now, known := u.options.Now()
	if !known {
		return Offer{}, ErrNoTime
	}
	if !now.NotAfter(d.ExpiresAt) {
		return Offer{}, fmt.Errorf("%w: version %s, on %s", ErrExpired, d.Version, d.ExpiresAt.UTC().Format(time.DateOnly))
	}
	artifact, offered := d.Artifacts[release.Platform()]
	err = change(u.options.Dir, func(s *State) error {
		if d.Number < s.Number {
			return fmt.Errorf("%w: number %d, and this is %d", ErrStale, s.Number, d.Number)
		}
		s.see(d)
		return nil
	})
	if err != nil {
		return Offer{}, err
	}
	s, err := Read(u.options.Dir)
	if err != nil {
		return Offer{}, err
	}
	if err := u.mayInstall(&s, d.Version); err != nil {
		return Offer{}, err
	}
	if !offered {
		return Offer{}, fmt.Errorf("%w: %s", ErrNotOffered, release.Platform())
	}
	return Offer{Version: d.Version, Size: artifact.Size, envelope: text, artifact: artifact}, nil
}

// document fetches the signed document of the newest release.
func (u *Updater) document(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, documentTimeout)
	defer cancel()
	from, err := u.source.open(ctx, release.FileName)
	if err != nil {
		return nil, err
	}
	text, err := readUpTo(from, release.FileName, release.MaxEnvelope)
	return text, errors.Join(err, from.Close())
}

// mayInstall returns why a version must not be installed. Its document was seen.
func (u *Updater) mayInstall(s *State, version string) error {
	switch {
	case !release.Newer(version, u.options.Version):
		return fmt.Errorf("%w: %s is offered, %s runs", ErrUpToDate, version, u.options.Version)
	case version == s.Current:
		return fmt.Errorf("%w: %s is installed and begins with the next start", ErrUpToDate, version)
	case release.Newer(s.Floor, version):
		return fmt.Errorf("%w: %s is offered, and nothing below %s is installed any more", ErrBelowFloor, version, s.Floor)
	}
	if failure, bad := s.failureOf(version); bad && !u.options.Retry {
		return fmt.Errorf("%w: %s: %s", ErrBad, version, failure.Why)
	}
	return nil
}

// Install fetches what was offered, waits for a quiet moment, and makes it the
// program of the next start: the caller ends this one.
func (u *Updater) Install(ctx context.Context, offer Offer) error {
	if err := u.stage(ctx, offer); err != nil {
		return fmt.Errorf("install version %s: %w", offer.Version, err)
	}
	if err := u.awaitQuiet(ctx); err != nil {
		return fmt.Errorf("install version %s: %w", offer.Version, err)
	}
	return u.toSwitch(offer.Version)
}

// toSwitch makes a version that is whole on disk the current one, on trial. This
// is the moment that counts.
func (u *Updater) toSwitch(version string) error {
	connected := u.options.Connected()
	u.options.step("switching")
	err := change(u.options.Dir, func(s *State) error {
		if err := u.mayInstall(s, version); err != nil {
			return err
		}
		// What takes the place of a version that never proved itself is its successor
		// in trial, not in trust.
		trial := &Trial{Before: u.options.Version, Connected: connected}
		if s.Trial == nil {
			s.Previous = s.Current
		} else {
			trial.Before = s.Trial.Before
		}
		s.Current, s.Trial, s.Ready = version, trial, ""
		if s.Checked != nil {
			s.Checked.Offered = "" // it is taken
		}
		return nil
	})
	u.options.step("switched")
	return err
}

// awaitQuiet waits until no command is under way.
func (u *Updater) awaitQuiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, quietLimit)
	defer cancel()
	look := time.NewTicker(quietStep)
	defer look.Stop()
	for !u.options.Idle() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return errors.New("it is here, and no quiet moment came")
		}
	}
	return nil
}
