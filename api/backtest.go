package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/domain/rule"
	"logis/history/whatif"
)

// BacktestRequest asks what a rule would have done: a draft, versions it had, or its
// present one beside a draft.
type BacktestRequest struct {
	Rule     *domain.RuleID       `json:"rule,omitzero" format:"uuid" doc:"The rule; none: a draft of a new one." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	Versions []domain.Seq         `json:"versions,omitzero" nullable:"false" maxItems:"2" doc:"Versions of the rule, by the events that brought them; without any and without a document, its present one."`
	Document *domain.RuleDocument `json:"document,omitzero" doc:"A draft, which stands behind the versions; two in all."`
	Grants   []domain.DeviceID    `json:"grants,omitzero" nullable:"false" maxItems:"32" doc:"Devices that an owner would let the draft open."`
	From     Instant              `json:"from,omitzero" doc:"The beginning; thirty days before the end if not given." example:"2026-05-01T00:00:00Z"`
	To       Instant              `json:"to,omitzero" doc:"The end; now if not given. At most 92 days later." example:"2026-05-31T00:00:00Z"`
}

// Resolve refuses what asks for nothing, or for too much.
func (r *BacktestRequest) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	switch {
	case r.Rule == nil && r.Document == nil:
		return []error{&huma.ErrorDetail{Location: prefix.With("document"), Message: "must be given, or rule"}}
	case r.Rule == nil && len(r.Versions) > 0:
		return []error{&huma.ErrorDetail{Location: prefix.With("versions"), Message: "must stand beside rule"}}
	case r.Document != nil && len(r.Versions) == whatif.MaxVersions:
		return []error{&huma.ErrorDetail{Location: prefix.With("versions"), Message: "must be one at most beside a document"}}
	}
	return nil
}

// Backtest is what a rule would have done, beside what it did.
type Backtest struct {
	From     domain.Seq    `json:"from" doc:"It begins after this event." example:"1000"`
	To       domain.Seq    `json:"to" doc:"The last event that was looked at." example:"1042"`
	Full     bool          `json:"full" doc:"Whether that is the end of the window; false: there were too many events or firings, ask again from there." example:"true"`
	Events   int           `json:"events" doc:"How many events were looked at." example:"42"`
	Would    []int         `json:"would" nullable:"false" doc:"How often it would have fired, by version."`
	Did      int           `json:"did" doc:"How often it fired." example:"3"`
	Differ   int           `json:"differ" doc:"How many occasions are not the same for all of them." example:"1"`
	Rows     []BacktestRow `json:"rows" nullable:"false" doc:"Every occasion, in the order of time."`
	Warnings []Quarrel     `json:"warnings" nullable:"false" doc:"What a draft would have brought about with the other rules in the last seven days of the window."`
}

// BacktestRow is one occasion to fire.
type BacktestRow struct {
	Seq   *domain.Seq         `json:"seq" doc:"The event that triggers it; null: the clock does, or what it would have done itself." example:"1040"`
	At    Instant             `json:"at" doc:"When the first of them fired."`
	Would []orNull[WouldFire] `json:"would" nullable:"false" doc:"By version; null: it would have stayed silent."`
	Did   orNull[DidFire]     `json:"did" doc:"What happened; null: it stayed silent."`
}

// WouldFire is a firing that would have been.
type WouldFire struct {
	At      Instant          `json:"at" doc:"When."`
	Trigger int              `json:"trigger" doc:"Which of its triggers." example:"0"`
	Checked []domain.Checked `json:"checked" nullable:"false" doc:"Every part of its condition, as things would have been."`
	Asked   []Wish           `json:"asked" nullable:"false" doc:"What it would have done, what came after a delay too."`
}

// Wish is something a rule would have done, or could not.
type Wish struct {
	At     Instant         `json:"at" doc:"When."`
	Entity domain.EntityID `json:"entity" format:"uuid" doc:"What it is about." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Type   string          `json:"type" doc:"The event that would have been recorded." example:"command.requested"`
	Data   Object          `json:"data" doc:"What it would have held; its ids are made up."`
}

// DidFire is a firing of the log.
type DidFire struct {
	Seq     domain.Seq `json:"seq" doc:"The event." example:"1041"`
	At      Instant    `json:"at" doc:"When."`
	Version domain.Seq `json:"version" doc:"The version that fired." example:"1000"`
}

// Quarrel is something that rules would have done to each other.
type Quarrel struct {
	Kind     whatif.WarningKind `json:"kind" enum:"loop,flood,conflict" doc:"A circle, too much of it, or opposite wishes within five seconds." example:"conflict"`
	Rules    []domain.RuleID    `json:"rules" nullable:"false" doc:"One rule or two; a zero id is the draft of a new one."`
	Device   *domain.DeviceID   `json:"device" format:"uuid" nullable:"true" doc:"The device they fight for; null: none." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Property *string            `json:"property" doc:"The property they fight for; null: none." example:"onOff"`
	Seqs     []domain.Seq       `json:"seqs" nullable:"false" doc:"Some of the events it would have begun with."`
	Count    int                `json:"count" doc:"How often." example:"3"`
}

type (
	backtestInput struct {
		InHome
		Idempotent
		Body BacktestRequest
	}
	backtestOutput struct {
		Body Backtest
	}
)

const (
	usualBacktest = 30 * 24 * time.Hour
	warnedOf      = 7 * 24 * time.Hour // all rules run for it
)

func (s *Server) addBacktest() {
	add(s, operation{
		id: "backtest-rule", method: http.MethodPost, path: "/homes/{home}/rules/backtest", tag: "Rules", action: access.ReadHistory,
		status: http.StatusOK, summary: "What a rule would have done",
		description: "Runs a draft, or versions of a rule, over what happened, beside what it did. No device is asked for anything, and nothing is saved.",
	}, s.backtest)
}

func (s *Server) backtest(ctx context.Context, in *backtestInput) (*backtestOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	window, err := s.window(ctx, in.Home, in.Body.From, in.Body.To)
	if err != nil {
		return nil, err
	}
	versions, err := s.versions(ctx, &v, &in.Body)
	if err != nil {
		return nil, err
	}
	result, err := whatif.Run(ctx, s.options.Past, window, versions...)
	if err != nil {
		return nil, err
	}
	out := &backtestOutput{Backtest{
		From: window.After, To: result.To, Full: result.Full, Events: result.Events, Would: result.Would, Did: result.Did,
		Differ: result.Differ, Warnings: []Quarrel{},
	}}
	for _, row := range result.Rows {
		shown, err := backtestRow(row)
		if err != nil {
			return nil, err
		}
		out.Body.Rows = append(out.Body.Rows, shown)
	}
	if in.Body.Document != nil {
		out.Body.Warnings, err = s.quarrels(ctx, v.home, window, versions[len(versions)-1][0])
	}
	return out, err
}

// window finds the events between two times.
func (s *Server) window(ctx context.Context, home domain.HomeID, from, to Instant) (w whatif.Window, err error) {
	if to.IsZero() {
		if to, err = s.now(ctx); err != nil {
			return w, err
		}
	}
	if from.IsZero() {
		from = Instant{to.Add(-usualBacktest)}
	}
	if span := to.Sub(from.Time); span <= 0 || span > whatif.MaxSpan {
		return w, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be after from, by at most 92 days"})
	}
	w = whatif.Window{Home: home, Until: to.Time}
	if w.After, err = s.options.Past.SeqAt(ctx, home, from.Time); err != nil {
		return w, err
	}
	w.After = max(w.After, 1)
	w.To, err = s.options.Past.SeqAt(ctx, home, to.Time)
	if err == nil && w.To == 0 {
		err = domain.InvalidInput(domain.Fault{Field: "to", Message: "is before the home began"})
	}
	return w, err
}

// versions returns what is to be tried. It refuses what could not be saved.
func (s *Server) versions(ctx context.Context, v *view, r *BacktestRequest) (all [][]whatif.Tested, err error) {
	draft := whatif.Tested{Grants: r.Grants}
	if r.Rule != nil {
		draft.Rule = *r.Rule
		now, ok := v.home.Rules[draft.Rule]
		if !ok {
			return nil, domain.Errorf(domain.NotFound, "there is no such rule")
		}
		if r.Document == nil && len(r.Versions) == 0 {
			return [][]whatif.Tested{{presentRule(now)}}, nil
		}
	}
	for _, version := range r.Versions {
		t := whatif.Tested{Rule: draft.Rule, Version: version}
		if t.Document, err = s.versionOf(ctx, v.home.ID, t.Rule, version, "versions"); err != nil {
			return nil, err
		}
		all = append(all, []whatif.Tested{t})
	}
	if r.Document != nil {
		draft.Document = *r.Document
		faults := rule.Check(v.home, rule.Proposal{Rule: draft.Rule, Document: draft.Document, Grants: r.Grants})
		for i := range faults {
			faults[i].Field = "document." + faults[i].Field
		}
		if len(faults) > 0 {
			return nil, domain.InvalidInput(faults...)
		}
		all = append(all, []whatif.Tested{draft})
	}
	return all, nil
}

func presentRule(r *domain.Rule) whatif.Tested {
	return whatif.Tested{
		Rule: r.ID, Version: r.Version, Document: r.Document,
		Grants: all(r.Grants, func(g domain.Grant) domain.DeviceID { return g.Device }),
	}
}

func backtestRow(row *whatif.Row) (BacktestRow, error) {
	out := BacktestRow{Seq: seqOrNull(row.Seq), At: Instant{row.At}}
	for _, f := range row.Would {
		if f == nil {
			out.Would = append(out.Would, orNull[WouldFire]{})
			continue
		}
		would := WouldFire{At: Instant{f.At}, Trigger: f.Trigger, Checked: append([]domain.Checked{}, f.Checked...), Asked: []Wish{}}
		for _, a := range f.Asked {
			data, err := domain.EncodeFact(a.Fact)
			if err != nil {
				return out, err
			}
			would.Asked = append(would.Asked, Wish{At: Instant{a.At}, Entity: a.Entity, Type: a.Fact.EventType(), Data: data})
		}
		out.Would = append(out.Would, some(would))
	}
	if d := row.Did; d != nil {
		out.Did = some(DidFire{Seq: d.Seq, At: Instant{d.At}, Version: d.Version})
	}
	return out, nil
}

// quarrels tells what a draft would have brought about at the end of a window.
func (s *Server) quarrels(ctx context.Context, now *domain.Home, window whatif.Window, draft whatif.Tested) ([]Quarrel, error) {
	late, err := s.options.Past.SeqSince(ctx, window.Home, window.Until.Add(-warnedOf))
	if err != nil {
		return nil, err
	}
	window.After = max(window.After, late)
	warnings, err := whatif.Check(ctx, s.options.Past, window, now, draft)
	return all(warnings, func(w whatif.Warning) Quarrel {
		q := Quarrel{Kind: w.Kind, Rules: w.Rules, Property: textOrNull(w.Property), Seqs: append([]domain.Seq{}, w.Seqs...), Count: w.Count}
		if !w.Device.IsZero() {
			q.Device = &w.Device
		}
		return q
	}), err
}
