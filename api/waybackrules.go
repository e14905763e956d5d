package api

import (
	"context"

	"logis/domain"
	"logis/domain/rule"
	"logis/eventstore"
)

// rule brings back a version of a rule, whether it may fire, or the whole rule.
func (w wayBack) rule(was then) (wayBack, error) {
	id := domain.RuleID(was.ev.Entity)
	before, ok := was.home.Rules[id]
	switch was.ev.Fact.(type) {
	case domain.RuleEdited:
		if !ok {
			return w, cannot("the rule was new: remove it instead")
		}
		w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, _ then) error {
			return v.saveRule(ctx, tx, rule.Proposal{Rule: id, Document: before.Document}, before.Version, nil)
		}
	case domain.RuleDisabled:
		if !ok || !before.Active() {
			return w, cannot("the rule was off before")
		}
		w = w.also(domain.RuleEnabled{})
		w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, _ then) error {
			on := true
			in := changeRuleInput{InRule: InRule{Rule: id}, Body: RuleChange{Enabled: &on}}
			return in.apply(ctx, tx, v, rule.Proposal{})
		}
	case domain.RuleEnabled:
		w = w.also(domain.RuleDisabled{})
		w.do = func(ctx context.Context, tx *eventstore.Tx, _ *view, was then) error {
			return was.record(ctx, tx, domain.RuleDisabled{}, false)
		}
	default:
		w = w.also(domain.RuleEdited{})
		w.do = restoreRule
	}
	return w, nil
}

// restoreRule brings back a rule that was removed, with its name, its tests and theirs.
func restoreRule(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
	events, err := rule.Restore(v.home, was.home, domain.RuleID(was.ev.Entity), was.ev.Seq, principal(ctx).Actor())
	if err != nil {
		return err
	}
	for _, ev := range events {
		_, version := ev.Fact.(domain.RuleEdited)
		_, test := ev.Fact.(domain.TestEdited)
		if err := was.tell(ctx, tx, ev, version || test); err != nil {
			return err
		}
	}
	return nil
}

// scene brings back what a scene wanted, or the whole scene.
func (w wayBack) scene(was then) (wayBack, error) {
	before, ok := was.home.Scenes[domain.SceneID(was.ev.Entity)]
	if !ok {
		return w, cannot("the scene was new: remove it instead")
	}
	_, removed := was.ev.Fact.(domain.SceneRemoved)
	if removed {
		w = w.also(domain.SceneEdited{})
	}
	w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
		_, there := v.home.Scenes[before.ID]
		switch n := len(v.home.Scenes); {
		case removed && there:
			return cannot("the scene is back already")
		case removed && n >= domain.MaxScenes:
			return domain.Errorf(domain.Conflict, "the home has %d scenes, the most there can be", n)
		}
		return was.record(ctx, tx, domain.SceneEdited{Settings: before.Settings, TransitionMS: before.TransitionMS, Reverts: before.Version}, removed)
	}
	return w, nil
}
