package matter

import (
	"encoding/json"
	"maps"
	"sync"

	"logis/domain/thing"
)

// voice is what a node has said: the newest value of each attribute, and who
// waits to hear something.
type voice struct {
	mu        sync.Mutex
	said      attributes
	available bool
	gone      bool          // it was removed
	matters   map[path]bool // attributes its devices are made of
	watches   map[*watch]bool
}

func newVoice() *voice {
	return &voice{said: attributes{}, matters: map[path]bool{}, watches: map[*watch]bool{}}
}

// watch waits until a device has said, after the watch began, everything an order
// wants.
type watch struct {
	wants []want
	left  int
	done  chan struct{} // closed when nothing is left
}

// want is one value an order wants to hear.
type want struct {
	binding binding
	value   thing.Value
	fits    func(thing.Value) bool // a value the model does not allow fulfils nothing
	heard   thing.Value            // the value that fulfilled it; "" until then
	other   thing.Value            // what was said instead, last
}

// begin starts a watch. end is to be called once.
func (v *voice) begin(wants []want) (w *watch, end func()) {
	w = &watch{wants: wants, left: len(wants), done: make(chan struct{})}
	if w.left == 0 {
		close(w.done)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.watches[w] = true
	return w, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.watches, w)
	}
}

// hear takes in a value a device has said itself. It reports whether it matters
// to what is told; an attribute that was never described does not.
func (v *voice) hear(p path, value json.RawMessage) (matters, known bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, known = v.said[p]; !known {
		return false, false
	}
	v.said[p] = value
	for w := range v.watches {
		w.look(p, v.said)
	}
	return v.matters[p], true
}

// look compares what was just said with what is wanted. It is called under mu.
func (w *watch) look(p path, said attributes) {
	for i := range w.wants {
		want := &w.wants[i]
		if want.heard != "" || !contains(want.binding.paths, p) {
			continue
		}
		value, ok := want.binding.decode(said)
		switch {
		case !ok || !want.fits(value):
		case want.binding.confirms(want.value, value):
			want.heard = value
			if w.left--; w.left == 0 {
				close(w.done)
			}
		default:
			want.other = value
		}
	}
}

// missing returns what a watch still waits for, and what was said instead of it.
func (v *voice) missing(w *watch) (paths []path, other bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	other = true
	for _, want := range w.wants {
		if want.heard == "" {
			paths = append(paths, want.binding.paths...)
			other = other && want.other != ""
		}
	}
	return paths, other && len(paths) > 0
}

// absorb takes in the server's description of the node: what it remembers, which
// proves nothing to those who wait.
func (v *voice) absorb(n node) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said, v.available = n.attributes, n.available
}

// leave notes that the node was removed.
func (v *voice) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gone = true
}

// present returns what is known of the node.
func (v *voice) present() (said attributes, available, gone bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.said), v.available, v.gone
}

// care sets which attributes matter.
func (v *voice) care(devices []*device) {
	matters := map[path]bool{}
	for _, d := range devices {
		for _, p := range d.paths() {
			matters[p] = true
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.matters = matters
}

// value decodes a property as it was last said.
func (v *voice) value(b binding) (thing.Value, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return b.decode(v.said)
}

func contains(paths []path, p path) bool {
	for _, other := range paths {
		if other == p {
			return true
		}
	}
	return false
}

// describes reports whether the node has the attribute.
func (v *voice) describes(p path) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.said[p]
	return ok
}

// heard returns what fulfilled a watch, by property.
func (v *voice) heard(w *watch) map[string]thing.Value {
	v.mu.Lock()
	defer v.mu.Unlock()
	values := map[string]thing.Value{}
	for _, want := range w.wants {
		if want.binding.property != "" {
			values[want.binding.property] = want.heard
		}
	}
	return values
}
