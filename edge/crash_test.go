package edge

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// rounds is how often each kind of command is killed at each point: LOGIS_KILLS,
// or 3.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("LOGIS_KILLS")
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// acted returns how often each command was really carried out.
func acted(t *testing.T, oracle string) map[domain.CommandID]int {
	t.Helper()
	file, err := os.Open(oracle)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	times := map[domain.CommandID]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var a simulated.Actuation
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		times[a.Command]++
	}
	return times
}

// Killed at any point of a command, the agent never does twice what may be done
// once, and every command comes to one result (C-2, C-3).
func TestKilledAtAnyPointACommandEndsOnceAndActsOnceIfItMust(t *testing.T) {
	t.Parallel()
	home := house(t, simulated.Options{Devices: 5})
	for _, asked := range []struct {
		class  thing.Class
		kind   string
		action string
		set    map[string]thing.Value
	}{
		{thing.Opening, "lock", "unlockDoor", nil},
		{thing.Momentary, "light", "identify", nil},
		{thing.Securing, "lock", "lockDoor", nil},
		{thing.Comfort, "light", "", map[string]thing.Value{"onOff": thing.Bool(true)}},
	} {
		for point := 1; point <= points; point++ {
			t.Run(fmt.Sprintf("class %s at point %d", asked.class, point), func(t *testing.T) {
				t.Parallel()
				k := newKills(t, point)
				for n := range rounds(t) {
					k.round(wire.Command{
						ID: domain.CommandID{byte(asked.class), byte(point), byte(n)}, Device: idOf(home, asked.kind),
						Class: asked.class, Set: asked.set, Action: asked.action, DesiredVersion: domain.Seq(n + 1),
						NotAfterMS: time.Now().Add(25 * time.Second).UnixMilli(),
					})
				}
			})
		}
	}
}

// kills is an agent that is killed again and again, and its cloud.
type kills struct {
	t      *testing.T
	cloud  *linktest.Cloud
	child  *child
	oracle string
	point  int
}

func newKills(t *testing.T, point int) *kills {
	t.Helper()
	k := &kills{t: t, cloud: linktest.NewCloud(t), oracle: filepath.Join(t.TempDir(), "oracle"), point: point}
	k.child = newChild(t, k.cloud, t.TempDir(), k.oracle)
	return k
}

// round kills the agent in the middle of a command, starts it again, sends again
// what a cloud sends again, and looks at what it came to.
func (k *kills) round(c wire.Command) {
	k.t.Helper()
	before := int64(len(k.cloud.Hellos()))
	k.child.start(k.point)
	session := k.cloud.WaitSession(before)
	k.cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) >= 5 })
	k.cloud.Command(c)
	k.child.died()

	k.child.start(0)
	k.cloud.WaitSession(session)
	if c.Class.Converges() && len(linktest.Results(k.cloud.Entries(), c.ID)) == 0 {
		k.cloud.Command(c)
	}
	// Before the intent nothing is known of it after a kill: an order that may act
	// only once is not sent again, and the cloud's own timer ends it.
	if k.point != beforeIntent || c.Class.Converges() {
		k.cloud.Wait("a result of "+c.ID.String(), func(entries []wire.Entry) bool {
			return len(linktest.Results(entries, c.ID)) > 0
		})
	}
	k.child.kill()
	k.check(c)
}

func (k *kills) check(c wire.Command) {
	k.t.Helper()
	times := acted(k.t, k.oracle)[c.ID]
	results := linktest.Results(k.cloud.Entries(), c.ID)
	if c.Class.AtMostOnce() && times > 1 {
		k.t.Errorf("%s acted %d times", c.ID, times)
	}
	outcomes := map[domain.Outcome]bool{}
	for _, r := range results {
		outcomes[r.Outcome] = true
	}
	if len(outcomes) > 1 {
		k.t.Errorf("%s ended as %v", c.ID, outcomes)
	}
	if outcomes[domain.Succeeded] && times == 0 {
		k.t.Errorf("%s is said to have succeeded and never acted", c.ID)
	}
	if !outcomes[domain.Succeeded] && !outcomes[domain.Unknown] && times > 0 {
		k.t.Errorf("%s acted and ended as %v", c.ID, outcomes)
	}
}

func TestAFullDiskStopsTheAgentAndRoomStartsItAgain(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{Devices: 5})
	c := newChild(t, cloud, t.TempDir(), filepath.Join(t.TempDir(), "oracle"))
	c.start(0)
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) >= 5 })
	if err := c.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	// Nothing acts that cannot be written down. The command is sent until the
	// limit is felt: the signal and the command race.
	session := cloud.WaitSession(0)
	for id := byte(1); len(cloud.Hellos()) == int(session) && id < 200; id++ {
		cloud.Command(switchOn(home, id))
		<-time.After(20 * time.Millisecond)
		if id == 20 {
			if err := c.cmd.Process.Signal(syscall.SIGUSR2); err != nil {
				t.Fatal(err)
			}
		}
	}
	cloud.WaitSession(session)
	cloud.Command(switchOn(home, 201))
	cloud.Wait("the lamp is on", func(entries []wire.Entry) bool {
		results := linktest.Results(entries, domain.CommandID{201})
		return len(results) == 1 && results[0].Outcome == domain.Succeeded
	})
}
