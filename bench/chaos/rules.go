package chaos

import (
	"context"
	"fmt"
	"slices"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
)

// automation is what the rules of a run are, as known outside of everything that
// is killed.
type automation struct {
	watched  []*watched
	fighters [][2]domain.RuleID // each undoes what the other does …
	plugs    []domain.DeviceID  // … to this
	minutely domain.RuleID      // fires every minute
}

// watched is a rule of which every firing there must be can be told from the reports
// of one device: it tells members, waits, and tells them once more.
type watched struct {
	id      domain.RuleID
	name    string
	gateway domain.GatewayID // it runs there; zero: in the cloud
	device  domain.DeviceID
	reads   string // the property
	// begins makes what says whether the rule is triggered by a value, after those it
	// was told before.
	begins func() func(value thing.Value) bool
	starts []time.Time // of the gateway's agent since the rule was made
}

// leaves is triggered when nobody is seen any more. That is how the simulated home
// is when it starts, so an agent that starts may be mistaken for it.
func leaves() func(thing.Value) bool {
	var was thing.Value
	return func(now thing.Value) bool {
		begins := was == "true" && now == "false"
		was = now
		return begins
	}
}

// Scripted gateways tell 0, 0.1, … 299.9 and begin anew.
const (
	hot  = 290.0
	cool = 100.0 // the hysteresis
)

// crosses is triggered above hot, once until the value was below it by cool.
func crosses() func(thing.Value) bool {
	known, high := false, false
	return func(now thing.Value) bool {
		value, _ := now.Float()
		is := value > hot || high && value > hot-cool
		begins := known && is && !high
		known, high = true, is
		return begins
	}
}

const ruleDelay = 300 * time.Millisecond

// tells is a rule that tells, waits and tells.
func tells(triggers ...domain.Trigger) domain.RuleDocument {
	tell := domain.Action{Notify: &domain.NotifyAction{}}
	return domain.RuleDocument{
		Triggers: triggers, Concurrency: domain.Parallel,
		Actions: []domain.Action{tell, {Delay: &domain.DelayAction{MS: ruleDelay.Milliseconds()}}, tell},
	}
}

// fight has the fighters begin, as long as one pair was not cut. What the API answers
// while servers and gateways are on their way up does not matter: the log tells what
// came of it.
func (s *scene) fight(ctx context.Context) {
	const looks, each = 60, 10 // what a person asks in between ends a row of rules
	for n := range looks {
		if cut, err := s.stopped(ctx); err == nil && len(cut) == len(s.rules.fighters) {
			return
		}
		for _, plug := range s.rules.plugs {
			if body := map[string]any{"set": map[string]any{"onOff": n/each%2 == 0}}; n%each == 0 {
				_ = s.app.Post(ctx, s.path("/devices/"+plug.String()+"/commands"), rig.NewKey(), body, &struct{}{})
			}
		}
		pause(ctx, time.Second)
	}
}

// stopped returns the pairs of which one was cut out of the loop.
func (s *scene) stopped(ctx context.Context) (map[int]bool, error) {
	rules, err := s.ruleList(ctx)
	cut := map[int]bool{}
	for _, r := range rules {
		for n, pair := range s.rules.fighters {
			if r.Stopped && slices.Contains(pair[:], r.ID) {
				cut[n] = true
			}
		}
	}
	return cut, err
}

// listed is a rule as the API tells it.
type listed struct {
	ID      domain.RuleID
	Gateway *domain.GatewayID
	Stopped bool
}

func (s *scene) ruleList(ctx context.Context) ([]listed, error) {
	var rules struct{ Items []listed }
	err := s.app.Get(ctx, s.path("/rules"), &rules)
	return rules.Items, err
}

// inCloud is a trigger that never happens and that no gateway can wait for.
func inCloud() domain.Trigger { return domain.Trigger{Mode: &domain.ModeTrigger{To: domain.ModeAway}} }

func becomes(device domain.DeviceID, to thing.Value) domain.Trigger {
	return domain.Trigger{Property: &domain.PropertyTrigger{Device: device, Property: "onOff", To: to}}
}

// housed is a device as the API tells it.
type housed struct {
	ID      domain.DeviceID
	Kind    string
	Gateway domain.GatewayID
}

// automate makes the rules and waits until each of them runs where it should.
func (s *scene) automate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	devices, err := s.wholeHouse(ctx)
	if err != nil {
		return err
	}
	above, back := hot, cool
	hotter := &domain.PropertyTrigger{Device: s.scripted[0].device, Property: "temperature", Above: &above, Hysteresis: back}
	err = s.watch(ctx, &watched{name: "hot", device: hotter.Device, reads: hotter.Property, begins: crosses},
		tells(domain.Trigger{Property: hotter}, inCloud()))
	if err != nil {
		return err
	}
	for n := range s.edges {
		if err := s.automateEdge(ctx, n, devices); err != nil {
			return err
		}
	}
	minutely := domain.RuleDocument{
		Triggers: []domain.Trigger{{Cron: &domain.CronTrigger{Line: "* * * * *"}}, inCloud()}, Actions: tells().Actions[:1],
	}
	if s.rules.minutely, err = s.addRule(ctx, "minutely", minutely); err != nil {
		return err
	}
	return s.placed(ctx)
}

// automateEdge makes the rules about the devices of one edge agent: on the first one
// two fight where they are, on the others in the cloud.
func (s *scene) automateEdge(ctx context.Context, n int, devices []housed) error {
	gateways := s.edgeGateways(devices)
	of := func(kind string) domain.DeviceID {
		i := slices.IndexFunc(devices, func(d housed) bool { return d.Kind == kind && d.Gateway == gateways[n] })
		return devices[i].ID
	}
	motion := &domain.PropertyTrigger{Device: of("motion-sensor"), Property: "occupancy", To: "false"}
	err := s.watch(ctx, &watched{
		name: fmt.Sprint("motion ", n), gateway: gateways[n], device: motion.Device, reads: motion.Property, begins: leaves,
	}, tells(domain.Trigger{Property: motion}))
	if err != nil {
		return err
	}
	var pair [2]domain.RuleID
	for i, to := range []thing.Value{"true", "false"} {
		other := thing.Bool(to == "false")
		doc := domain.RuleDocument{
			Triggers: []domain.Trigger{becomes(of("plug"), to)},
			Actions: []domain.Action{{Command: &domain.CommandAction{
				Device: of("plug"), Set: map[string]thing.Value{"onOff": other},
			}}},
		}
		if n > 0 {
			doc.Triggers = append(doc.Triggers, inCloud())
		}
		if pair[i], err = s.addRule(ctx, fmt.Sprint("fighter ", n, i), doc); err != nil {
			return err
		}
	}
	s.rules.fighters, s.rules.plugs = append(s.rules.fighters, pair), append(s.rules.plugs, of("plug"))
	return nil
}

func (s *scene) watch(ctx context.Context, w *watched, doc domain.RuleDocument) (err error) {
	w.id, err = s.addRule(ctx, w.name, doc)
	s.rules.watched = append(s.rules.watched, w)
	return err
}

func (s *scene) addRule(ctx context.Context, name string, doc domain.RuleDocument) (domain.RuleID, error) {
	var answer struct{ ID domain.RuleID }
	err := s.app.Post(ctx, s.path("/rules"), rig.NewKey(), map[string]any{"name": name, "document": doc}, &answer)
	return answer.ID, err
}

func (s *scene) path(rest string) string { return "/homes/" + s.home.String() + rest }

// wholeHouse waits until the devices of every gateway are known.
func (s *scene) wholeHouse(ctx context.Context) ([]housed, error) {
	for {
		var devices struct{ Items []housed }
		if err := s.app.Get(ctx, s.path("/devices"), &devices); err != nil {
			return nil, err
		}
		sensor := slices.ContainsFunc(devices.Items, func(d housed) bool { return d.ID == s.scripted[0].device })
		if sensor && len(s.edgeGateways(devices.Items)) == len(s.edges) {
			return devices.Items, nil
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// edgeGateways returns the gateways that have brought all a rule needs here, in the
// order in which they were let in.
func (s *scene) edgeGateways(devices []housed) []domain.GatewayID {
	kinds := map[domain.GatewayID]int{}
	for _, d := range devices {
		if d.Kind == "motion-sensor" || d.Kind == "plug" {
			kinds[d.Gateway]++
		}
	}
	var all []domain.GatewayID
	for id, n := range kinds {
		if n >= 2 {
			all = append(all, id)
		}
	}
	slices.SortFunc(all, func(a, b domain.GatewayID) int { return slices.Compare(a[:], b[:]) })
	return all
}

// placed waits until every rule that belongs to a gateway runs there.
func (s *scene) placed(ctx context.Context) error {
	for {
		rules, err := s.ruleList(ctx)
		if err != nil {
			return fmt.Errorf("rules are not where they belong: %w", err)
		}
		there := 0
		for _, r := range rules {
			for _, w := range s.rules.watched {
				if w.id == r.ID && (w.gateway.IsZero() || r.Gateway != nil && *r.Gateway == w.gateway) {
					there++
				}
			}
		}
		if there == len(s.rules.watched) {
			return nil
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// restartGap lies between the end of an agent and its next start, so that what was
// told before it and after it can be told apart by the time.
const restartGap = 100 * time.Millisecond

// began notes that the agent of an edge is about to start.
func (s *scene) began(edge int) {
	for _, w := range s.rules.watched {
		if w.name == fmt.Sprint("motion ", edge) {
			w.starts = append(w.starts, time.Now())
		}
	}
}
