package storetest

import (
	"context"
	"time"

	"logis/domain"
)

// Most rules and scenes of a made-up home.
const (
	maxRules  = 6
	maxScenes = 3
)

// by is an event of the owner about a thing of the home.
func (t *turn) by(entity domain.EntityID, fact domain.Fact) domain.Event {
	return domain.Event{Entity: entity, Actor: domain.PersonActor(t.Owner), Fact: fact}
}

// document watches and moves devices of the home.
func (t *turn) document() domain.RuleDocument {
	var doc domain.RuleDocument
	for range 1 + t.random.IntN(3) {
		d, _, model := t.speaker()
		if d == nil || len(model.Properties) == 0 {
			continue
		}
		names := model.PropertyNames()
		trigger := &domain.PropertyTrigger{Device: d.ID, Property: names[t.random.IntN(len(names))]}
		if t.random.IntN(2) == 0 {
			above := t.random.Float64() * 50
			trigger.Above, trigger.Hysteresis = &above, 1
		}
		doc.Triggers = append(doc.Triggers, domain.Trigger{Property: trigger})
		doc.Actions = append(doc.Actions, domain.Action{Command: &domain.CommandAction{Device: d.ID, Set: values(t.random, model, true)}})
	}
	return doc
}

func editRule(ctx context.Context, t *turn) error {
	r := pick(t, t.home.Rules)
	if r == nil || len(t.home.Rules) < maxRules {
		return t.name(ctx, newID[domain.RuleKind](t.random).Entity(), domain.RuleEdited{Document: t.document()})
	}
	return t.record(ctx, nil, t.by(r.ID.Entity(), domain.RuleEdited{Document: t.document(), Reverts: r.Version}))
}

// turnRule does with a rule what people do beside editing it.
func turnRule(ctx context.Context, t *turn) error {
	r := pick(t, t.home.Rules)
	if r == nil {
		return nil
	}
	switch t.random.IntN(6) {
	case 0:
		return t.record(ctx, nil, t.by(r.ID.Entity(), domain.RuleDisabled{}))
	case 1:
		gone := *r
		if err := t.record(ctx, nil, t.by(r.ID.Entity(), domain.RuleRemoved{})); err != nil || t.random.IntN(2) == 0 {
			return err
		}
		return t.name(ctx, gone.ID.Entity(), domain.RuleEdited{Document: gone.Document, Reverts: gone.Version})
	case 2:
		return t.name(ctx, r.ID.Entity(), domain.RuleRenamed{})
	case 3:
		var at domain.RulePlaced
		if g := pick(t, t.home.Gateways); g != nil && t.random.IntN(2) == 0 {
			at.Gateway = g.ID
		}
		return t.record(ctx, nil, t.by(r.ID.Entity(), at))
	case 4:
		if d := pick(t, t.home.Devices); d != nil {
			return t.record(ctx, nil, t.by(r.ID.Entity(), domain.RuleGranted{Version: r.Version, Device: d.ID}))
		}
	}
	return t.record(ctx, nil, t.by(r.ID.Entity(), domain.RuleEnabled{}))
}

// runRule has a rule do something, whether it had a reason or not.
func runRule(ctx context.Context, t *turn) error {
	r := pick(t, t.home.Rules)
	if r == nil {
		return nil
	}
	ev := domain.Event{Entity: r.ID.Entity(), Actor: domain.RuleActor(r.ID), Causation: t.home.Seq}
	run := t.home.Runs[r.ID]
	switch kind := t.random.IntN(8); {
	case kind < 2:
		ev.Fact = domain.RuleFired{Version: r.Version, Depth: 1}
	case kind < 4:
		due := t.now.Add(time.Duration(t.random.IntN(3600)) * time.Second)
		ev.Fact = domain.RuleWaited{Version: r.Version, Kind: domain.WaitDelay, Action: 1, DueMS: due.UnixMilli(), Depth: 1}
	case kind < 5 && run != nil && len(run.Waits) > 0:
		ended := domain.RuleWaitEnded{Wait: run.Waits[t.random.IntN(len(run.Waits))].Seq, Outcome: domain.WaitDue}
		if t.random.IntN(3) == 0 {
			ended.NextMS = t.now.Add(time.Hour).UnixMilli()
		}
		ev.Fact = ended
	case kind < 6:
		ev.Fact = domain.RuleFailed{Action: 1, Code: domain.EdgeOffline}
	case kind < 7:
		ev.Fact = domain.NoticeRaised{About: domain.NoticeOfRule}
	default:
		ev.Fact = domain.RuleCut{Version: r.Version, Reason: domain.CutRate, Device: domain.DeviceID(ev.Entity)}
		if t.random.IntN(2) == 0 {
			ev.Fact = domain.RuleCut{Version: r.Version, Reason: domain.CutDepth, Depth: 8}
		}
	}
	return t.record(ctx, nil, ev)
}

// commandByRule has a rule ask for what a person could.
func commandByRule(ctx context.Context, t *turn) error {
	d, _, model := t.speaker()
	r := pick(t, t.home.Rules)
	if d == nil || r == nil {
		return nil
	}
	request := t.request(d, model)
	request.Actor, request.Depth = domain.RuleActor(r.ID), 1
	events, err := t.home.RequestCommand(request, t.now)
	return t.record(ctx, err, events...)
}

func turnScene(ctx context.Context, t *turn) error {
	s := pick(t, t.home.Scenes)
	d, _, model := t.speaker()
	if d == nil {
		return nil
	}
	settings := []domain.SceneSetting{{Device: d.ID, Set: values(t.random, model, true)}}
	if s == nil || len(t.home.Scenes) < maxScenes {
		return t.name(ctx, newID[domain.SceneKind](t.random).Entity(), domain.SceneEdited{Settings: settings})
	}
	switch t.random.IntN(6) {
	case 0:
		return t.record(ctx, nil, t.by(s.ID.Entity(), domain.SceneRemoved{}))
	case 1:
		return t.name(ctx, s.ID.Entity(), domain.SceneRenamed{})
	case 2:
		return t.record(ctx, nil, t.by(s.ID.Entity(), domain.SceneEdited{Settings: settings, Reverts: s.Version}))
	}
	return t.record(ctx, nil, t.by(s.ID.Entity(), domain.SceneActivated{Version: s.Version, Before: settings}))
}

// turnSetting changes how the home is set.
func turnSetting(ctx context.Context, t *turn) error {
	home := t.Home.Entity()
	own := t.home.Profile.Modes
	switch t.random.IntN(6) {
	case 0:
		return t.record(ctx, nil, t.by(home, domain.HomeLocated{Place: domain.Place{Latitude: t.random.IntN(900), Longitude: -t.random.IntN(1800)}}))
	case 1:
		return t.record(ctx, nil, t.by(home, domain.PolicyEdited{Clauses: []domain.Clause{{Unattended: t.random.IntN(2) == 0}}}))
	case 2:
		return t.name(ctx, newID[domain.ModeKind](t.random).Entity(), domain.ModeAdded{})
	case 3:
		if len(own) > 0 {
			id, err := domain.ParseID[domain.ModeKind](string(own[0]))
			if err == nil && t.random.IntN(2) == 0 {
				return t.name(ctx, id.Entity(), domain.ModeRenamed{})
			}
			return t.record(ctx, err, t.by(id.Entity(), domain.ModeRemoved{}))
		}
	case 4:
		if m := pick(t, t.home.Members); m != nil {
			return t.record(ctx, nil, t.by(m.Person.Entity(), domain.MemberPresenceChanged{Present: !m.Presence.Is}))
		}
	}
	ev, _, err := t.home.ChangeMode(domain.ModeNight, domain.PersonActor(t.Owner))
	return t.record(ctx, err, ev)
}

// turnTest makes a test of a rule, or takes one away.
func turnTest(ctx context.Context, t *turn) error {
	if c := pick(t, t.home.Tests); c != nil && t.random.IntN(3) == 0 {
		return t.record(ctx, nil, t.by(c.ID.Entity(), domain.TestRemoved{}))
	}
	r := pick(t, t.home.Rules)
	if r == nil {
		return nil
	}
	ev, err := t.home.EditTest(newID[domain.TestKind](t.random), domain.TestEdited{
		Rule: r.ID, After: max(1, t.home.Seq-10), To: t.home.Seq, Expected: []domain.Expected{{Seq: t.home.Seq}},
	}, domain.PersonActor(t.Owner))
	return t.record(ctx, err, ev)
}

// placeRules offers rules to a gateway, or takes its word.
func placeRules(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil || g.Revoked {
		return nil
	}
	var rules []domain.PlacedRule
	for _, r := range t.home.SortedRules() {
		if t.random.IntN(2) == 0 {
			rules = append(rules, domain.PlacedRule{Rule: r.ID, Version: r.Version})
		}
	}
	if ev, news := t.home.OfferRules(g.ID, rules); news && t.random.IntN(2) == 0 {
		return t.record(ctx, nil, ev)
	}
	if g.Offer == nil {
		return nil
	}
	taken := domain.GatewayRulesTaken{Bundle: g.Offer.Seq, Rules: g.Offer.Rules, Anew: t.random.IntN(4) == 0}
	if t.random.IntN(4) == 0 {
		taken.Rules, taken.Refused = nil, "signature"
	}
	ev, err := t.home.TakeRules(g.ID, taken)
	ev.Edge = domain.EdgeRef{Gateway: g.ID, Epoch: g.Epoch, Seq: g.Cursor + 1}
	return t.record(ctx, err, ev)
}
