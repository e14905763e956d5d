package evidence

import (
	"errors"
	"fmt"
	"io"
	"os"

	"logis/domain"
	"logis/domain/chain"
)

// Files are what a home's past is checked with. Checkpoints and Key belong together
// and may be left out.
type Files struct {
	Export      string // what export wrote
	Checkpoints string // the signed checkpoints
	Key         string // public
}

// ErrHalf says that only one of checkpoints and key was given.
var ErrHalf = errors.New("--checkpoints and --key belong together")

// Witness reads and checks the checkpoints; nil when none were given. The error wraps
// ErrHalf, or ErrBroken when they are not as they were signed.
func (f Files) Witness() (*Witness, error) {
	switch {
	case f.Checkpoints == "" && f.Key == "":
		return nil, nil //nolint:nilnil // nobody has to have signed
	case f.Checkpoints == "" || f.Key == "":
		return nil, ErrHalf
	}
	known, err := ReadPublic(f.Key)
	if err != nil {
		return nil, err
	}
	return ReadFile(f.Checkpoints, known)
}

// Check verifies the export, tells out what it found, and returns whether all of it
// is sound. An error says that it could not be looked at.
func (f Files) Check(out io.Writer) (sound bool, err error) {
	witness, err := f.Witness()
	if errors.Is(err, ErrBroken) {
		fmt.Fprintln(out, err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var remembered func(domain.HomeID) []chain.Head
	if witness != nil {
		remembered = witness.Heads
	}
	file, err := os.Open(f.Export)
	if err != nil {
		return false, fmt.Errorf("export: %w", err)
	}
	defer func() { _ = file.Close() }()
	v, err := Verify(file, remembered)
	if errors.Is(err, ErrNotExport) {
		fmt.Fprintln(out, err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !Tell(out, v) {
		return false, nil
	}
	fmt.Fprintln(out, covered(v, remembered))
	return true, nil
}

// Tell writes a verdict in a sentence, and returns whether all is sound.
func Tell(out io.Writer, v chain.Verdict) bool {
	if v.Bad != 0 {
		fmt.Fprintf(out, "home %s: event %d %s; %d events before it are sound\n", v.Home, v.Bad, v.Reason, v.Events)
		return false
	}
	if v.From != 0 {
		fmt.Fprintf(out, "home %s: the events %d to %d are sound, head %s; those before were sealed and have gone\n",
			v.Home, v.From+1, v.Events, v.Head)
		return true
	}
	fmt.Fprintf(out, "home %s: all %d events are sound, head %s\n", v.Home, v.Events, v.Head)
	return true
}

// covered says how much of a sound log was signed.
func covered(v chain.Verdict, remembered func(domain.HomeID) []chain.Head) string {
	if remembered == nil {
		return "Without --checkpoints and --key nobody can tell whether all of it was written anew."
	}
	heads := remembered(v.Home)
	if len(heads) == 0 {
		return "None of it was signed: nobody can tell whether all of it was written anew."
	}
	return fmt.Sprintf("It is as it was signed, up to event %d.", heads[len(heads)-1].Seq)
}
