package health

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"logis/domain"
	"logis/domain/call"
	"logis/edge"
	"logis/edge/identity"
	"logis/edge/outbox"
	"logis/edge/update"
)

// Level is how bad a finding is.
type Level = call.Level

// The levels.
const (
	Fine    = call.Fine
	Warning = call.Warning
	Wrong   = call.Wrong
)

// Finding is what one check found.
type Finding = call.Finding

// Report is how a gateway stands. Without a running agent it holds what its
// folder says.
type Report struct {
	Program  string            `json:"program"` // version of the program that looked
	Folder   string            `json:"folder"`
	Running  bool              `json:"running"`
	Gateway  domain.GatewayID  `json:"gateway,omitzero"` // zero until it is paired
	Home     domain.HomeID     `json:"home,omitzero"`
	Server   string            `json:"server,omitempty"`
	Key      string            `json:"key_fingerprint,omitempty"` // SHA-256 of the public key, as the app shows it
	Letters  string            `json:"letters,omitempty"`         // of the key, as the app shows them when it asks to confirm it
	KeyEnds  time.Time         `json:"key_ends,omitzero"`         // zero: not known
	RenewAt  time.Time         `json:"renew_at,omitzero"`         // when the key asks for the next one
	Outbox   edge.OutboxStatus `json:"outbox"`
	Disk     Space             `json:"disk"`
	Agent    *Answer           `json:"agent,omitempty"`  // what the running agent tells
	Update   *update.State     `json:"update,omitempty"` // what is remembered of newer versions, unless it cannot be read
	Findings []Finding         `json:"findings"`
}

// Sound reports whether nothing is wrong.
func (r *Report) Sound() bool {
	for _, f := range r.Findings {
		if f.Level == Wrong {
			return false
		}
	}
	return true
}

// Options say what is looked at.
type Options struct {
	Dir     string           // of the agent
	Server  string           // "": where the gateway enrolled
	Version string           // of the program that looks
	Now     func() time.Time // the machine's clock; nil: time.Now
	// Network asks for the way to the server, too; it takes seconds when there is
	// none.
	Network bool
}

// Names of the agent's files, which are its own business otherwise.
const (
	identityFile = "identity.json"
	outboxFile   = "outbox.db"
)

// Look returns how the gateway of a folder stands. It changes nothing.
func Look(ctx context.Context, o Options) Report {
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Report{
		Program: o.Version, Folder: o.Dir, Server: o.Server,
		Outbox: edge.OutboxStatus{Entries: -1, MaxBytes: outbox.DefaultMaxBytes, MaxRows: outbox.DefaultMaxRows},
	}
	if r.lookAtFolder() {
		r.lookAtPairing()
		r.lookAtDisk()
		r.readUpdates()
		r.lookAtAgent(ctx)
		r.lookAtUpdates()
	}
	if !r.Gateway.IsZero() {
		r.lookAtKey(o.Now())
	}
	if r.Agent != nil {
		r.lookAtLink()
		r.lookAtRadios()
		r.lookAtClock(o.Now())
		r.lookAtConfiguration()
		r.lookAtLog()
	}
	r.lookAtOutbox()
	if o.Network && r.Server != "" {
		r.lookAtNetwork(ctx, o.Now)
	}
	return *r
}

func (r *Report) find(check string, level Level, do, says string, values ...any) {
	r.Findings = append(r.Findings, Finding{Check: check, Level: level, Says: fmt.Sprintf(says, values...), Do: do})
}

func (r *Report) lookAtPairing() {
	id, err := identity.Read(filepath.Join(r.Folder, identityFile))
	switch {
	case errors.Is(err, errNotExist):
		r.find("pairing", Wrong, "Make a claim in the app and run: logis-edge pair", "This gateway belongs to no home yet.")
		return
	case err != nil:
		r.find("pairing", Wrong, "Without its key the gateway must be paired anew: move the file away and run logis-edge pair.",
			"The gateway's key cannot be read: %v.", err)
		return
	}
	r.Gateway, r.Home, r.Key, r.Letters = id.Gateway, id.Home, id.Fingerprint(), id.Letters()
	r.KeyEnds, r.RenewAt = id.KeyEnds(), id.RenewAt()
	if r.Server == "" {
		r.Server = id.Server
	}
	if !id.Enrolled() {
		r.find("pairing", Wrong, "Make a claim in the app and run: logis-edge pair", "This gateway has a key, and belongs to no home yet.")
		return
	}
	r.find("pairing", Fine, "", "It is gateway %v of home %v.", id.Gateway, id.Home)
}

// lookAtAgent asks the agent, or finds out why there is no answer. Without one it
// counts what waits by itself.
func (r *Report) lookAtAgent(ctx context.Context) {
	answer, err := Ask(ctx, r.Folder)
	if err == nil {
		r.Running, r.Agent = true, &answer
		r.Gateway, r.Home, r.Server, r.Key, r.Outbox = answer.Gateway, answer.Home, answer.Server, answer.Key, answer.Outbox
		r.lookAtAnswer()
		return
	}
	release, held, lockErr := tryLock(r.Folder)
	switch {
	case lockErr != nil:
		r.find("agent", Wrong, "", "It cannot be told whether the agent runs: %v.", lockErr)
	case held:
		r.Running = true
		r.find("agent", Wrong, "Look at its log (logis-edge logs) and start it again.", "The agent runs and does not answer: %v.", err)
	default:
		defer release()
		r.find("agent", Wrong, "Start it: systemctl start logis-edge, or logis-edge run", "The agent does not run.")
		r.peek()
	}
}

// lookAtAnswer judges what the agent says of itself as a whole.
func (r *Report) lookAtAnswer() {
	switch a := r.Agent; {
	case a.Problem != "":
		r.find("agent", Wrong, "Nothing is done before this is mended; the agent tries again by itself.", "The agent stands still: %s.", a.Problem)
	case a.Version != r.Program && !r.onTrial(a.Version):
		r.find("agent", Warning, "Start it again: systemctl restart logis-edge", "The running agent is version %s, this program %s.", a.Version, r.Program)
	default:
		r.find("agent", Fine, "", "It has run for %v.", time.Duration(a.UptimeS)*time.Second)
	}
}

// peek counts what waits in an outbox that nobody has open.
func (r *Report) peek() {
	entries, bytes, err := outbox.Peek(filepath.Join(r.Folder, outboxFile))
	switch {
	case errors.Is(err, errNotExist): // it never ran
	case err != nil:
		r.find("outbox", Wrong, "The agent puts a damaged outbox aside at its next start and begins a new one; what waited is lost.",
			"What waits for the cloud cannot be read: %v.", err)
	default:
		r.Outbox.Entries, r.Outbox.Bytes = entries, bytes
	}
}
