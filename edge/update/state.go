package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"logis/edge/identity"
	"logis/edge/release"
)

// StateFile is what the gateway remembers, in its folder.
const StateFile = "update.json"

// Names in the gateway's folder.
const (
	stateLock   = "update.lock"  // held for the instant of a change
	installLock = "install.lock" // held while programs are fetched and deleted
	binFolder   = "bin"
	incoming    = ".incoming" // in bin: what is not whole yet
	programFile = "logis-edge"
)

// Modes keep other accounts out.
const (
	folderMode  = 0o700
	programMode = 0o700
	fileMode    = 0o600
)

// Bounds of the state.
const (
	maxState = 64 << 10 // bytes of update.json: a few hundred are used
	maxBad   = 16       // versions remembered as bad; the oldest are forgotten first
	maxWhy   = 500      // bytes of a reason
)

// State is what a gateway remembers of its updates.
type State struct {
	Current  string `json:"current,omitempty"`  // version that runs from the folder; "": the package's
	Previous string `json:"previous,omitempty"` // what Current took the place of
	Trial    *Trial `json:"trial,omitempty"`    // while Current has not proved itself
	Ready    string `json:"ready,omitempty"`    // version that is here and waits for a quiet moment

	Floor  string `json:"floor,omitempty"`  // highest ever seen
	Number int64  `json:"number,omitempty"` // of the newest document ever seen

	Bad        []Failure `json:"bad,omitempty"`         // versions that did not prove themselves, oldest first
	RolledBack *Failure  `json:"rolled_back,omitempty"` // why the newest one does not run; nil once another has proved itself
	Checked    *Checked  `json:"checked,omitempty"`     // the last look for a newer version
}

// Trial is a version that has not proved itself yet.
type Trial struct {
	Starts    int    `json:"starts"`          // of it so far
	Before    string `json:"before"`          // version that ran when it was installed
	Connected bool   `json:"connected"`       // the cloud was there before, and must be again
	Lacks     string `json:"lacks,omitempty"` // what it said last of why it is not proved
}

// Failure is a version that does not run, and why.
type Failure struct {
	Version string `json:"version"`
	Why     string `json:"why"`
}

// Checked is how the last look for a newer version ended.
type Checked struct {
	AtMS    int64  `json:"at_ms,omitempty"`   // the server's time, Unix milliseconds; 0: not known
	Offered string `json:"offered,omitempty"` // a newer version that may be installed
	Problem string `json:"problem,omitempty"` // why nothing is known, "" if all is well
}

// failureOf returns what is remembered of a version as bad.
func (s *State) failureOf(version string) (Failure, bool) {
	for _, f := range s.Bad {
		if f.Version == version {
			return f, true
		}
	}
	return Failure{}, false
}

// rollBack makes the previous version the current one. A bad one is not tried
// again by itself; one that was damaged on disk may be fetched anew.
func (s *State) rollBack(why string, bad bool) {
	failure := Failure{Version: s.Current, Why: clip(why)}
	if bad {
		s.Bad = append(s.Bad, failure)
		s.Bad = s.Bad[max(0, len(s.Bad)-maxBad):]
	}
	s.RolledBack = &failure
	s.Current, s.Previous, s.Trial = s.Previous, "", nil
}

// see raises the floor and the number, which never fall.
func (s *State) see(d release.Document) {
	s.Number = max(s.Number, d.Number)
	if s.Floor == "" || release.Newer(d.Floor, s.Floor) {
		s.Floor = d.Floor
	}
}

func clip(why string) string { return why[:min(len(why), maxWhy)] }

// Read returns what the gateway of a folder remembers. Without a file there never
// was an update.
func Read(dir string) (State, error) {
	var s State
	info, err := os.Lstat(filepath.Join(dir, StateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("state of updates: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxState {
		return s, fmt.Errorf("state of updates: %s is not a file of at most %d bytes", StateFile, maxState)
	}
	text, err := os.ReadFile(filepath.Join(dir, StateFile))
	if err != nil {
		return s, fmt.Errorf("state of updates: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return State{}, fmt.Errorf("state of updates: %s is damaged: %w", StateFile, err)
	}
	return s, nil
}

// change reads the state, lets edit change it, and keeps what came of it: whole or
// not at all, and on disk when change returns. An error of edit keeps nothing. One
// process at a time does so.
func change(dir string, edit func(*State) error) error {
	free, err := lock(dir, stateLock, unix.LOCK_EX)
	if err != nil {
		return fmt.Errorf("state of updates: %w", err)
	}
	defer free()
	s, err := Read(dir)
	if err != nil {
		return err
	}
	if err := edit(&s); err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("state of updates: %w", err)
	}
	if err := identity.Keep(filepath.Join(dir, StateFile), text); err != nil {
		return fmt.Errorf("state of updates: %w", err)
	}
	return nil
}

// lock keeps other processes out until free is called, or this one ends.
func lock(dir, name string, how int) (free func(), err error) {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, fileMode)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), how); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}
