package update

import (
	"context"
	"errors"
	"time"
)

// When newer versions are looked for, and installed.
const (
	checkPeriod = 6 * time.Hour    // between two looks, a quarter more or less: gateways must not come together
	firstWait   = 30 * time.Minute // at most, from the start to the first look: a fleet that got its power back
	quietStep   = time.Second      // between two looks for a quiet moment
	quietLimit  = time.Hour        // how long a quiet moment is waited for; the next look tries again
)

// Run looks for newer versions at times of its own and installs them. It returns
// the version that is in place, so that the agent ends for it, or "" when ctx ends.
func (u *Updater) Run(ctx context.Context) string {
	wait := time.Duration(u.options.Random() * float64(firstWait))
	for sleep(ctx, wait) {
		offer, err := u.Check(ctx)
		if err == nil {
			u.options.Log.Info("a newer version is installed", "version", offer.Version, "bytes", offer.Size)
			err = u.Install(ctx, offer)
		}
		switch {
		case err == nil:
			return offer.Version
		case ctx.Err() != nil:
		case errors.Is(err, ErrUpToDate):
			u.options.Log.Debug("no newer version", "why", err)
		default:
			u.options.Log.Warn("no newer version can be had", "why", err)
		}
		wait = time.Duration((0.75 + 0.5*u.options.Random()) * float64(checkPeriod))
	}
	return ""
}

// sleep waits; false when ctx ended meanwhile.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
