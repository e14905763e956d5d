package linktest

import (
	"encoding/json"
	"reflect"
	"time"

	"logis/domain"
	"logis/domain/call"
	"logis/wire"
)

// Ask asks the gateway on the present session, reads its answer into result and
// returns the error it answers, if it does.
func (c *Cloud) Ask(method call.Method, params, result any) *wire.CallError {
	c.t.Helper()
	text, err := json.Marshal(params)
	if err != nil {
		c.t.Fatal(err)
	}
	var id int64
	c.change(func() {
		id = int64(len(c.answers)) + 1
		c.answers[id] = nil
		c.peer.Send(wire.Call{ID: id, Method: method, Params: text, NotAfterMS: time.Now().Add(wire.CallLimit).UnixMilli()})
	})
	c.wait("an answer to "+string(method), func() bool { return c.answers[id] != nil })
	c.mu.Lock()
	answer := c.answers[id]
	c.mu.Unlock()
	if answer.Error != nil {
		return answer.Error
	}
	reflect.ValueOf(result).Elem().SetZero()
	if err := json.Unmarshal(answer.Result, result); err != nil {
		c.t.Fatal(err)
	}
	return nil
}

// Configure wants a configuration of the gateway, now and in every session.
func (c *Cloud) Configure(version domain.Seq, wanted domain.Configuration) {
	c.change(func() {
		c.wanted = &wire.Configure{Version: version, Configuration: wanted}
		if c.peer != nil {
			c.peer.Send(*c.wanted)
		}
	})
}

// Configured returns what versions of the configuration came to, in order.
func Configured(entries []wire.Entry) []wire.Entry {
	var told []wire.Entry
	for _, e := range entries {
		if e.Kind == wire.KindConfigured {
			told = append(told, e)
		}
	}
	return told
}
