package zwavejs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zwavejs"
)

// says makes an answer to set_value and one to every poll.
func says(set, poll string) func(string, request) string {
	return func(command string, _ request) string {
		switch command {
		case "node.set_value":
			return set
		case "node.poll_value":
			return poll
		}
		return "{}"
	}
}

// atOnce is far less than it takes to wait for a device that might come round.
const atOnce = 5 * time.Second

func TestWhatTheServerSaysOfAnOrderIsNotBelieved(t *testing.T) {
	t.Parallel()
	const on, off = `{"value":true}`, `{"value":false}`
	status := func(n int) string { return fmt.Sprintf(`{"result":{"status":%d,"message":"why"}}`, n) }
	refused, failed, unknown := radio.ErrRefused, radio.ErrFailed, errors.New("unknown")
	for name, c := range map[string]struct {
		set, poll string
		want      error
	}{
		"delivered, and it is so":            {status(254), on, nil},
		"done, and it is so":                 {status(255), on, nil},
		"working, and it is so":              {status(1), on, nil},
		"said no, and it is so all the same": {status(2), on, nil},
		"an answer nobody understands":       {`"yes"`, on, nil},
		"done, and it is not":                {status(255), off, unknown},
		"delivered, and nothing answers":     {status(254), "!Controller_CallbackNOK", unknown},
		"said no, and it is not":             {status(2), off, failed},
		"lost on the way, and it is not":     {"!Controller_CallbackNOK", off, failed},
		"lost on the way, nothing answers":   {"!Controller_CallbackNOK", "!Controller_CallbackNOK", unknown},
		"not supported":                      {status(0), off, refused},
		"no such endpoint":                   {status(3), off, refused},
		"not implemented":                    {status(4), off, refused},
		"a value that cannot be":             {status(5), off, refused},
		"no answer at all":                   {"", on, unknown},
		"a value of another type":            {status(255), `{"value":"on"}`, unknown},
		"a value that is missing":            {status(255), `{}`, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newMimic(t, controllerNode, switchNode())
			server.answers(says("", off))
			h := server.open()
			h.UntilValue(t, at(2), "onOff", "false")
			h.UntilReach(t, true, at(2))
			server.answers(says(c.set, c.poll))
			// With so much time left the order is sent without asking first.
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if errors.Is(c.want, unknown) {
				time.AfterFunc(deadline, cancel)
			}
			began := time.Now()
			err := h.radio.Act(ctx, radio.Order{Address: at(2), Set: values{"onOff": "true"}})
			switch {
			case errors.Is(c.want, unknown):
				radiotest.WantUnknown(t, err)
			case !errors.Is(err, c.want):
				t.Errorf("the outcome is %v, want %v", err, c.want)
			case c.want != nil && time.Since(began) > atOnce:
				t.Errorf("what was known at once took %v", time.Since(began))
			}
			if n := server.count("node.set_value"); n != 1 {
				t.Errorf("the order was sent %d times", n)
			}
		})
	}
}

func TestADeviceThatGoesOnSayingSomethingElseHasFailed(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, switchNode())
	server.answers(says(`{"result":{"status":254}}`, `{"value":false}`))
	var mu sync.Mutex
	now := time.Unix(0, 0)
	h := openHome(t, zwavejs.Options{URL: server.URL, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(5 * time.Second) // whoever looks at the clock finds it late
		return now
	}})
	h.UntilReach(t, true, at(2))
	_, err := h.OrderWithin(patience, radio.Order{Address: at(2), Set: values{"onOff": "true"}})
	if !errors.Is(err, radio.ErrFailed) {
		t.Errorf("the outcome is %v, want a failure", err)
	}
}

func TestNothingIsSentToADeviceThatSleeps(t *testing.T) {
	t.Parallel()
	valve := strings.Replace(anyNode(2, false,
		`{"commandClass":67,"endpoint":0,"property":"setpoint","propertyKey":1,"metadata":{"type":"number","unit":"°F","min":40,"max":90},"value":68}`,
	), `"ready"`, `"label":"TRV","ready"`, 1)
	server := newMimic(t, controllerNode, valve)
	h := server.open()
	h.UntilValue(t, at(2), "occupiedHeatingSetpoint", "20") // what it said, in the models' unit
	h.UntilReach(t, true, at(2))
	order := radio.Order{Address: at(2), Set: values{"occupiedHeatingSetpoint": "25"}}
	_, err := h.OrderWithin(patience, order)
	radiotest.WantRefused(t, err)
	if n := server.count("node.set_value") + server.count("node.poll_value"); n != 0 {
		t.Errorf("%d messages wait for a device that sleeps", n)
	}
	setpoint := "68"
	server.answers(func(command string, q request) string {
		if command == "node.set_value" {
			setpoint = string(q.Value)
			return `{"result":{"status":254}}`
		}
		return `{"value":` + setpoint + `}`
	})
	server.event(2, "wake up", "")
	radiotest.Eventually(t, "an order is taken by the device that is awake", func() bool {
		_, err := h.OrderWithin(patience, order)
		return err == nil
	})
	if setpoint != "77" {
		t.Errorf("25 °C was ordered as %s °F", setpoint)
	}
}

func TestWhatOpensIsAskedFirst(t *testing.T) {
	t.Parallel()
	lock := anyNode(2, true,
		`{"commandClass":98,"endpoint":0,"property":"currentMode","metadata":{"type":"number"},"value":255}`,
		`{"commandClass":98,"endpoint":0,"property":"targetMode","metadata":{"type":"number","writeable":true},"value":255}`)
	server := newMimic(t, controllerNode, lock)
	server.answers(says("", `{"value":255}`))
	h := server.open()
	h.UntilValue(t, at(2), "lockState", `"locked"`)
	server.answers(says("", "!Controller_CallbackNOK"))
	// There is time enough, and the lock was there a moment ago.
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	err := h.radio.Act(ctx, radio.Order{Address: at(2), Action: "unlockDoor"})
	radiotest.WantRefused(t, err)
	if n := server.count("node.set_value"); n != 0 {
		t.Errorf("the lock was sent %d orders", n)
	}
	h.UntilReach(t, false, at(2))
}

func TestOrdersDoNotPileUpBehindADevice(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, switchNode())
	switched(server)
	h := server.open()
	h.UntilReach(t, true, at(2))
	server.answers(says("", ""))
	const orders, mayWait = 40, 4
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	refused := make(chan error, orders)
	var all sync.WaitGroup
	for range orders {
		all.Go(func() { refused <- h.radio.Act(ctx, radio.Order{Address: at(2), Set: values{"onOff": "true"}}) })
	}
	for n := range orders - 1 - mayWait { // at once, and while one is under way
		err := <-refused
		radiotest.WantRefused(t, err)
		if !strings.Contains(err.Error(), "too much") {
			t.Errorf("order %d was refused because %v", n, err)
		}
	}
	select {
	case err := <-refused:
		t.Errorf("one more order was refused: %v", err)
	default:
	}
	cancel()
	all.Wait()
}

func TestAnOrderEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, switchNode())
	switched(server)
	h := server.open()
	h.UntilReach(t, true, at(2))
	server.answers(says("", ""))
	outcome := make(chan error, 1)
	go func() {
		outcome <- h.radio.Act(t.Context(), radio.Order{Address: at(2), Set: values{"onOff": "true"}})
	}()
	radiotest.Eventually(t, "the order is sent", func() bool { return server.count("node.set_value") > 0 })
	server.mu.Lock()
	_ = server.conn.CloseNow()
	server.mu.Unlock()
	radiotest.WantUnknown(t, <-outcome)
	h.UntilReach(t, false, at(2))
	switched(server)
	h.UntilReach(t, true, at(2))
	if n := server.count("node.set_value"); n != 1 {
		t.Errorf("the order was sent %d times", n)
	}
}

func TestADeviceThatMissesAQuestionIsAskedAgain(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, switchNode())
	switched(server)
	h := server.open()
	h.UntilValue(t, at(2), "onOff", "false")
	var mu sync.Mutex
	missed := 0
	server.answers(func(string, request) string {
		mu.Lock()
		defer mu.Unlock()
		if missed++; missed <= 2 {
			return "{}" // what the server says when the device's time has passed
		}
		return `{"value":true}`
	})
	server.told(2, switchNow, "true") // somebody switched it, or so it is hoped
	h.UntilValue(t, at(2), "onOff", "true")
}
