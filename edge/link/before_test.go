package link_test

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/wire"
)

// idle is a follower that runs no rules: what this test writes in their name is not
// carried out.
type idle struct{}

func (idle) Follows() bool                           { return false }
func (idle) Follow(*outbox.Writer, wire.Entry) error { return nil }
func (idle) Anew(*outbox.Writer) error               { return nil }
func (idle) Give([]outbox.Act)                       {}

// A server of the release before knows nothing of rules at a gateway: what they did
// is told in words it has, number by number, and nothing is held up.
func TestAServerOfTheVersionBeforeHearsWhatRulesDidInItsOwnWords(t *testing.T) {
	t.Parallel()
	got := make(chan wire.Entry, 100)
	server := linktest.Serve(t, func(p *linktest.Peer) {
		p.Send(wire.Challenge{Nonce: linktest.Nonce(), TimeMS: time.Now().UnixMilli(), Versions: []int{wire.BundleVersion - 1}})
		hello, ok := p.Recv().(*wire.Hello)
		if !ok || hello.Version != wire.BundleVersion-1 {
			t.Errorf("the gateway answers %+v", hello)
			return
		}
		p.Send(wire.Welcome{
			Version: wire.BundleVersion - 1, Session: 1, Epoch: 1, TimeMS: time.Now().UnixMilli(),
			Head: wire.Head{Seq: 1000, Hash: make([]byte, 32)},
		})
		for f := p.Entries(); f != nil; f = p.Entries() {
			for _, e := range f.Entries {
				got <- e
			}
		}
	})
	path := file(t)
	away := start(t, "ws://127.0.0.1:1", path, func(o *link.Options) { o.Outbox.Follow(idle{}) })
	away.tell(1)
	id, lamp := domain.RuleID{9}, outbox.DeviceID(away.identity.Gateway, "sim/lamp")
	command := domain.CommandID{7}
	err := away.outbox.Write(t.Context(), func(w *outbox.Writer) error {
		act := outbox.Act{
			Command: command, Device: lamp, Client: id.String(), Key: "k", Class: thing.Comfort,
			Set: map[string]thing.Value{"onOff": "true"}, Transition: time.Second,
		}
		for _, e := range []wire.Entry{
			{Kind: wire.KindPlaced, Bundle: 5, Rules: []domain.PlacedRule{{Rule: id, Version: 4}}},
			{Kind: wire.KindRule, Rule: id, After: 2, Fact: "rule.fired", Body: []byte(`{"version":4,"trigger":0,"depth":1}`)},
		} {
			if _, err := w.Add(e); err != nil {
				return err
			}
		}
		_, err := w.Act(act, wire.Entry{
			Kind: wire.KindAct, Command: command, Device: lamp, Values: act.Set, Rule: id, After: 4, Depth: 1, TransitionMS: 1000,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	away.stop()
	e := start(t, server.URL, path)
	e.tell(1)
	var acts, gaps int
	for told := 0; told < 2; {
		switch entry := <-got; entry.Kind {
		case wire.KindReport:
			told++
		case wire.KindAct:
			acts++
			if entry.Client != id.String() || !entry.Rule.IsZero() || entry.After != 0 || entry.Depth != 0 || entry.TransitionMS != 0 || entry.Command != command {
				t.Errorf("the command of a rule is told as %+v", entry)
			}
		case wire.KindGap:
			gaps++
			if entry.Reason != "needs_a_newer_server" {
				t.Errorf("what a rule did is told as %+v", entry)
			}
		case wire.KindRule, wire.KindPlaced:
			t.Errorf("a server of the version before is told %+v", entry)
		}
	}
	if acts != 1 || gaps != 2 {
		t.Errorf("%d commands and %d gaps were told", acts, gaps)
	}
	e.stop()
}
