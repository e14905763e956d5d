package zwavelab

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

// startTimeout bounds a start on a busy machine; an idle one needs four seconds.
const startTimeout = 2 * time.Minute

// handTimeout bounds one act of the hand.
const handTimeout = 30 * time.Second

// Bench is a lab of a test: what goes wrong with the hardware ends the test.
type Bench struct {
	*Lab
	t testing.TB
}

// Start runs a lab for one test and closes it with the test.
func Start(t testing.TB, nodes ...Node) *Bench {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	lab, err := Run(ctx, Options{Nodes: nodes})
	if err != nil {
		t.Fatalf("start a Z-Wave lab: %v", err)
	}
	t.Cleanup(func() {
		if err := lab.Close(); err != nil {
			t.Errorf("stop the Z-Wave lab: %v", err)
		}
	})
	return &Bench{lab, t}
}

// Restart starts the program again after KillServer.
func (b *Bench) Restart() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), startTimeout)
	defer cancel()
	if err := b.StartServer(ctx); err != nil {
		b.t.Fatal(err)
	}
}

func (b *Bench) do(what string, node int, fields map[string]any) json.RawMessage {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.t.Context()), handTimeout)
	defer cancel()
	result, err := b.Do(ctx, what, node, fields)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// Report has a node say something by itself: a reading, or what was done to it by
// hand. What it is, and the form of its value, is one of the reports of hand.mjs.
func (b *Bench) Report(node int, what string, value any) {
	b.t.Helper()
	b.do("report", node, map[string]any{"what": what, "value": value})
}

// Change changes a node by hand without a word of it.
func (b *Bench) Change(node int, what string, value any) {
	b.t.Helper()
	b.do("report", node, map[string]any{"what": what, "value": value, "silent": true})
}

// Reach puts a node into reach or out of it.
func (b *Bench) Reach(node int, reachable bool) {
	b.t.Helper()
	b.do("reach", node, map[string]any{"value": reachable})
}

// Jam has a node take orders and not do them, or do them again.
func (b *Bench) Jam(node int, jammed bool) {
	b.t.Helper()
	b.do("jam", node, map[string]any{"value": jammed})
}

// Ping has the driver look for a node, as Z-Wave JS UI can.
func (b *Bench) Ping(node int) {
	b.t.Helper()
	b.do("ping", node, nil)
}

// Wake has a sleeping node wake up.
func (b *Bench) Wake(node int) {
	b.t.Helper()
	b.do("wake", node, nil)
}

// SetElsewhere has another program set a node's target value.
func (b *Bench) SetElsewhere(node, commandClass int, value any) {
	b.t.Helper()
	b.do("set", node, map[string]any{"class": commandClass, "value": value})
}

// Arrive has a new node be there for the next inclusion.
func (b *Bench) Arrive(node Node) {
	b.t.Helper()
	b.do("arrive", 0, map[string]any{"number": node.ID, "kind": node.Kind})
}

// Leave has a node leave the network for good.
func (b *Bench) Leave(node int) {
	b.t.Helper()
	b.do("leave", node, nil)
}

// Orders returns what a node was ordered, oldest first.
func (b *Bench) Orders(node int) []string {
	b.t.Helper()
	var orders []string
	if err := json.Unmarshal(b.do("orders", node, nil), &orders); err != nil {
		b.t.Fatal(err)
	}
	return orders
}

// True returns the true state of a node's hardware, as JSON.
func (b *Bench) True(node int, key string) string {
	b.t.Helper()
	return string(b.do("state", node, map[string]any{"value": key}))
}
