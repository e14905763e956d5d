package partition_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// row is a kind of wish, as it is wanted in the home and in the cloud.
type row struct {
	name        string
	before      wish // is the case when the outage begins
	here, there wish
	byHand      bool // it is changed at the device, not asked of the gateway
}

func rows() []row {
	return []row{
		{name: "A", before: lock(), here: unlock(), there: unlock()},
		{name: "B", before: unlock(), here: lock(), there: lock()},
		{name: "B against A", before: lock(), here: unlock(), there: lock()},
		{name: "C", before: lamp(false), here: lamp(true), there: lamp(false)},
		{name: "C by hand", before: lamp(false), here: lamp(true), there: lamp(false), byHand: true},
		{name: "D", before: warm(20), here: warm(22), there: warm(18)},
		{name: "D by hand", before: warm(20), here: warm(22), there: warm(18), byHand: true},
		{name: "E", before: lamp(false), here: identify(), there: identify()},
	}
}

// side is who wants something in an outage, in this order.
type side []string

func sides() []side {
	return []side{{}, {"here"}, {"there"}, {"here", "there"}, {"there", "here"}}
}

// outages are how long a home is parted from its cloud.
func outages() []time.Duration {
	return []time.Duration{
		time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour, 72 * time.Hour,
	}
}

func TestWhoeverChangesWhatInAnOutageHoweverLong(t *testing.T) {
	t.Parallel()
	for _, outage := range outages() {
		t.Run(outage.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			c := newCloud(t, w)
			houses := c.street(t, len(rows())*len(sides()))
			kind := func(n int) (row, side) { return rows()[n/len(sides())], sides()[n%len(sides())] }
			each(t, houses, func(n int) error {
				r, s := kind(n)
				houses[n].name = fmt.Sprintf("class %s, %v, %s", r.name, s, outage)
				return houses[n].here(t.Context(), r.before)
			})
			w.pass(time.Second)
			each(t, houses, func(n int) error { return houses[n].cut(t.Context()) })
			const steps = 2 // at most so many happen in an outage
			for step := range steps {
				w.pass(outage / (steps + 1))
				each(t, houses, func(n int) error {
					r, s := kind(n)
					if step >= len(s) {
						return nil
					}
					switch {
					case s[step] == "there":
						return houses[n].there(t.Context(), r.there, 0)
					case r.byHand:
						return houses[n].hand(t.Context(), r.here)
					}
					return houses[n].here(t.Context(), r.here)
				})
			}
			w.pass(outage - outage/(steps+1)*steps)
			each(t, houses, func(n int) error { return houses[n].mend(t.Context()) })
			t.Logf("%d homes, %d wishes", len(houses), checkAll(t, houses))
		})
	}
}

func TestWhatSatInAStalledSocketIsDoneInTimeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for _, stall := range outages() {
		t.Run(stall.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			c := newCloud(t, w)
			wishes := []wish{unlock(), lock(), lamp(true), warm(18), identify()}
			houses := c.street(t, len(wishes))
			each(t, houses, func(n int) error { return houses[n].stalled(t.Context(), wishes[n], stall) })
			w.pass(stall)
			each(t, houses, func(n int) error {
				houses[n].line.Heal()
				return houses[n].settled(t.Context())
			})
			checkAll(t, houses)
		})
	}
}

// Of time a gateway knows nothing but how long it is up: no battery, no network.
func TestAGatewayThatStartsInTheYear1970ServesItsHomeAndTellsWhenItWas(t *testing.T) {
	t.Parallel()
	w := newWorld()
	c := newCloud(t, w)
	h := c.street(t, 1)[0]
	w.pass(time.Second)
	day := func(do func() error) {
		t.Helper()
		w.pass(24 * time.Hour)
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	day(func() error { return h.cut(t.Context()) })
	day(func() error { return h.there(t.Context(), warm(18), 0) })
	day(func() error { return h.restart(t.Context(), true) })
	day(func() error { return h.here(t.Context(), warm(22)) }) // the newer one
	day(func() error { return h.here(t.Context(), unlock()) })
	day(func() error { return h.here(t.Context(), lamp(true)) })
	day(func() error { return h.there(t.Context(), lamp(false), 0) }) // the newer one
	w.pass(time.Second)
	if err := h.mend(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkAll(t, []*house{h})

	w.set(2 * time.Hour)
	err := soon(t.Context(), func() (bool, error) {
		steps, err := c.store.List(t.Context(), eventstore.Filter{Home: h.home, Type: domain.GatewayClockStepped{}.EventType()})
		return len(steps) == 1 && string(steps[0].Data) == `{"by_ms":7200000}`, err
	})
	if err != nil {
		t.Errorf("that the clock was set is not in the log: %v", err)
	}
}

// setting reads a number from the environment, for longer runs.
func setting(t *testing.T, name string, fallback int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Histories of a run, and the homes that share a world: its time is theirs.
const (
	histories = 60
	together  = 30
)

func TestRandomHistoriesOfHomesThatArePartedFromTheirCloud(t *testing.T) {
	t.Parallel()
	seed := uint64(setting(t, "LOGIS_PARTITION_SEED", 1))
	count := setting(t, "LOGIS_PARTITIONS", histories)
	for first := 0; first < count; first += together {
		t.Run(fmt.Sprintf("seed %d, from %d", seed, first), func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, uint64(first)))
			c := newCloud(t, newWorld())
			houses := c.street(t, min(together, count-first))
			for range 2 {
				outage(t, c, houses, dice)
			}
			t.Logf("%d histories, %d wishes", len(houses), checkAll(t, houses))
		})
	}
}

// outage parts all homes from the cloud and lets things happen, in some of them
// with the line mended in between.
func outage(t *testing.T, c *cloud, houses []*house, dice *rand.Rand) {
	t.Helper()
	stories := make([]*rand.Rand, len(houses))
	for n := range stories {
		stories[n] = rand.New(rand.NewPCG(dice.Uint64(), dice.Uint64()))
	}
	each(t, houses, func(n int) error { return houses[n].cut(t.Context()) })
	for range 2 + dice.IntN(4) {
		// From milliseconds to days, each length as likely as ten times it.
		c.world.pass(scale(dice, time.Millisecond, 72*time.Hour).Truncate(time.Millisecond))
		each(t, houses, func(n int) error { return happen(t, houses[n], stories[n]) })
	}
	c.world.pass(scale(dice, time.Millisecond, time.Minute).Truncate(time.Millisecond))
	each(t, houses, func(n int) error { return houses[n].mend(t.Context()) })
	c.world.pass(time.Second)
	each(t, houses, func(n int) error { return something(t, houses[n], stories[n]) })
	c.world.pass(time.Second)
}

// scale returns a length between two, of which no order of magnitude is preferred.
func scale(dice *rand.Rand, least, most time.Duration) time.Duration {
	length := least
	for length < most && dice.IntN(4) > 0 {
		length *= 2 + time.Duration(dice.IntN(9))
	}
	return min(length, most)
}

// happen lets something happen in a home whose line is cut, and once in a while
// mends it for a moment.
func happen(t *testing.T, h *house, dice *rand.Rand) error {
	if dice.IntN(6) > 0 {
		return something(t, h, dice)
	}
	if err := h.mend(t.Context()); err != nil {
		return err
	}
	if err := something(t, h, dice); err != nil {
		return err
	}
	return h.cut(t.Context())
}

// something is what may happen in a home.
func something(t *testing.T, h *house, dice *rand.Rand) error {
	all := []wish{unlock(), lock(), lamp(true), lamp(false), warm(float64(15 + dice.IntN(15))), identify()}
	w := all[dice.IntN(len(all))]
	switch n := dice.IntN(20); {
	case n < 8:
		return h.there(t.Context(), w, ttlOf(w, dice))
	case n < 14:
		return h.here(t.Context(), w)
	case n < 17 && w.works() && w.action == "":
		return h.hand(t.Context(), w)
	case n == 18:
		return h.restart(t.Context(), false)
	case n == 19:
		return h.restart(t.Context(), true)
	}
	return nil
}

// ttlOf chooses how long a wish may wait: what its class gets by default, or any
// time up to the longest it may have.
func ttlOf(w wish, dice *rand.Rand) time.Duration {
	longest := map[thing.Class]time.Duration{
		thing.Opening: 30 * time.Second, thing.Securing: 10 * time.Minute, thing.Comfort: 15 * time.Minute, thing.Momentary: 15 * time.Second,
	}[w.class]
	if longest == 0 || dice.IntN(2) == 0 {
		return 0
	}
	return scale(dice, time.Second, longest)
}
