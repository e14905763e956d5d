package zigbee2mqtt_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

func TestADeviceThatDoesNotAnswerIsNeverBelieved(t *testing.T) {
	t.Parallel()
	lamp, deaf, slow := znp.NewLamp(0x000d6f0000000001), znp.NewLamp(0x000d6f0000000002), znp.NewLamp(0x000d6f0000000003)
	hurried := znp.NewLamp(0x000d6f0000000004)
	lock := znp.NewLock(0x000d6f0000000008)
	h := openHome(t, ziglab.Start(t, lamp, deaf, slow, hurried, lock))
	for _, l := range []*znp.Lamp{lamp, deaf, slow, hurried} {
		h.UntilValue(t, ziglab.Address(l), "onOff", "false")
	}
	// Each waits for Zigbee2MQTT to give up; together they wait once.
	t.Run("faults", func(t *testing.T) {
		t.Run("a lamp out of reach", func(t *testing.T) { losesALamp(parallel(t, h), lamp) })
		t.Run("a lamp that hangs", func(t *testing.T) { hangs(parallel(t, h), deaf) })
		t.Run("a slow lamp", func(t *testing.T) { waitsForASlowLamp(parallel(t, h), slow) })
		t.Run("an order in a hurry", func(t *testing.T) { hurries(parallel(t, h), hurried) })
		t.Run("a lock out of reach", func(t *testing.T) { losesALock(parallel(t, h), lock) })
	})
}

func parallel(t *testing.T, h *home) *home {
	t.Helper()
	t.Parallel()
	return h.in(t)
}

func losesALamp(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	lamp.SetReachable(false)
	ctx, cancel := context.WithTimeout(h.T.Context(), patience)
	defer cancel()
	type outcome struct {
		id  domain.CommandID
		err error
	}
	ended, missed := make(chan outcome, 1), lamp.Missed()
	go func() {
		id, err := h.Order(ctx, radio.Order{Address: address, Set: map[string]thing.Value{"onOff": "true"}})
		ended <- outcome{id, err}
	}()
	radiotest.Eventually(h.T, "Zigbee2MQTT tries", func() bool { return lamp.Missed() > missed })
	// Meanwhile somebody's group command has it say that the lamp is on: its state
	// message looks like any other.
	if err := h.lab.Publish(ctx, ziglab.BaseTopic+"/"+address, []byte(`{"state":"ON","brightness":254,"linkquality":180}`), false); err != nil {
		h.T.Fatal(err)
	}
	got := <-ended
	radiotest.WantUnknown(h.T, got.err)
	h.WantNothingTold(h.T, got.id)
	if slices.Contains(h.ToldOf(address, "onOff"), "true") {
		h.T.Error("a lamp that is out of reach was told to be on")
	}
	h.Until(h.T, "the lamp is told to be out of reach", func() bool { return !h.Reachable[address] })

	// It is known to be gone: nothing more is sent that could happen later.
	orders := len(lamp.Orders())
	brief, stop := context.WithTimeout(h.T.Context(), time.Second)
	defer stop()
	_, err := h.Order(brief, radio.Order{Address: address, Set: map[string]thing.Value{"onOff": "true"}})
	radiotest.WantRefused(h.T, err)
	lamp.SetReachable(true)
	h.Set(address, map[string]thing.Value{"onOff": "false"})
	for _, o := range lamp.Orders()[orders:] {
		if o.Name == "on" {
			h.T.Error("the refused order was carried out when the lamp came back")
		}
	}
	h.Until(h.T, "the lamp is told to be back", func() bool { return h.Reachable[address] })
}

func hangs(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	lamp.SetDeaf(true)
	ctx, cancel := context.WithTimeout(h.T.Context(), patience)
	defer cancel()
	id, err := h.Order(ctx, radio.Order{Address: address, Set: map[string]thing.Value{"onOff": "true"}})
	radiotest.WantUnknown(h.T, err)
	h.WantNothingTold(h.T, id)
	if slices.Contains(h.ToldOf(address, "onOff"), "true") || lamp.On() {
		h.T.Errorf("a lamp that hangs was told to be on; it truly is %v", lamp.On())
	}
}

func waitsForASlowLamp(h *home, lamp *znp.Lamp) {
	lamp.SetSlow(1500 * time.Millisecond)
	began := time.Now()
	h.Set(ziglab.Address(lamp), map[string]thing.Value{"onOff": "true"})
	if took := time.Since(began); took < 1500*time.Millisecond {
		h.T.Errorf("confirmed after %v, the lamp needed longer", took)
	}
	if !lamp.On() {
		h.T.Error("confirmed on, truly off")
	}
}

// hurries checks that an order with little time left is not left to Zigbee2MQTT,
// which would try for longer.
func hurries(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	lamp.SetReachable(false)
	ctx, cancel := context.WithTimeout(h.T.Context(), time.Second)
	defer cancel()
	_, err := h.Order(ctx, radio.Order{Address: address, Set: map[string]thing.Value{"onOff": "true"}})
	radiotest.WantRefused(h.T, err)
	lamp.SetReachable(true)
	// Whatever Zigbee2MQTT still had to send to the lamp comes before this.
	h.Set(address, map[string]thing.Value{"currentLevel": "10"})
	for _, o := range lamp.Orders() {
		if o.Name == "on" {
			h.T.Errorf("the lamp did %v, after its deadline", o)
		}
	}
}

// losesALock checks the one thing that must never happen: a door that opens
// because its lock comes back into reach.
func losesALock(h *home, lock *znp.Lock) {
	address := ziglab.Address(lock)
	lock.SetReachable(false)
	ctx, cancel := context.WithTimeout(h.T.Context(), 2*time.Second)
	defer cancel()
	id, err := h.Order(ctx, radio.Order{Address: address, Action: "unlockDoor"})
	radiotest.WantRefused(h.T, err)
	h.WantNothingTold(h.T, id)
	lock.SetReachable(true)
	// Whatever Zigbee2MQTT still had to send to the lock comes before this.
	if id, err := h.TryDo(address, "lockDoor"); err != nil {
		h.T.Errorf("locking the lock after it came back: %v", err)
	} else {
		h.WantConfirmed(h.T, id, map[string]thing.Value{"lockState": `"locked"`})
	}
	for _, o := range lock.Orders() {
		if o.Name == "unlock" {
			h.T.Errorf("the lock did %v, after it was refused", o)
		}
	}
}

// diesUnderAnOrder checks that an order whose broker dies when the lamp has done it,
// and before anybody has heard so, is done once and confirmed to nobody.
func diesUnderAnOrder(h *home, lamp *znp.Lamp) {
	address, before := ziglab.Address(lamp), len(lamp.Orders())
	type outcome struct {
		id  domain.CommandID
		err error
	}
	ended := make(chan outcome, 1)
	lamp.SetSlow(time.Second)
	go func() {
		id, err := h.TrySet(address, map[string]thing.Value{"onOff": "false"})
		ended <- outcome{id, err}
	}()
	radiotest.Eventually(h.T, "the lamp has done it", func() bool { return len(lamp.Orders()) > before })
	h.lab.StopBroker()
	got := <-ended
	radiotest.WantUnknown(h.T, got.err)
	h.WantNothingTold(h.T, got.id)
	lamp.SetSlow(0)
	lamp.Press() // somebody wants it on
	h.UntilReach(h.T, false, address)
	h.Forget()
	if err := h.lab.StartBroker(h.T.Context()); err != nil {
		h.T.Fatal(err)
	}
	h.UntilReach(h.T, true, address)
	h.UntilValue(h.T, address, "onOff", "true")
	h.Set(address, map[string]thing.Value{"currentLevel": "30"}) // whatever was still to be sent comes before this
	off := 0
	for _, o := range lamp.Orders()[before:] {
		if o.Name == "off" {
			off++
		}
	}
	if off != 1 || !lamp.On() {
		h.T.Errorf("the lamp was told to go off %d times and is truly on: %v", off, lamp.On())
	}
	h.WantNothingTold(h.T, got.id)
}

func TestTheRadioComesBack(t *testing.T) {
	t.Parallel()
	lamp, contact := znp.NewLamp(0x000d6f0000000001), znp.NewContact(0x00158d0000000003)
	lab := ziglab.Start(t, lamp, contact)
	h := openHome(t, lab)
	address, door := ziglab.Address(lamp), ziglab.Address(contact)
	all := func(reachable bool) func() bool {
		return func() bool { return h.Reachable[address] == reachable && h.Reachable[door] == reachable }
	}
	h.UntilValue(t, address, "onOff", "false")
	contact.Open()
	h.UntilValue(t, door, "contact", "false")
	h.Until(t, "all can be reached", all(true))

	t.Run("the stick is pulled out", func(t *testing.T) {
		lab.Network.Unplug()
		<-lab.BridgeGone()
		h.Until(t, "nothing can be reached", all(false))
		if err := <-h.Ended; err == nil {
			t.Error("Run returned nil when Zigbee2MQTT went away")
		}
		_, err := h.TrySet(address, map[string]thing.Value{"onOff": "true"})
		radiotest.WantRefused(t, err)
		lamp.Press() // nobody hears it
		h.Forget()
		if err := lab.StartBridge(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Until(t, "all can be reached again", all(true))
		h.UntilValue(t, address, "onOff", "true") // asked, as it is now
		h.UntilValue(t, door, "contact", "false") // as it said before
	})
	t.Run("the broker restarts", func(t *testing.T) {
		lab.StopBroker()
		h.Until(t, "nothing can be reached", all(false))
		h.Forget() // what was asked before the broker went may have come until now
		lamp.Press()
		if err := lab.StartBroker(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Until(t, "all can be reached again", all(true))
		h.UntilValue(t, address, "onOff", "false")
		h.UntilValue(t, door, "contact", "false")
		if told := h.ToldOf(address, "onOff"); slices.Contains(told, "true") {
			t.Errorf("the lamp was told to be %v: the first is what the broker kept", told)
		}
		h.in(t).Set(address, map[string]thing.Value{"onOff": "true"})
	})
	t.Run("the broker dies under an order", func(t *testing.T) { diesUnderAnOrder(h.in(t), lamp) })
	t.Run("a lamp is gone when Zigbee2MQTT starts", func(t *testing.T) {
		lab.StopBridge()
		h.Until(t, "nothing can be reached", all(false))
		lamp.SetReachable(false)
		h.Forget()
		if err := lab.StartBridge(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Until(t, "the door is told", func() bool { return h.Values[door]["contact"] == "false" })
		h.Until(t, "the lamp is told to be out of reach", func() bool { r, told := h.Reachable[address]; return told && !r })
		if v, told := h.Told(address)["onOff"]; told {
			t.Errorf("a lamp that is gone was told to be on = %s, which is what Zigbee2MQTT remembers", v)
		}
		lamp.SetReachable(true)
		lamp.Press()
		h.UntilValue(t, address, "onOff", map[bool]thing.Value{true: "true", false: "false"}[lamp.On()])
	})
}
