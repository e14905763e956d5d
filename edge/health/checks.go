package health

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logis/domain"
)

func (r *Report) lookAtLink() {
	switch link := r.Agent.Link; {
	case link.Session != 0:
		r.find("cloud", Fine, "", "Connected to %s, session %d.", r.Server, link.Session)
	case link.Problem != "":
		r.find("cloud", Wrong, "The home works on without the cloud, and the agent keeps trying. The checks of the network say more.",
			"No session with %s: %s.", r.Server, link.Problem)
	default:
		r.find("cloud", Wrong, "", "No session with %s yet.", r.Server)
	}
}

func (r *Report) lookAtRadios() {
	if len(r.Agent.Radios) == 0 {
		r.find("radio", Warning, "Name one in the settings, such as LOGIS_EDGE_ZIGBEE2MQTT.", "This gateway has no radio.")
	}
	for _, radio := range r.Agent.Radios {
		check := "radio " + radio.Name
		left := counted(" Of what it was sent it left out: ", radio.Counts)
		broke := counted(" It did what a radio must not: ", radio.Breaches)
		left += broke
		switch {
		case radio.Off:
			r.find(check, Warning, "Switch it on in the gateway's configuration, if that is not meant so.", "It is switched off from the cloud.")
		case radio.Problem != "":
			r.find(check, Wrong, "Look at its software and its stick; the agent tries again by itself.",
				"It does not run: %s (ended %d times).%s", radio.Problem, radio.Restarts, left)
		case radio.Restarts > 0:
			r.find(check, Warning, "", "It runs, and ended %d times since the agent began, the last time because: %s.%s", radio.Restarts, radio.Last, left)
		case broke != "":
			r.find(check, Warning, "The other radios are kept from it. Look at its software, and at the devices that its log names.", "It runs.%s", left)
		default:
			r.find(check, Fine, "", "It runs.%s", left)
		}
	}
}

// counted says what was counted, "" if nothing was.
func counted(about string, counts map[string]uint64) string {
	if len(counts) == 0 {
		return ""
	}
	var each []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		each = append(each, fmt.Sprintf("%d %s", counts[name], name))
	}
	return about + strings.Join(each, ", ") + "."
}

// Bounds of a clock that nobody needs to think about.
const (
	maxClockError = 2 * time.Second // beyond it nothing that opens a door is done
	maxSkew       = time.Minute     // between the machine's clock and the server's
)

func (r *Report) lookAtClock(now time.Time) {
	clock := r.Agent.Clock
	if !clock.Known {
		r.find("clock", Wrong, "It is heard from the server: see cloud and network.",
			"The time is not known: the server was not heard since the agent began. Commands wait, and what happens is dated later.")
		return
	}
	errs, age := time.Duration(clock.ErrorMS)*time.Millisecond, time.Duration(clock.AgeMS)*time.Millisecond
	if errs > maxClockError {
		r.find("clock", Warning, "It is heard from the server: see cloud and network.",
			"The server's time is known within %v only, it was heard %v ago. Locks are not opened meanwhile.", errs, age.Round(time.Second))
	} else {
		r.find("clock", Fine, "", "The server's time is known within %v, it was heard %v ago.", errs, age.Round(time.Second))
	}
	r.compare(now, time.UnixMilli(clock.AtMS), errs)
}

// compare judges the machine's own clock, which dates the log and checks
// certificates.
func (r *Report) compare(now, server time.Time, within time.Duration) {
	if skew := now.Sub(server); skew.Abs() > maxSkew+within {
		r.find("clock", Warning, "Let the machine set its clock, for example with: timedatectl set-ntp true",
			"The machine's clock is %v off the server's. Commands are not affected; certificates may seem invalid and the log is dated wrongly.",
			skew.Round(time.Second))
	}
}

func (r *Report) lookAtConfiguration() {
	switch c := r.Agent.Configuration; {
	case c.Trial != 0:
		r.find("configuration", Fine, "", "Version %d from the cloud is on trial.", c.Trial)
	case c.State == domain.ConfigurationRolledBack:
		r.find("configuration", Warning, "Change it in the app, or mend what stood against it and save it again.",
			"Version %d from the cloud was rolled back: %s. The agent works with the one before.", c.Settled, c.Reason)
	case c.Version != 0:
		r.find("configuration", Fine, "", "The agent works with version %d from the cloud.", c.Version)
	}
}

func (r *Report) lookAtLog() {
	if r.Agent.LogLost > 0 {
		r.find("log", Warning, "Make room on the disk.", "%d lines could not be written to the log.", r.Agent.LogLost)
	}
}

// Shares of the outbox's quota, in percent.
const (
	halfFull = 50
	nearFull = 95
)

func (r *Report) lookAtOutbox() {
	o := r.Outbox
	if o.Entries < 0 {
		return
	}
	share := max(100*o.Bytes/o.MaxBytes, 100*o.Entries/o.MaxRows)
	level, do := Fine, ""
	switch {
	case share >= nearFull:
		level, do = Wrong, "The oldest measurements are dropped first; connect the gateway."
	case share >= halfFull:
		level, do = Warning, "Connect the gateway before it is full."
	}
	r.find("outbox", level, do, "%d entries wait for the cloud: %s of %s, %d %%.", o.Entries, Bytes(o.Bytes), Bytes(o.MaxBytes), share)
}

// Bytes returns a size for people.
func Bytes(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if size < 1024 {
			break
		}
		size, unit = size/1024, next
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}
