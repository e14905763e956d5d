package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"logis/client"
)

// print writes a thing as JSON, or by what rows writes into a table.
func (a *asked) print(thing any, rows func(w *tabwriter.Writer)) error {
	if a.json {
		text, err := json.Marshal(thing)
		if err == nil {
			fmt.Fprintln(a.out, string(text))
		}
		return err
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	rows(table)
	return table.Flush()
}

// house finds the home that is meant.
func (a *asked) house(ctx context.Context) (client.Home, error) {
	homes, err := a.client.Homes(ctx)
	if err != nil {
		return client.Home{}, err
	}
	if a.home == "" && len(homes) != 1 {
		return client.Home{}, fmt.Errorf("%w: you have %d homes; say which with --home", errUsage, len(homes))
	}
	return one(homes, a.home, "home", func(h client.Home) (string, string) { return h.ID, h.Name })
}

// appliance finds the device that is meant.
func (a *asked) appliance(ctx context.Context, home, which string) (client.Device, error) {
	devices, err := a.client.Devices(ctx, home)
	if err != nil {
		return client.Device{}, err
	}
	return one(devices, which, "device", func(d client.Device) (string, string) { return d.ID, d.Name })
}

// one finds the thing with an id or a name, whose case does not matter; any where
// none is said.
func one[T any](things []T, which, what string, names func(T) (id, name string)) (T, error) {
	var found []T
	for _, thing := range things {
		id, name := names(thing)
		if which == "" || id == which || strings.EqualFold(name, which) {
			found = append(found, thing)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var none T
	return none, fmt.Errorf("%w: %d of your %ss are called %q", errUsage, len(found), what, which)
}

// row is a device as list shows it.
type row struct {
	client.Device

	Values    map[string]json.RawMessage `json:"values"`
	Available *bool                      `json:"available"` // null: nobody knows
}

func list(ctx context.Context, a *asked) (int, error) {
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	devices, err := a.client.Devices(ctx, home.ID)
	if err != nil {
		return 0, err
	}
	twins, err := a.client.Twins(ctx, home.ID)
	if err != nil {
		return 0, err
	}
	rows := make([]row, 0, len(devices))
	for _, d := range devices {
		rows = append(rows, row{Device: d, Values: map[string]json.RawMessage{}})
		at := slices.IndexFunc(twins, func(t client.Twin) bool { return t.Device == d.ID })
		if at < 0 {
			continue
		}
		last := &rows[len(rows)-1]
		if twins[at].Available != nil {
			last.Available = &twins[at].Available.Is
		}
		for name, p := range twins[at].Properties {
			if p.Reported != nil {
				last.Values[name] = p.Reported.Value
			}
		}
	}
	return exitOK, a.print(rows, func(w *tabwriter.Writer) {
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Name, r.Kind, r.values(), r.ID)
		}
	})
}

func (r row) values() string {
	parts := make([]string, 0, len(r.Values))
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		parts = append(parts, name+"="+string(r.Values[name]))
	}
	if r.Available != nil && !*r.Available {
		parts = append(parts, "(away)")
	}
	return strings.Join(parts, " ")
}

func watch(ctx context.Context, a *asked) (int, error) {
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	options := client.FollowOptions{}
	if a.after >= 0 {
		options.After = &a.after
	}
	if a.types != "" {
		options.Types = strings.Split(a.types, ",")
	}
	names := map[string]string{home.ID: home.Name}
	devices, err := a.client.Devices(ctx, home.ID)
	if err != nil {
		return 0, err
	}
	for _, d := range devices {
		names[d.ID] = d.Name
	}
	if a.device != "" {
		d, err := one(devices, a.device, "device", func(d client.Device) (string, string) { return d.ID, d.Name })
		if err != nil {
			return 0, err
		}
		options.Devices = []string{d.ID}
	}
	for news, err := range a.client.Follow(ctx, home.ID, options) {
		if err != nil {
			return 0, err
		}
		for _, d := range news.Devices {
			names[d.ID] = d.Name
		}
		for _, ev := range news.Events {
			if err := a.event(ev, names); err != nil {
				return 0, err
			}
		}
	}
	return exitOK, ctx.Err()
}

// event prints one line.
func (a *asked) event(ev client.Event, names map[string]string) error {
	return a.print(ev, func(w *tabwriter.Writer) {
		name := names[ev.Entity]
		if name == "" {
			name = ev.Entity
		}
		who := ev.Actor.Kind
		if ev.Actor.Name != nil {
			who = *ev.Actor.Name
		}
		fmt.Fprintf(w, "%d  %s  %s  %s  %s  %s\n", ev.Seq, ev.RecordedAt.Local().Format("2006-01-02 15:04:05"), ev.Type, name, who, ev.Data)
	})
}

func history(ctx context.Context, a *asked) (int, error) {
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	devices, err := a.client.Devices(ctx, home.ID)
	if err != nil {
		return 0, err
	}
	names := map[string]string{home.ID: home.Name}
	for _, d := range devices {
		names[d.ID] = d.Name
	}
	entity := ""
	if len(a.args) > 0 {
		d, err := one(devices, a.args[0], "device", func(d client.Device) (string, string) { return d.ID, d.Name })
		if err != nil {
			return 0, err
		}
		entity = d.ID
	}
	events, err := a.client.Newest(ctx, home.ID, entity, a.limit)
	if err != nil {
		return 0, err
	}
	for _, ev := range events {
		if err := a.event(ev, names); err != nil {
			return 0, err
		}
	}
	return exitOK, nil
}

func why(ctx context.Context, a *asked) (int, error) {
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	var links []client.Link
	switch len(a.args) {
	case 1:
		seq, err := strconv.ParseInt(a.args[0], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%w: an event is a number", errUsage)
		}
		if links, err = a.client.Why(ctx, home.ID, seq); err != nil {
			return 0, err
		}
	case 2:
		d, err := a.appliance(ctx, home.ID, a.args[0])
		if err != nil {
			return 0, err
		}
		if links, err = a.client.WhyIs(ctx, home.ID, d.ID, a.args[1]); err != nil {
			return 0, err
		}
	default:
		return 0, fmt.Errorf("%w: an event, or a device and one of its properties", errUsage)
	}
	if a.json {
		return exitOK, a.print(links, nil)
	}
	return exitOK, errors.Join(apply(links, func(l client.Link) error { return a.event(l.Event, nil) })...)
}

func apply[T any](things []T, do func(T) error) []error {
	errs := make([]error, 0, len(things))
	for _, thing := range things {
		errs = append(errs, do(thing))
	}
	return errs
}

func rules(ctx context.Context, a *asked) (int, error) {
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	all, err := a.client.Rules(ctx, home.ID)
	if err != nil {
		return 0, err
	}
	return exitOK, a.print(all, func(w *tabwriter.Writer) {
		for _, r := range all {
			state := "on"
			switch {
			case r.Stopped:
				state = "stopped: it went round in a circle"
			case !r.Enabled:
				state = "off"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, state, r.ID)
		}
	})
}
