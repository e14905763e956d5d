package dispatch

import (
	"context"
	"slices"

	"github.com/riverqueue/river"

	"logis/domain"
	"logis/domain/rule"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// Placing asks gateways to run the rules that are all about their devices, and
// records where rules run when they answer. It implements eventstore.Reactor.
type Placing struct{}

// React offers a gateway new rules when they, or what they ask for, are others than
// before, and when it connects: what it missed meanwhile is in the newest offer.
func (p Placing) React(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	home := tx.Home(ev.HomeID)
	switch ev.Fact.(type) {
	case domain.GatewayRulesTaken:
		return p.place(ctx, tx, ev)
	case domain.GatewayRulesOffered:
		g := home.Gateways[domain.GatewayID(ev.Entity)]
		tx.Enqueue(eventstore.Job{Args: RulesArgs{Home: ev.HomeID, Gateway: g.ID, Offer: ev.Seq}, Queue: SendQueue(g.Replica)})
	case domain.GatewayConnected:
		return p.offer(ctx, tx, ev, domain.GatewayID(ev.Entity), false)
	case domain.RuleEdited, domain.RuleDisabled, domain.RuleRemoved, domain.DeviceRegistered, domain.DeviceRemoved:
		return p.offerAll(ctx, tx, ev, true)
	case domain.RuleEnabled, domain.RuleGranted, domain.SceneEdited, domain.SceneRemoved,
		domain.PolicyEdited, domain.HomeLocated, domain.HomeModeChanged, domain.MemberPresenceChanged:
		return p.offerAll(ctx, tx, ev, false)
	}
	return nil
}

// place records where rules run from now on. What one gateway gave up another one
// may have to take.
func (p Placing) place(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	moved := tx.Home(ev.HomeID).Placements(ev)
	for _, follows := range moved {
		if _, err := tx.Record(ctx, ev.HomeID, follows); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return p.offerAll(ctx, tx, ev, true)
}

// offerAll asks all gateways; those whose rules are the same as before only when it
// is not about the rules alone.
func (p Placing) offerAll(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent, rulesOnly bool) error {
	home := tx.Home(ev.HomeID)
	if len(home.Rules) == 0 && !offered(home) {
		return nil
	}
	for _, id := range home.GatewayIDs() {
		if err := p.offer(ctx, tx, ev, id, rulesOnly); err != nil {
			return err
		}
	}
	return nil
}

// offered reports whether any gateway was ever asked to run rules.
func offered(home *domain.Home) bool {
	for _, g := range home.Gateways {
		if g.Offer != nil {
			return true
		}
	}
	return false
}

func (p Placing) offer(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent, gateway domain.GatewayID, rulesOnly bool) error {
	home := tx.Home(ev.HomeID)
	rules := rule.For(home, gateway)
	if g := home.Gateways[gateway]; rulesOnly && g.Offer != nil && slices.Equal(g.Offer.Rules, rules) {
		return nil
	}
	follows, news := home.OfferRules(gateway, rules)
	if !news {
		return nil
	}
	follows.Causation, follows.Correlation = ev.Seq, ev.Correlation
	_, err := tx.Record(ctx, ev.HomeID, follows)
	return err
}

// RulesArgs is the job that writes rules to a gateway's session.
type RulesArgs struct {
	Home    domain.HomeID    `json:"home"`
	Gateway domain.GatewayID `json:"gateway"`
	Offer   domain.Seq       `json:"offer"`
}

// Kind is the name River stores.
func (RulesArgs) Kind() string { return "send_rules" }

type rulesWorker struct {
	river.WorkerDefaults[RulesArgs]
	dispatcher *Dispatcher
}

// Work sends the rules of an offer unless there is a newer one. What does not get
// there is offered again when the gateway connects.
func (w *rulesWorker) Work(ctx context.Context, job *river.Job[RulesArgs]) error {
	d, args := w.dispatcher, job.Args
	ctx = wall.InHome(ctx, args.Home)
	var bundle domain.Bundle
	var session int64
	err := d.store.Append(ctx, []domain.HomeID{args.Home}, func(_ context.Context, tx *eventstore.Tx) error {
		session = 0
		home := tx.Home(args.Home)
		g, ok := home.Gateways[args.Gateway]
		if !ok || !g.Connected || g.Replica != d.queue.replica || g.Offer == nil || g.Offer.Seq != args.Offer {
			return nil
		}
		bundle, _ = home.Bundle(g.ID)
		session = g.Session
		return nil
	})
	if err != nil || session == 0 {
		return err
	}
	err = d.options.Sender.SendRules(args.Gateway, session, &bundle)
	if domain.CodeOf(err) == domain.EdgeOffline {
		return nil
	}
	return err
}
