package rig

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"logis/domain"
	"logis/edge/identity"
)

// confirmPause lies between two looks at who waits.
const confirmPause = 100 * time.Millisecond

// Confirm lets in the newcomer of these letters, once it waits in the home, as an
// owner would who sees them at the gateway.
func (a *App) Confirm(ctx context.Context, home, letters string) error {
	path := "/homes/" + home + "/gateways/newcomers"
	for {
		var waiting struct{ Items []struct{ Letters string } }
		if err := a.Get(ctx, path, &waiting); err != nil {
			return err
		}
		if slices.ContainsFunc(waiting.Items, func(n struct{ Letters string }) bool { return n.Letters == letters }) {
			var decided struct{ Gateway string }
			return a.call(ctx, http.MethodPost, path+"/"+letters+"/confirmation", NewKey(), map[string]any{}, &decided)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(confirmPause):
		}
	}
}

// ConfirmEdge lets in the edge agent of a folder, which has just been started.
func (a *App) ConfirmEdge(ctx context.Context, home, dir string) error {
	for {
		if id, err := identity.Read(filepath.Join(dir, "identity.json")); err == nil {
			return a.Confirm(ctx, home, domain.KeyLetters(id.PublicKey()))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(confirmPause):
		}
	}
}
