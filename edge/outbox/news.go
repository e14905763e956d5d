package outbox

import "logis/domain"

// News is what a transaction changed of what people in the home look at.
type News struct {
	Devices  map[domain.DeviceID]struct{}  // described, told of or removed
	Commands map[domain.CommandID]struct{} // that went on; not all of them were given here
}

// Watch has what changes told to a function, in order. It must return at once:
// everything that is written down waits for it. Watch is called before Run.
func (o *Outbox) Watch(told func(News)) { o.watch = told }

// newsOf gathers the news of a transaction.
type newsOf struct {
	News
	wanted bool
}

func (n *newsOf) empty() bool { return len(n.Devices) == 0 && len(n.Commands) == 0 }

func (n *newsOf) device(id domain.DeviceID) { note(&n.Devices, id, n.wanted) }

func (n *newsOf) command(id domain.CommandID) { note(&n.Commands, id, n.wanted) }

func note[ID comparable](set *map[ID]struct{}, id ID, wanted bool) {
	switch {
	case !wanted:
	case *set == nil:
		*set = map[ID]struct{}{id: {}}
	default:
		(*set)[id] = struct{}{}
	}
}
