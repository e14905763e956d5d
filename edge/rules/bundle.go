package rules

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/edge/outbox"
	"logis/wire"
)

// placed is what the cloud was last told to run here.
type placed struct {
	Bundle domain.Seq          `json:"bundle"`
	Rules  []domain.PlacedRule `json:"rules"`
	Boot   string              `json:"boot"` // the start of the machine in which that was
	// Released says since when rules that ran here do not, by their last such moment.
	Released map[domain.RuleID]time.Time `json:"released,omitempty"`
}

// tell writes down which rules run here from this entry on.
func (e *Engine) tell(w *outbox.Writer, entry wire.Entry) error {
	doc, err := json.Marshal(placed{Bundle: entry.Bundle, Rules: entry.Rules, Boot: e.options.Time.BootID(), Released: e.released})
	if err != nil {
		return err
	}
	if err := w.KeepPlaced(doc); err != nil {
		return err
	}
	_, err = w.Add(entry)
	return err
}

// Bundle takes a part of a bundle. With the last one the rules are those of the
// bundle, and the cloud is told so, or why not. An error is one of the disk.
func (e *Engine) Bundle(ctx context.Context, part wire.Bundle) error {
	signed, whole, err := e.join.Join(&part)
	if err == nil && !whole {
		return nil
	}
	var b *domain.Bundle
	if err == nil {
		b, err = e.check(signed)
	}
	if err != nil {
		e.options.Log.Warn("rules of the cloud are refused", "version", part.Version, "why", err)
		return e.refuse(ctx, part.Version, err)
	}
	if err := keep(e.options.Dir, signed); err != nil {
		return err
	}
	return e.options.Outbox.Write(ctx, func(w *outbox.Writer) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.key, e.refused = signed.Key, ""
		return e.took(w, e.install(w, b, false))
	})
}

// Errors of bundles that were signed and are not for now, or not for here.
var (
	errOther = errors.New("the bundle is for another gateway")
	errOlder = errors.New("the bundle is older than the one that runs")
)

// check opens a bundle and returns it when it is for this gateway and not older than
// what runs. The key of the first one is believed, like the server it came from.
func (e *Engine) check(signed wire.SignedBundle) (*domain.Bundle, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := signed.Open(e.key)
	switch {
	case err != nil:
		return nil, err
	case b.Home != e.options.Home || b.Gateway != e.options.Gateway:
		return nil, errOther
	case b.Version < e.version:
		return nil, errOlder
	}
	return b, nil
}

func (e *Engine) refuse(ctx context.Context, version domain.Seq, why error) error {
	return e.options.Outbox.Write(ctx, func(w *outbox.Writer) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.refused = why.Error()
		entry := wire.Entry{Kind: wire.KindPlaced, Bundle: version, Reason: e.refused}
		if e.home == nil {
			return e.tell(w, entry)
		}
		entry.Rules = e.home.Placed()
		return e.took(w, e.announce(w, entry))
	})
}

// install makes the rules those of a bundle and tells the cloud. Rules that begin
// here wait for their times from the moment on from which the cloud does not.
func (e *Engine) install(w *outbox.Writer, b *domain.Bundle, anew bool) error {
	e.version = b.Version
	if e.home == nil {
		if len(b.Rules) == 0 {
			return e.tell(w, wire.Entry{Kind: wire.KindPlaced, Bundle: b.Version})
		}
		if err := e.build(w); err != nil {
			return err
		}
	}
	if e.rebase() {
		if err := e.armAll(w); err != nil {
			return err
		}
	}
	if err := e.pastDue(w); err != nil { // what has come by now is the former rules'
		return err
	}
	former := e.home.Rules
	began := e.home.Install(b)
	e.release(w, former)
	if err := e.announce(w, wire.Entry{Kind: wire.KindPlaced, Bundle: b.Version, Rules: e.home.Placed(), Anew: anew}); err != nil {
		return err
	}
	if len(b.Rules) == 0 {
		e.home = nil // nothing needs to be known
		return nil
	}
	return e.arm(w, began, former)
}

// maxReleased bounds how many rules that left are remembered: those of a full home.
const maxReleased = domain.MaxRules

// release notes since when rules do not run here any more: should one come back
// before the cloud has waited for its times, they are ours from then on.
func (e *Engine) release(w *outbox.Writer, former map[domain.RuleID]*domain.Rule) {
	for id := range former {
		if e.home.Rules[id] == nil && len(e.released) < maxReleased {
			e.released[id] = w.Now()
		}
	}
}

// announce tells which rules run here; the home is counted on by it.
func (e *Engine) announce(w *outbox.Writer, entry wire.Entry) error {
	if err := e.tell(w, entry); err != nil {
		return err
	}
	ev, err := entry.Means(e.home, e.options.Gateway, w.Last(), w.Now(), numbers{})
	if err != nil {
		return err
	}
	ev.OccurredAt = w.Now()
	_, err = e.fold(w, ev)
	return err
}

// arm lets rules wait for their times: those that come from the cloud from the moment
// on in which they were offered.
func (e *Engine) arm(w *outbox.Writer, began []*domain.Rule, former map[domain.RuleID]*domain.Rule) error {
	for _, r := range began {
		from := w.Now()
		since, released := r.Offered.Since, e.released[r.ID]
		switch {
		case former[r.ID] != nil: // its times until now were ours
		case released.After(since): // and so were those until then
			from = released
		case !since.IsZero():
			from = since
		}
		delete(e.released, r.ID)
		if err := e.armFrom(w, r, from); err != nil {
			return err
		}
	}
	return nil
}

// armFrom lets a rule wait for its times from a moment on, as far as it does not.
func (e *Engine) armFrom(w *outbox.Writer, r *domain.Rule, from time.Time) error {
	ev := &domain.RecordedEvent{
		HomeID: e.home.ID, Seq: e.home.Seq, RecordedAt: w.Now(),
		Event: domain.Event{
			Entity: r.ID.Entity(), Actor: domain.SystemActor, OccurredAt: w.Now(),
			Fact: domain.RulePlaced{Gateway: r.Gateway, Version: r.Version, FromMS: from.UnixMilli()},
		},
	}
	for _, d := range rule.React(e.home, ev, e.options.Gateway) {
		if err := rule.Carry(e.home, d, ev, e.recorder(w)); err != nil {
			return err
		}
	}
	return nil
}

// build makes the home as this gateway knows it: its devices and what they said.
func (e *Engine) build(w *outbox.Writer) error {
	home := domain.NewHome(e.options.Home, e.catalog)
	home.Seq = domain.Seq(w.Last())
	home.Gateways[e.options.Gateway] = &domain.Gateway{
		ID: e.options.Gateway, Connected: true, Session: 1, Epoch: epoch, Cursor: w.Last(),
	}
	twins, err := w.Twins()
	if err != nil {
		return err
	}
	before := max(home.Seq, 1) // the entry that told it is not known any more
	for _, t := range twins {
		home.Devices[t.ID] = &domain.Device{
			ID: t.ID, Gateway: e.options.Gateway, Address: t.Radio + "/" + t.Address, Kind: t.Kind, Capabilities: t.Capabilities, Attributes: t.Attributes,
		}
		twin := &domain.Twin{Device: t.ID, Properties: map[string]*domain.Property{}}
		if t.Available != nil {
			twin.Available = domain.Availability{Is: *t.Available, Seq: before}
		}
		for name, told := range t.Values {
			twin.Properties[name] = &domain.Property{Reported: domain.Reported{Value: told.Value, At: told.At, Since: told.At, Seq: before}}
		}
		home.Twins[t.ID] = twin
	}
	e.home = home
	return nil
}

// resume takes up the rules after a start.
func (e *Engine) resume(ctx context.Context) error {
	bundles := kept(e.options.Dir)
	return e.options.Outbox.Write(ctx, func(w *outbox.Writer) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		doc, err := w.Placed()
		if err != nil {
			return err
		}
		if doc == nil { // the outbox is new: whatever the last bundle says
			if len(bundles) == 0 {
				return nil
			}
			e.key = bundles[0].signed.Key
			return e.took(w, e.install(w, bundles[0].bundle, true))
		}
		var was placed
		if err := json.Unmarshal(doc, &was); err != nil {
			return err
		}
		e.version = was.Bundle
		maps.Copy(e.released, was.Released)
		return e.took(w, e.takeUp(w, was, bundles))
	})
}

// takeUp goes on with the rules that the cloud was told to run here, out of the
// bundle it was told of, or, if that is damaged, out of another one that has the
// same version of a rule. What is in none of them is given back.
func (e *Engine) takeUp(w *outbox.Writer, was placed, bundles []opened) error {
	slices.SortStableFunc(bundles, func(a, b opened) int {
		return cmp.Compare(distance(a, was.Bundle), distance(b, was.Bundle))
	})
	if len(bundles) == 0 {
		if len(was.Rules) == 0 {
			return nil
		}
		return e.tell(w, wire.Entry{Kind: wire.KindPlaced, Bundle: was.Bundle, Anew: true, Reason: "damaged"})
	}
	e.key = bundles[0].signed.Key
	b := bundles[0].bundle
	b.Rules = slices.DeleteFunc(b.Rules, func(r domain.Rule) bool {
		return !slices.Contains(was.Rules, domain.PlacedRule{Rule: r.ID, Version: r.Version})
	})
	if len(b.Rules) == 0 && len(was.Rules) == 0 {
		return nil
	}
	if err := e.build(w); err != nil {
		return err
	}
	e.home.Install(b)
	if err := e.readRuns(w, was.Boot == e.options.Time.BootID()); err != nil {
		return err
	}
	if len(b.Rules) < len(was.Rules) {
		return e.announce(w, wire.Entry{Kind: wire.KindPlaced, Bundle: was.Bundle, Rules: e.home.Placed(), Reason: "damaged"})
	}
	return nil
}

// distance is how far a bundle is from the one that was told.
func distance(o opened, told domain.Seq) domain.Seq {
	return max(o.signed.Version-told, told-o.signed.Version)
}

// readRuns reads how far the rules had come. What they waited for by a boot clock
// that began anew is over.
func (e *Engine) readRuns(w *outbox.Writer, sameBoot bool) error {
	docs, err := w.Runs()
	if err != nil {
		return err
	}
	for _, doc := range docs {
		run := &domain.RuleRun{}
		if err := json.Unmarshal(doc, run); err != nil {
			return err
		}
		e.kept[run.Rule] = run.Revision
		if e.home.Rules[run.Rule] == nil {
			continue
		}
		for i := range run.Waits {
			if due := run.Waits[i].Due; !sameBoot && !due.IsZero() && due.Before(unknown) {
				run.Waits[i].Due = time.Unix(0, 1)
			}
		}
		e.home.Runs[run.Rule] = run
	}
	e.home.Stop()
	return nil
}

// Anew implements outbox.Follower: an old copy of the outbox was restored. What the
// rules waited for has names that another life of the file may have used.
func (e *Engine) Anew(w *outbox.Writer) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.home == nil {
		return nil
	}
	b := e.bundle()
	e.home = nil
	return e.took(w, e.install(w, b, true))
}

// bundle returns what runs here as a bundle.
func (e *Engine) bundle() *domain.Bundle {
	b := &domain.Bundle{Home: e.options.Home, Gateway: e.options.Gateway, Version: e.version, Profile: e.home.Profile}
	for _, m := range e.home.Members {
		b.Members = append(b.Members, *m)
	}
	for _, s := range e.home.Scenes {
		b.Scenes = append(b.Scenes, *s)
	}
	for _, r := range e.home.SortedRules() {
		b.Rules = append(b.Rules, *r)
	}
	return b
}

// Regressed tells that the cloud's log is shorter than it was: what runs here is told
// anew, and bundles count from where the log is now.
func (e *Engine) Regressed(ctx context.Context) error {
	return e.options.Outbox.Write(ctx, func(w *outbox.Writer) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.version = 0
		if e.home == nil {
			return nil
		}
		return e.took(w, e.announce(w, wire.Entry{Kind: wire.KindPlaced, Rules: e.home.Placed()}))
	})
}
