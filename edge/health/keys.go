package health

import "time"

// recoverLife is how long after its end the cloud lets a key ask for another, with
// the owner's consent; the cloud has the last word.
const recoverLife = 180 * 24 * time.Hour

// lookAtKey judges how long the gateway's key is good, by the server's time where
// it is known.
func (r *Report) lookAtKey(now time.Time) {
	waiting := r.WaitingLetters()
	if r.Agent != nil && r.Agent.Clock.Known {
		now = time.UnixMilli(r.Agent.Clock.AtMS)
	}
	ends := r.KeyEnds
	left := ends.Sub(now)
	day := ends.Format("2 January 2006")
	switch {
	case waiting != "":
		r.find("key", Wrong, "In the app, under Gateways, confirm the letters "+waiting+".", "A new key waits for the owner: it shows the letters %s.", waiting)
	case ends.IsZero():
	case left <= -recoverLife:
		r.find("key", Wrong, "In the app choose \"Pair again\" at this gateway, stop the agent, and run: logis-edge pair --again",
			"The key ended on %s, too long ago to be renewed.", day)
	case left <= 0:
		r.find("key", Wrong, "Connect the gateway; it asks for a new key, and the app for its letters.", "The key ended on %s.", day)
	case r.RenewAt.Before(now):
		r.find("key", Warning, "It is renewed as soon as the gateway is connected.", "The key ends on %s, in %d days.", day, left/(24*time.Hour))
	default:
		r.find("key", Fine, "", "The key is good until %s and renews itself before.", day)
	}
}

// WaitingLetters returns those of a new key that waits until the owner confirms it,
// "" when none does.
func (r *Report) WaitingLetters() string {
	if r.Agent == nil {
		return ""
	}
	return r.Agent.Link.Letters
}
