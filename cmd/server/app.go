package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"logis/access"
	"logis/domain"
)

// manageApps registers an app of whoever runs the server, lists them, or removes one.
func manageApps(ctx context.Context, t terminal, args []string) (int, error) {
	var app access.App
	var redirects, remove string
	c, _, err := readConfig(t, "app", args, func(flags *flag.FlagSet, _ *config) {
		flags.StringVar(&app.Name, "name", "", "register an app that people are told is called so")
		flags.StringVar(&redirects, "redirects", "", "where its people may be sent back, separated by spaces")
		flags.BoolVar(&app.Public, "public", false, "it runs where no secret can be kept, as on a phone")
		flags.BoolVar(&app.Assistant, "assistant", false, "it is a voice assistant that speaks OAuth 2.0 only: without PKCE, and its refresh token stays")
		flags.StringVar(&remove, "remove", "", "remove the app of this id; what people allowed it ends")
	})
	if err != nil {
		return 0, err
	}
	app.Redirects = strings.Fields(redirects)
	return withRooms(ctx, t, c, func(r *rooms) (int, error) {
		switch {
		case remove != "":
			return exitOK, removeApp(ctx, r, remove)
		case app.Name != "":
			return exitOK, registerApp(ctx, t, r, app)
		}
		return exitOK, listApps(ctx, t, r)
	})
}

func registerApp(ctx context.Context, t terminal, r *rooms, app access.App) error {
	secret, made, err := r.access.NewApp(ctx, access.Principal{}, app)
	var refused *domain.Error
	if errors.As(err, &refused) && refused.Code == domain.Invalid {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, "client_id    ", made.ID)
	if secret != "" {
		fmt.Fprintln(t.out, "client_secret", secret, "(shown only now)")
	}
	return nil
}

func removeApp(ctx context.Context, r *rooms, text string) error {
	id, err := domain.ParseID[domain.EntityKind](text)
	if err != nil {
		return fmt.Errorf("%w: app %q: %w", errUsage, text, err)
	}
	return r.access.RemoveApp(ctx, access.Principal{}, id)
}

func listApps(ctx context.Context, t terminal, r *rooms) error {
	apps, err := r.access.Apps(ctx, access.Principal{})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 3, ' ', 0)
	for _, app := range apps {
		fmt.Fprintf(table, "%s\t%s\t%s\n", app.ID, app.Name, strings.Join(app.Redirects, " "))
	}
	return table.Flush()
}
