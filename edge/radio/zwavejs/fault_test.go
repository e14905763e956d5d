package zwavejs_test

import (
	"slices"
	"testing"
	"time"

	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zwavejs"
	"logis/edge/radio/zwavejs/zwavelab"
)

func TestTheRadioSurvivesWhatCanGoWrong(t *testing.T) {
	t.Parallel()
	needsLab(t)
	const plug, lock, door, second = 2, 3, 4, 5
	lab := zwavelab.Start(t,
		zwavelab.Node{ID: plug, Kind: "plug"}, zwavelab.Node{ID: lock, Kind: "lock"}, zwavelab.Node{ID: door, Kind: "contact"})
	h := openHome(t, zwavejs.Options{URL: lab.URL})
	h.UntilValue(t, at(plug), "onOff", "false")
	h.UntilValue(t, at(lock), "lockState", `"unlocked"`)
	lab.Report(door, "notification", map[string]any{"type": 6, "event": 22})
	h.UntilValue(t, at(door), "contact", "false")

	t.Run("a plug out of reach is never believed", func(t *testing.T) {
		h := h.in(t)
		lab.Reach(plug, false)
		h.Forget()
		id, err := h.OrderWithin(patience, radio.Order{Address: at(plug), Set: values{"onOff": "true"}})
		if err == nil {
			t.Error("an order for a plug out of reach succeeds")
		}
		h.WantNothingTold(h.T, id)
		h.UntilReach(t, false, at(plug))
		if told := h.ToldOf(at(plug), "onOff"); slices.Contains(told, "true") {
			t.Errorf("a plug out of reach was told to be %v", told)
		}
		// Known to be gone, it is not even sent the order.
		_, err = h.OrderWithin(patience, radio.Order{Address: at(plug), Set: values{"onOff": "true"}})
		radiotest.WantRefused(t, err)
		lab.Change(plug, "switch", false)
		lab.Reach(plug, true)
		lab.Ping(plug)
		h.UntilReach(t, true, at(plug))
		h.Set(at(plug), values{"onOff": "true"})
	})

	t.Run("a node that dies and comes back is read", func(t *testing.T) {
		lab.Reach(plug, false)
		lab.Ping(plug) // Z-Wave JS finds out and marks it dead
		h.UntilReach(t, false, at(plug))
		lab.Change(plug, "switch", false) // nobody hears it
		h.Forget()
		lab.Reach(plug, true)
		lab.Ping(plug)
		h.UntilReach(t, true, at(plug))
		h.UntilValue(t, at(plug), "onOff", "false")
	})

	t.Run("a lock out of reach is sent nothing", func(t *testing.T) {
		h := h.in(t)
		before := len(lab.Orders(lock))
		lab.Reach(lock, false)
		id, err := h.OrderWithin(10*time.Second, radio.Order{Address: at(lock), Action: "unlockDoor"})
		radiotest.WantRefused(t, err)
		h.WantNothingTold(h.T, id)
		lab.Reach(lock, true)
		lab.Ping(lock)
		h.Do(at(lock), "lockDoor", values{"lockState": `"locked"`})
		if got := lab.Orders(lock)[before:]; len(got) != 1 {
			t.Errorf("the lock got %v, want lockDoor alone", got)
		}
	})

	t.Run("a server that hangs lets no door open late", func(t *testing.T) {
		h := h.in(t)
		before := len(lab.Orders(lock))
		if err := lab.Freeze(); err != nil {
			t.Fatal(err)
		}
		_, err := h.OrderWithin(300*time.Millisecond, radio.Order{Address: at(lock), Action: "unlockDoor"})
		radiotest.WantRefused(t, err)
		if err := lab.Thaw(); err != nil {
			t.Fatal(err)
		}
		h.Do(at(lock), "lockDoor", values{"lockState": `"locked"`})
		if got := lab.Orders(lock)[before:]; len(got) != 1 {
			t.Errorf("the lock got %v, want lockDoor alone", got)
		}
	})

	t.Run("the server is killed and starts again", func(t *testing.T) {
		h := h.in(t)
		lab.KillServer()
		for _, node := range []int{plug, lock, door} {
			h.UntilReach(t, false, at(node))
		}
		_, err := h.OrderWithin(patience, radio.Order{Address: at(plug), Set: values{"onOff": "true"}})
		radiotest.WantRefused(t, err)
		h.Forget()
		lab.Restart()
		for _, node := range []int{plug, lock, door} {
			h.UntilReach(t, true, at(node))
		}
		h.UntilValue(t, at(plug), "onOff", "false")          // asked, as it is now
		h.UntilValue(t, at(lock), "lockState", `"unlocked"`) // hardware that was made anew is open
		h.UntilValue(t, at(door), "contact", "false")        // as it said before
		h.Set(at(plug), values{"onOff": "true"})
		if len(h.Gone) > 0 {
			t.Errorf("%v were removed", h.Gone)
		}
	})

	t.Run("a new device comes in and leaves for good", func(t *testing.T) {
		h := h.in(t)
		lab.Arrive(zwavelab.Node{ID: second, Kind: "switch"})
		if err := h.radio.Pair(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		h.UntilValue(t, at(second), "onOff", "false")
		if kind := h.Devices[at(second)].Kind; kind != "switch" {
			t.Errorf("the new device is a %q", kind)
		}
		h.Set(at(second), values{"onOff": "true"})
		lab.Leave(second)
		h.Until(t, "the device is told to have left", func() bool { return slices.Contains(h.Gone, at(second)) })
		_, err := h.OrderWithin(patience, radio.Order{Address: at(second), Set: values{"onOff": "false"}})
		radiotest.WantRefused(t, err)
	})
}
