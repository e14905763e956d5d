package health

import (
	"logis/edge/release"
	"logis/edge/update"
)

// readUpdates reads what the folder remembers of newer versions.
func (r *Report) readUpdates() {
	s, err := update.Read(r.Folder)
	if err != nil {
		r.find("update", Wrong, "Move "+update.StateFile+" away and install the newest package.",
			"The package's program runs, because nobody knows which other one may: %v.", err)
		return
	}
	r.Update = &s
}

// onTrial reports whether a version runs that has not proved itself yet; until
// then it is the package's program that people ask.
func (r *Report) onTrial(version string) bool {
	return r.Update != nil && r.Update.Trial != nil && r.Update.Current == version
}

// lookAtUpdates judges what was read. Where there never was a newer version, there
// is nothing to say.
func (r *Report) lookAtUpdates() {
	s := r.Update
	if s == nil {
		return
	}
	running := r.Program
	if r.Agent != nil {
		running = r.Agent.Version
	}
	if release.Newer(s.Floor, running) {
		r.find("update", Wrong, "Install the newest package, or: logis-edge update",
			"Version %s runs, and those below %s have a hole that is known.", running, s.Floor)
	}
	switch {
	case s.RolledBack != nil:
		r.find("update", Warning, "It is not tried again by itself; a newer one is. To try it all the same: logis-edge update --retry",
			"Version %s was rolled back: %s.", s.RolledBack.Version, s.RolledBack.Why)
	case s.Trial != nil:
		r.find("update", Warning, "Wait a few minutes.", "Version %s is on trial, start %d: %s.", s.Current, s.Trial.Starts, orNothing(s.Trial.Lacks))
	}
	switch c := s.Checked; {
	case c == nil:
	case c.Problem != "":
		r.find("update", Warning, "", "The last look for a newer version ended with: %s.", c.Problem)
	case s.Ready != "":
		r.find("update", Fine, "", "Version %s is here and waits for a quiet moment.", s.Ready)
	case c.Offered != "" && release.Newer(c.Offered, running):
		r.find("update", Fine, "Install it: logis-edge update", "Version %s is offered.", c.Offered)
	default:
		r.find("update", Fine, "", "There is no version newer than %s.", running)
	}
}

func orNothing(lacks string) string {
	if lacks == "" {
		return "nothing is wrong so far"
	}
	return lacks
}
