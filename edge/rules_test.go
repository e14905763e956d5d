package edge

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// locking is the rule "when the light is switched, lock the door", signed.
func locking(t *testing.T, home *simulated.Home, version domain.Seq) wire.SignedBundle {
	t.Helper()
	signed, err := wire.SignBundle(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)), &domain.Bundle{
		Home: linktest.Home(), Gateway: linktest.Gateway(), Version: version, Profile: domain.Profile{TimeZone: "UTC"},
		Rules: []domain.Rule{{ID: domain.RuleID{9}, Version: 7, Enabled: true, Document: domain.RuleDocument{
			Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: idOf(home, "light"), Property: "onOff", To: thing.Bool(true)}}},
			Actions:  []domain.Action{{Command: &domain.CommandAction{Device: idOf(home, "lock"), Action: "lockDoor"}}},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func of(entries []wire.Entry, is func(wire.Entry) bool) []wire.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e wire.Entry) bool { return !is(e) })
}

func fired(e wire.Entry) bool { return e.Kind == wire.KindRule && e.Fact == "rule.fired" }

func acts(e wire.Entry) bool { return e.Kind == wire.KindAct && !e.Rule.IsZero() }

// Killed at any point of what a rule does, the agent does it once at most, tells all
// it wrote down, and fires nothing because it started again.
func TestKilledAtAnyPointARuleActsOnceAtMostAndIsTold(t *testing.T) {
	t.Parallel()
	home := house(t, simulated.Options{Devices: 5})
	for point := 1; point <= points; point++ {
		t.Run(fmt.Sprint("point ", point), func(t *testing.T) {
			t.Parallel()
			k := newKills(t, point)
			k.child.env = append(k.child.env, "LOGIS_TEST_VICTIM="+idOf(home, "lock").String())
			for n := range rounds(t) {
				k.ruleRound(home, n)
			}
		})
	}
}

func (k *kills) ruleRound(home *simulated.Home, n int) {
	k.t.Helper()
	before := int64(len(k.cloud.Hellos()))
	k.child.start(k.point)
	session := k.cloud.WaitSession(before)
	k.cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) >= 5 })
	k.cloud.Bundle(locking(k.t, home, domain.Seq(n+10)))
	k.cloud.Wait("the rule to run there", func(entries []wire.Entry) bool {
		return slices.ContainsFunc(entries, func(e wire.Entry) bool {
			return e.Kind == wire.KindPlaced && e.Bundle == domain.Seq(n+10) && len(e.Rules) == 1
		})
	})
	k.cloud.Command(switchOn(home, byte(n+1)))
	k.child.died()

	k.child.start(0)
	k.cloud.WaitSession(session)
	k.cloud.Wait("the result of the rule's command", func(entries []wire.Entry) bool {
		commands := of(entries, acts)
		return len(commands) == n+1 && len(linktest.Results(entries, commands[n].Command)) > 0
	})
	k.child.kill()
	entries := k.cloud.Entries()
	commands := of(entries, acts)
	if firings := of(entries, fired); len(firings) != n+1 || len(commands) != n+1 {
		k.t.Fatalf("%d firings and %d commands after %d rounds", len(firings), len(commands), n+1)
	}
	if times := acted(k.t, k.oracle)[commands[n].Command]; times > 1 {
		k.t.Errorf("the rule's command acted %d times", times)
	}
	k.check(wire.Command{ID: commands[n].Command, Class: thing.Momentary})
}

func TestRulesOutliveTheOutbox(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{Devices: 5})
	dir := t.TempDir()
	running := start(t, cloud, dir, home)
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) >= 5 })
	cloud.Bundle(locking(t, home, 10))
	cloud.Wait("the rule to run there", func(entries []wire.Entry) bool { return count(entries, wire.KindPlaced) == 1 })
	running.stop()
	tear(t, filepath.Join(dir, outboxFile))

	again := house(t, simulated.Options{Devices: 5})
	start(t, cloud, dir, again)
	cloud.Wait("the rule to be told anew", func(entries []wire.Entry) bool {
		placed := of(entries, func(e wire.Entry) bool { return e.Kind == wire.KindPlaced })
		return len(placed) == 2 && placed[1].Anew && len(placed[1].Rules) == 1
	})
	cloud.Wait("all devices again", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) >= 10 })
	if err := again.Change(again.Address("light"), map[string]thing.Value{"onOff": "true"}); err != nil {
		t.Fatal(err)
	}
	cloud.Wait("the rule to fire", func(entries []wire.Entry) bool {
		return len(of(entries, fired)) == 1 && len(of(entries, acts)) == 1
	})
}
