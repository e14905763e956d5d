package partition_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// wanders is a house whose rule is moved to and fro while its lock is turned.
type wanders struct {
	*house
	random *rand.Rand
	rule   domain.RuleID
	closed bool
}

// document is a rule that turns the light off when the lock is closed. With cloud it
// asks for something that only the cloud has.
func (h *wanders) document(cloud bool) domain.RuleDocument {
	doc := h.darkens()
	doc.Actions = doc.Actions[:1]
	if cloud {
		doc.Triggers = append(doc.Triggers, domain.Trigger{Mode: &domain.ModeTrigger{To: domain.ModeNight}})
	}
	return doc
}

// step does one thing and does not wait for what comes of it.
func (h *wanders) step(ctx context.Context) error {
	switch n := h.random.IntN(20); {
	case n < 12:
		h.closed = !h.closed
		value := thing.Text("unlocked")
		if h.closed {
			value = thing.Text("locked")
		}
		return h.closes(value)
	case n < 15:
		_, err := h.edit(ctx, h.rule, h.document(h.random.IntN(2) == 0))
		return err
	case n < 16:
		h.tell("the rule is disabled or enabled")
		return h.owns(ctx, h.rule.Entity(), []domain.Fact{domain.RuleDisabled{}, domain.RuleEnabled{}}[h.random.IntN(2)])
	case n < 18 && !h.model.away:
		h.tell("the line is cut")
		h.line.Cut()
		h.model.away = true
	case n < 19 && h.model.away:
		h.tell("the line is mended")
		h.line.Heal()
		h.model.away = false
	case !h.model.away:
		if err := h.settled(ctx); err != nil {
			return err
		}
		return h.restart(ctx, h.random.IntN(2) == 0)
	}
	return nil
}

// audit holds every turn of the lock in the log against the firings: exactly one
// where the rule ran when the gateway told of it, and never one in both places.
func (h *wanders) audit(ctx context.Context) (problems []string, here, there int, err error) {
	rows, err := h.cloud.chain(ctx, h.home)
	if err != nil {
		return nil, 0, 0, err
	}
	fired := map[domain.Seq][]domain.GatewayID{}
	for _, r := range rows {
		if _, ok := r.Fact.(domain.RuleFired); ok {
			fired[r.Causation] = append(fired[r.Causation], r.Edge.Gateway)
		}
	}
	home := domain.NewHome(h.home, h.cloud.store.Catalog())
	lock, locked := h.device("lock"), thing.Text("locked")
	var edge thing.Value // as the gateway last told it
	for seq := domain.Seq(1); seq <= domain.Seq(len(rows)); seq++ {
		r := rows[seq]
		var want []domain.GatewayID
		told, about := r.Fact.(domain.DeviceReported)
		value := told.Values["lockState"]
		if about && r.Entity == lock.Entity() && value != "" {
			var was thing.Value
			if t := home.Twins[lock]; t != nil && t.Properties["lockState"] != nil {
				was = t.Properties["lockState"].Reported.Value
			}
			late := r.Flags.Has(domain.Historic) || r.Flags.Has(domain.Snapshot) || r.RecordedAt.Sub(r.OccurredAt) > rule.Freshness
			now := home.Rules[h.rule]
			switch {
			case now == nil || value != locked:
			case now.Gateway == h.gateway && !r.Flags.Has(domain.Snapshot) && edge != "" && edge != locked:
				want = []domain.GatewayID{h.gateway}
				here++
			case now.Gateway.IsZero() && now.Active() && !late && was != "" && was != locked:
				want = []domain.GatewayID{{}}
				there++
			}
			if !r.Flags.Has(domain.Snapshot) {
				edge = value
			}
		}
		if !slices.Equal(fired[seq], want) {
			problems = append(problems, fmt.Sprintf("event %d (%s %s, flags %d): fired at %v, want %v", seq, r.Type, r.Data, r.Flags, fired[seq], want))
		}
		if err := home.Apply(&r.RecordedEvent); err != nil {
			return nil, 0, 0, err
		}
	}
	return problems, here, there, nil
}

func TestARuleThatIsMovedToAndFroFiresOnceForEachTurnOfTheLock(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld()
	c := newCloud(t, w)
	const count, steps = 12, 40
	houses := c.street(t, count)
	all := make([]*wanders, count)
	each(t, houses, func(n int) error {
		h := &wanders{house: houses[n], random: rand.New(rand.NewPCG(uint64(n), 7))}
		all[n] = h
		err := h.closes(thing.Text("unlocked"))
		if err == nil {
			h.rule, err = h.edit(ctx, domain.RuleID{}, h.document(n%2 == 0))
		}
		return err
	})
	for range steps {
		w.pass(3 * time.Second) // no faster than a relay bears
		each(t, houses, func(n int) error { return all[n].step(ctx) })
	}
	each(t, houses, func(n int) error {
		if houses[n].model.away {
			houses[n].line.Heal()
		}
		return houses[n].settled(ctx)
	})
	var here, there int
	for _, h := range all {
		problems, atEdge, inCloud, err := h.audit(ctx)
		if err != nil {
			t.Fatal(err)
		}
		here, there = here+atEdge, there+inCloud
		if len(problems) > 0 {
			t.Errorf("%s:\n%v\n%v", h.name, problems, h.story)
		}
	}
	t.Logf("%d firings at gateways, %d in the cloud", here, there)
	if here < count || there < count {
		t.Error("the rules did not move enough to tell")
	}
}
