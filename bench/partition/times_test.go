package partition_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// everyMinute is a rule about the time that runs at the gateway, or, with cloud, in
// the cloud.
func (h *house) everyMinute(cloud bool) domain.RuleDocument {
	doc := domain.RuleDocument{
		Triggers: []domain.Trigger{{Cron: &domain.CronTrigger{Line: "* * * * *"}}},
		Actions: []domain.Action{{Command: &domain.CommandAction{
			Device: h.device("light"), Set: map[string]thing.Value{"onOff": "true"},
		}}},
	}
	if cloud {
		doc.Triggers = append(doc.Triggers, domain.Trigger{Mode: &domain.ModeTrigger{To: domain.ModeNight}})
	}
	return doc
}

// looked waits until nobody waits for a time that has come.
func (h *house) looked(ctx context.Context, id domain.RuleID) error {
	now := h.cloud.world.Now()
	return soon(ctx, func() (bool, error) {
		for _, r := range h.agent.Status(ctx).Rules.Rules {
			if r.Due != nil && !r.Due.After(now) {
				return false, nil
			}
		}
		home, err := h.cloud.picture(ctx, h.home)
		if err != nil || home.Runs[id] == nil {
			return err == nil, err
		}
		due := home.Runs[id].DueAt(domain.GatewayID{})
		return due.IsZero() || due.After(now), nil
	})
}

// step edits the rule, cuts or mends the line, or lets be.
func (h *wanders) moveOrPart(ctx context.Context) error {
	switch n := h.random.IntN(10); {
	case n < 3:
		_, err := h.edit(ctx, h.rule, h.everyMinute(h.random.IntN(2) == 0))
		return err
	case n < 5 && !h.model.away:
		h.tell("the line is cut")
		h.line.Cut()
		h.model.away = true
	case n < 7 && h.model.away:
		h.tell("the line is mended")
		h.line.Heal()
		h.model.away = false
		return h.settled(ctx)
	}
	return nil
}

// minutes counts for each minute how often the rule fired, and where.
func (h *wanders) minutes(ctx context.Context) (at map[time.Time][]domain.GatewayID, err error) {
	rows, err := h.cloud.chain(ctx, h.home)
	at = map[time.Time][]domain.GatewayID{}
	for _, r := range rows {
		if _, ok := r.Fact.(domain.RuleFired); ok {
			minute := r.OccurredAt.Truncate(time.Minute)
			at[minute] = append(at[minute], r.Edge.Gateway)
		}
	}
	return at, err
}

func TestATimeBelongsToOneSide(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld()
	c := newCloud(t, w)
	const count, steps = 6, 24
	houses := c.street(t, count)
	all := make([]*wanders, count)
	w.pass(time.Minute - w.Now().Sub(w.Now().Truncate(time.Minute)) + 5*time.Second)
	each(t, houses, func(n int) error {
		h := &wanders{house: houses[n], random: rand.New(rand.NewPCG(uint64(n), 11))}
		all[n] = h
		var err error
		h.rule, err = h.edit(ctx, domain.RuleID{}, h.everyMinute(n%2 == 0))
		return err
	})
	for range steps {
		w.pass(20 * time.Second)
		each(t, houses, func(n int) error {
			if err := all[n].looked(ctx, all[n].rule); err != nil {
				return fmt.Errorf("%s: %w", houses[n].name, err)
			}
			return all[n].moveOrPart(ctx)
		})
	}
	each(t, houses, func(n int) error {
		if houses[n].model.away {
			houses[n].line.Heal()
		}
		return houses[n].settled(ctx)
	})
	var here, there int
	for _, h := range all {
		at, err := h.minutes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for minute, places := range at {
			if len(places) != 1 {
				t.Errorf("%s: %v fired at %v\n%v", h.name, minute, places, h.story)
			}
			if places[0].IsZero() {
				there++
			} else {
				here++
			}
		}
	}
	t.Logf("%d firings at gateways, %d in the cloud, of %d minutes", here, there, count*steps/3)
	if here < count || there < count || here+there < count*steps/3*8/10 {
		t.Error("too few to tell, or minutes were lost")
	}
}
