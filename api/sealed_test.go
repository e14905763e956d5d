package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/eventstore"
	"logis/history"
	"logis/projections"
)

// seal lets the older half of a home's events go, as the server does with those that
// are old enough.
func (h *house) seal() eventstore.Base {
	h.b.t.Helper()
	ctx, past := h.b.t.Context(), history.New(h.b.store, nil)
	upTo := h.head() / 2
	// The next event must be recorded later: a range ends at a time.
	at, err := eventstore.RecordedAt(ctx, h.b.store.Pool(), h.id, upTo)
	if err != nil {
		h.b.t.Fatal(err)
	}
	if upTo, err = past.SeqAt(ctx, h.id, at); err != nil {
		h.b.t.Fatal(err)
	}
	state, err := past.At(ctx, h.id, upTo)
	if err != nil {
		h.b.t.Fatal(err)
	}
	if err := h.b.store.Seal(ctx, eventstore.Head{Seq: upTo, Hash: state.Hash, RecordedAt: at}, state); err != nil {
		h.b.t.Fatal(err)
	}
	if err := h.b.sealer.Seal(ctx); err != nil {
		h.b.t.Fatal(err)
	}
	if err := projections.NewRollups(h.b.store.Pool(), nil).FollowAll(ctx); err != nil {
		h.b.t.Fatal(err)
	}
	for more := true; more; {
		if more, err = h.b.store.Forget(ctx, h.id, projections.Leave); err != nil {
			h.b.t.Fatal(err)
		}
	}
	base, err := eventstore.BaseOf(ctx, h.b.store.Pool(), h.id)
	if err != nil || base.Seq != upTo || !base.Ended {
		h.b.t.Fatal(base, err)
	}
	return base
}

func TestWhatWentIsRefusedAtEveryDoorWithTheDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.busy()
	var first Events
	h.owner.ask("GET", h.path+"/events?limit=2", "").want(200).into(&first)
	base := h.seal()
	before, now := base.RecordedAt.Add(-time.Second).Format(time.RFC3339Nano), time.Now().UTC().Format(time.RFC3339Nano)
	for _, query := range []string{
		"/state?seq=1", "/state?known_at=" + before, "/state?true_at=" + before,
		"/film?from=0", fmt.Sprintf("/film?from=%d", base.Seq-1),
		"/density?from=" + before, "/history/late?at=" + before,
		"/history/difference?from=" + before + "&to=" + now,
		"/history/why?seq=1", fmt.Sprintf("/history/why?seq=%d", base.Seq),
		"/events/1", "/events?after=1", "/events?order=desc&before=2", "/events?limit=1&cursor=" + *first.Next,
		"/audit?from=" + before, "/audit?to=" + before,
		"/export?from=" + before, "/export?after=1",
	} {
		var p Problem
		h.owner.ask("GET", h.path+query, "").want(http.StatusGone).into(&p)
		if p.Code != string(domain.Gone) || !strings.Contains(p.Detail, base.RecordedAt.Format("2006-01-02T15:04:05")) {
			t.Errorf("%s: %+v", query, p)
		}
	}
	for _, query := range []string{
		fmt.Sprintf("/state?seq=%d", base.Seq), "/state", "/state?known_at=" + base.RecordedAt.Format(time.RFC3339Nano),
		fmt.Sprintf("/film?from=%d", base.Seq), "/density", "/density?lanes=true", "/events", "/events?order=desc&limit=500",
		fmt.Sprintf("/events?after=%d", base.Seq), "/audit", "/export", "/proof", "/proof/check", "/storage",
		"/history/why?device=" + lamp.String() + "&property=currentLevel",
	} {
		h.owner.ask("GET", h.path+query, "").want(http.StatusOK)
	}
	var check Check
	h.owner.ask("GET", h.path+"/proof/check", "").want(200).into(&check)
	if check.Bad != nil || check.Checked != h.head() {
		t.Errorf("%+v", check)
	}
	var picture Picture
	h.owner.ask("GET", fmt.Sprintf("%s/state?seq=%d", h.path, base.Seq), "").into(&picture)
	if picture.Seq != base.Seq || !picture.At.Equal(base.RecordedAt) {
		t.Errorf("the home at the base is as of %d, %v", picture.Seq, picture.At)
	}
	if s := size(h); s.Events != h.head()-base.Seq || s.FirstAt.Before(base.RecordedAt) {
		t.Errorf("%+v", s)
	}
}

func size(h *house) (s Storage) {
	h.b.t.Helper()
	h.owner.ask("GET", h.path+"/storage", "").want(200).into(&s)
	return s
}

func TestAnOwnerSaysForHowLongTheHistoryIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	if s := size(h); s.KeepMonths != 0 {
		t.Errorf("a new home keeps %d months", s.KeepMonths)
	}
	h.owner.ask("POST", h.path+"/retention", `{"keep_months":24}`).want(200)
	if s := size(h); s.KeepMonths != 24 || !s.KeptUntil.Equal(s.FirstAt.AddDate(2, 0, 0)) {
		t.Errorf("%+v", s)
	}
	for _, months := range []string{"12", "-1", "1201"} {
		h.owner.ask("POST", h.path+"/retention", `{"keep_months":`+months+`}`).want(422)
	}
	admin := b.person("Bea")
	h.admit(admin, domain.Admin, domain.Scope{})
	admin.ask("POST", h.path+"/retention", `{"keep_months":13}`).want(403)
	h.owner.ask("POST", h.path+"/retention", `{"keep_months":0}`).want(200)
	if s := size(h); s.KeepMonths != 0 {
		t.Errorf("%+v", s)
	}
}
