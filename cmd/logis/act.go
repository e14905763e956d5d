package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"logis/client"
)

func login(ctx context.Context, a *asked) (int, error) {
	if len(a.args) != 1 {
		return 0, fmt.Errorf("%w: the link that logis-server link prints", errUsage)
	}
	if url, _, ok := strings.Cut(a.args[0], "/enter#"); ok {
		a.config.URL = url
	}
	secret, err := client.New(a.config.URL, "").SignIn(ctx, a.args[0])
	if err != nil {
		return 0, err
	}
	a.config.Secret = secret
	if err := a.config.save(); err != nil {
		return 0, err
	}
	return exitOK, a.print(map[string]string{"url": a.config.URL, "config": a.config.path}, func(w *tabwriter.Writer) {
		fmt.Fprintf(w, "Signed in at %s; remembered in %s.\n", a.config.URL, a.config.path)
	})
}

func set(ctx context.Context, a *asked) (int, error) {
	if len(a.args) < 2 {
		return 0, fmt.Errorf("%w: a device, and name=value or an action", errUsage)
	}
	order, err := orderOf(a.args[1:])
	if err != nil {
		return 0, err
	}
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	device, err := a.appliance(ctx, home.ID, a.args[0])
	if err != nil {
		return 0, err
	}
	c, err := a.client.Ask(ctx, home.ID, device.ID, client.NewKey(), order)
	if err != nil {
		return 0, err
	}
	code := exitOK
	if a.wait {
		if c, err = a.await(ctx, home.ID, c); err != nil {
			return 0, err
		}
		if c.Status != "succeeded" {
			code = exitUndone
		}
	}
	return code, a.print(c, func(w *tabwriter.Writer) {
		reason := ""
		if c.Reason != nil {
			reason = ": " + *c.Reason
		}
		fmt.Fprintf(w, "%s: %s%s\n", device.Name, c.Status, reason)
	})
}

// orderOf reads name=value pairs, or the name of an action. A value is JSON, or the
// text itself.
func orderOf(words []string) (client.Order, error) {
	if len(words) == 1 && !strings.Contains(words[0], "=") {
		return client.Order{Action: words[0]}, nil
	}
	order := client.Order{Set: map[string]any{}}
	for _, word := range words {
		name, text, ok := strings.Cut(word, "=")
		if !ok {
			return order, fmt.Errorf("%w: %q is no name=value", errUsage, word)
		}
		var value any = json.RawMessage(text)
		if !json.Valid([]byte(text)) {
			value = text
		}
		order.Set[name] = value
	}
	return order, nil
}

// await follows the device, from where the command was asked for, until the command has ended.
func (a *asked) await(ctx context.Context, home string, c client.Command) (client.Command, error) {
	options := client.FollowOptions{After: &c.Requested.Seq, Devices: []string{c.Device}}
	for news, err := range a.client.Follow(ctx, home, options) {
		if err != nil {
			return c, err
		}
		for _, told := range news.Commands {
			if told.ID == c.ID && told.Final() {
				return told, nil
			}
		}
	}
	return c, ctx.Err()
}

func tokens(ctx context.Context, a *asked) (int, error) {
	switch {
	case len(a.args) == 0:
		all, err := a.client.Tokens(ctx)
		if err != nil {
			return 0, err
		}
		return exitOK, a.print(all, func(w *tabwriter.Writer) {
			for _, t := range all {
				fmt.Fprintf(w, "%s\t%s\tuntil %s\t%s\n", t.Name, strings.Join(t.Actions, " "), t.ExpiresAt.Local().Format("2006-01-02"), t.ID)
			}
		})
	case a.args[0] == "make" && len(a.args) == 2:
		return a.makeToken(ctx)
	case a.args[0] == "end" && len(a.args) == 2:
		return exitOK, a.client.EndToken(ctx, a.args[1])
	}
	return 0, fmt.Errorf("%w: nothing, make NAME or end ID", errUsage)
}

func (a *asked) makeToken(ctx context.Context) (int, error) {
	home, err := a.house(ctx)
	if err != nil {
		return 0, err
	}
	in := client.TokenRequest{Name: a.args[1], Home: home.ID, Actions: strings.Split(a.actions, ","), Days: a.days}
	if a.classes != "" {
		in.Classes = strings.Split(a.classes, ",")
	}
	secret, err := a.client.MakeToken(ctx, in)
	if err != nil {
		return 0, err
	}
	return exitOK, a.print(map[string]string{"secret": secret}, func(w *tabwriter.Writer) { fmt.Fprintln(w, secret) })
}
