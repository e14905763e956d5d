package matter_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// leap is a clock that runs a hundred times as fast.
func leap() func() time.Time {
	began := time.Now()
	return func() time.Time { return began.Add(100 * time.Since(began)) }
}

func TestWhatTheServerAcceptsIsNotDone(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "lamp", 256, lightAttributes))
	options := m.options()
	options.Now = leap()
	h := openHome(t, options)
	h.UntilReach(t, true, "lamp/1")
	id, err := h.OrderWithin(patience, radio.Order{Address: "lamp/1", Set: map[string]thing.Value{"onOff": "true"}})
	h.wantUnconfirmed(id, err, radio.ErrFailed) // it goes on saying that it is off
	if got := m.got(); !slices.Equal(got, []string{"On"}) {
		t.Errorf("the server was told %v, want On once", got)
	}
	if told := h.ToldOf("lamp/1", "onOff"); slices.Contains(told, "true") {
		t.Errorf("the lamp was told to be %v", told)
	}
}

func TestWhatTheServerRemembersConfirmsNothing(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "lamp", 256, lightAttributes))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "lamp/1")
	m.answers(func(a asked) (string, bool) {
		if a.Command == "device_command" {
			on := strings.Replace(describe(1, "lamp", 256, lightAttributes), `"1/6/0":false`, `"1/6/0":true`, 1)
			m.say(`{"event":"node_updated","data":` + on + `}`)
			return `"result":null`, true
		}
		return "", false // the device does not answer
	})
	id, err := h.OrderWithin(time.Second, radio.Order{Address: "lamp/1", Set: map[string]thing.Value{"onOff": "true"}})
	h.wantUnconfirmed(id, err, nil)
}

func TestAReportOfTheDeviceConfirms(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "lamp", 256, lightAttributes))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "lamp/1")
	// It comes before the server's answer, which never comes.
	m.answers(func(a asked) (string, bool) {
		if a.Command == "device_command" {
			m.update(1, "1/6/0", "true")
		}
		return "", false
	})
	h.Set("lamp/1", map[string]thing.Value{"onOff": "true"})
	if told := h.ToldOf("lamp/1", "onOff"); !slices.Equal(told, []thing.Value{"false", "true"}) {
		t.Errorf("the lamp was told to be %v, want false and then true, once", told)
	}
}

func TestADoorIsOpenedOnceAtMostAndNeverLate(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "lock", 10, lockAttributes))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "lock/1")
	t.Run("its lock does not answer first", func(t *testing.T) {
		h := h.in(t)
		var reads atomic.Int32
		m.answers(func(asked) (string, bool) {
			reads.Add(1)
			return `"error_code":0,"details":"timeout"`, true
		})
		id, err := h.TryDo("lock/1", "unlockDoor")
		h.wantUnconfirmed(id, err, radio.ErrRefused)
		if got := m.got(); len(got) > 0 || reads.Load() != 1 {
			t.Errorf("the server was told %v, after %d reads", got, reads.Load())
		}
	})
	t.Run("its lock answers and then says nothing", func(t *testing.T) {
		h := h.in(t)
		m.answers(func(a asked) (string, bool) {
			if a.Command == "read_attribute" {
				return `"result":` + m.read(a), true
			}
			return "", false
		})
		id, err := h.OrderWithin(2*time.Second, radio.Order{Address: "lock/1", Action: "unlockDoor"})
		h.wantUnconfirmed(id, err, nil)
		if got := m.got(); !slices.Equal(got, []string{"UnlockDoor"}) {
			t.Errorf("the server was told %v, want UnlockDoor once", got)
		}
	})
	t.Run("the order is announced", func(t *testing.T) {
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, a := range m.asked {
			if a.Command == "device_command" && a.Args["timed_request_timeout_ms"] == nil {
				t.Errorf("%v is not announced: a lock refuses that", a.Args)
			}
		}
	})
}

func TestWhatTheServerSaysOfAnOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		want   error // nil: nobody knows
	}{
		"the node is away":         {`"error_code":3,"details":"Node 1 is not ready"`, radio.ErrRefused},
		"the node is not there":    {`"error_code":5,"details":"Node 1 does not exist"`, radio.ErrRefused},
		"it makes no sense":        {`"error_code":8,"details":"bad"`, radio.ErrRefused},
		"it does not know that":    {`"error_code":9,"details":"Unknown command"`, radio.ErrRefused},
		"something went wrong":     {`"error_code":0,"details":"CHIP Error 0x00000032: Timeout"`, nil},
		"the stack gave up":        {`"error_code":7,"details":"SDK"`, nil},
		"a code of the future":     {`"error_code":4711`, nil},
		"an answer out of nowhere": {`"result":{"x":[1,2,3]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMimic(t, describe(1, "lamp", 256, lightAttributes))
			h := openHome(t, m.options())
			h.UntilReach(t, true, "lamp/1")
			m.answers(func(a asked) (string, bool) { return c.answer, a.Command == "device_command" })
			id, err := h.OrderWithin(time.Second, radio.Order{Address: "lamp/1", Set: map[string]thing.Value{"onOff": "true"}})
			h.wantUnconfirmed(id, err, c.want)
		})
	}
}

func TestADeviceThatRefusesAValueHasFailed(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "stove", 769, `,"1/513/0":2000,"1/513/18":2000,"1/513/28":4`))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "stove/1")
	m.answers(func(a asked) (string, bool) {
		return `"result":[{"Path":{"EndpointId":1,"ClusterId":513,"AttributeId":18},"Status":135}]`, a.Command == "write_attribute"
	})
	id, err := h.OrderWithin(patience, radio.Order{Address: "stove/1", Set: map[string]thing.Value{"occupiedHeatingSetpoint": "21"}})
	h.wantUnconfirmed(id, err, radio.ErrFailed)
}

func TestWhatADeviceCannotDoIsRefusedWithoutTrying(t *testing.T) {
	t.Parallel()
	m := newMimic(t,
		describe(1, "pin", 10, `,"1/257/0":1,"1/257/51":true`),
		describe(2, "color", 269, `,"1/6/0":true,"1/8/0":100,"1/768/65532":17,"1/768/0":0,"1/768/1":0,"1/768/7":250,"1/768/8":2,"1/768/16395":150,"1/768/16396":500`))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "pin/1", "color/1")
	for name, o := range map[string]radio.Order{
		"a lock that wants a PIN":             {Address: "pin/1", Action: "unlockDoor"},
		"a temperature beyond the lamp":       {Address: "color/1", Set: map[string]thing.Value{"colorTemperatureMireds": "600"}},
		"a level while off":                   {Address: "color/1", Set: map[string]thing.Value{"onOff": "false", "currentLevel": "5"}},
		"white and a colour":                  {Address: "color/1", Set: map[string]thing.Value{"colorTemperatureMireds": "300", "currentHue": "5"}},
		"a value that is none":                {Address: "color/1", Set: map[string]thing.Value{"currentHue": `"red"`}},
		"a property only the device can move": {Address: "pin/1", Set: map[string]thing.Value{"lockState": `"unlocked"`}},
	} {
		id, err := h.OrderWithin(patience, o)
		h.in(t).wantUnconfirmed(id, err, radio.ErrRefused)
		if got := m.got(); len(got) > 0 {
			t.Errorf("%s: the server was told %v", name, got)
		}
	}
}

// A lamp in white keeps the colour it had: that it has the hue that is ordered
// does not make it show it.
func TestAColourCountsOnlyInTheModeThatShowsIt(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "color", 269, `,"1/6/0":true,"1/8/0":100,"1/768/65532":17,"1/768/0":127,"1/768/1":254,"1/768/7":250,"1/768/8":2`))
	h := openHome(t, m.options())
	h.UntilValue(t, "color/1", "colorTemperatureMireds", "250")
	if told := h.ToldOf("color/1", "currentHue"); len(told) > 0 {
		t.Errorf("a white lamp told the hues %v", told)
	}
	id, err := h.OrderWithin(time.Second, radio.Order{Address: "color/1", Set: map[string]thing.Value{"currentHue": "180"}})
	h.wantUnconfirmed(id, err, nil)
	m.answers(func(a asked) (string, bool) {
		if a.Command == "device_command" {
			m.update(1, "1/768/8", "0")
		}
		return `"result":null`, true
	})
	h.Set("color/1", map[string]thing.Value{"currentHue": "180"})
}

func TestPairingCodesAreLookedAtFirst(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "lamp", 256, lightAttributes))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "lamp/1")
	for _, code := range []string{"", "12", "1234567890x", "MT:", "MT:a b", strings.Repeat("1", 22), "MT:" + strings.Repeat("A", 100)} {
		if err := h.radio.Commission(t.Context(), code); !errors.Is(err, radio.ErrRefused) {
			t.Errorf("the code %q gives %v, want a refusal", code, err)
		}
	}
	for _, code := range []string{"34970112332", "MT:Y.K9042C00KA0648G00", strings.Repeat("1", 21)} {
		if err := h.radio.Commission(t.Context(), code); err != nil {
			t.Errorf("the code %q gives %v", code, err)
		}
	}
}
