package api

import (
	"bytes"
	"maps"
	"slices"

	"logis/domain"
	"logis/eventstore"
)

// fold moves the view on by events that follow it. It decodes their facts.
func (v *view) fold(rows []eventstore.Row) error {
	for i := range rows {
		row := &rows[i]
		var err error
		if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
			return err
		}
		if err := v.home.Apply(&row.RecordedEvent); err != nil {
			return err
		}
		if row.Words != "" {
			v.names[row.Entity] = row.Words
		}
	}
	return nil
}

// news shows events and what of the home they touched, as the view has it, which
// must include them. The commands are those the events are about.
func (v *view) news(rows []eventstore.Row, commands map[domain.CommandID]*domain.Command) News {
	out := News{Type: "news", Home: v.home.ID, Seq: rows[len(rows)-1].Seq}
	rows, commands = v.wish.of(rows, commands)
	out.Events = make([]Event, 0, len(rows))
	out.Commands = all(slices.DeleteFunc(ordered(commands), v.hidesCommand), v.command)
	t := newTouched()
	for i := range rows {
		if v.seesEvent(&rows[i]) {
			out.Events = append(out.Events, v.event(&rows[i]))
		}
		t.by(&rows[i], v.home)
	}
	for _, id := range keys(t.devices) {
		d, ok := v.home.Devices[id]
		switch {
		case !v.seesDevice(id):
		case !ok || d.Removed:
			out.Removed.Devices = append(out.Removed.Devices, id)
		default:
			out.Devices = append(out.Devices, v.device(d))
		}
	}
	for _, id := range keys(t.twins) {
		if d, ok := v.home.Devices[id]; ok && !d.Removed && v.sees(d) {
			out.Twins = append(out.Twins, v.twin(id))
		}
	}
	for _, id := range keys(t.rooms) {
		if !v.seesRoom(id) {
			continue
		}
		if room, ok := v.home.Rooms[id]; ok {
			out.Rooms = append(out.Rooms, v.room(room))
		} else {
			out.Removed.Rooms = append(out.Removed.Rooms, id)
		}
	}
	for _, id := range keys(t.gateways) {
		if g, ok := v.home.Gateways[id]; ok && v.everywhere() {
			out.Gateways = append(out.Gateways, v.gateway(g))
		}
	}
	return out
}

// empty reports whether there is nothing to tell.
func (n News) empty() bool {
	return len(n.Events)+len(n.Twins)+len(n.Devices)+len(n.Rooms)+len(n.Gateways)+len(n.Commands)+
		len(n.Removed.Devices)+len(n.Removed.Rooms) == 0
}

// keys returns the ids in order.
func keys[K any](set map[domain.ID[K]]bool) []domain.ID[K] {
	return slices.SortedFunc(maps.Keys(set), func(a, b domain.ID[K]) int { return bytes.Compare(a[:], b[:]) })
}

func askers(commands map[domain.CommandID]*domain.Command) []domain.Actor {
	return all(ordered(commands), func(c *domain.Command) domain.Actor { return c.Actor })
}
