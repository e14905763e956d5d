package main

import (
	"context"
	"flag"
	"fmt"
	"net"

	"logis/domain"
)

// ownerName is what the first person is called until they say otherwise.
const ownerName = "Owner"

// printLink prints a one-time link for the owner, or for a person.
func printLink(ctx context.Context, t terminal, args []string) (int, error) {
	var id string
	c, _, err := readConfig(t, "link", args, func(flags *flag.FlagSet, c *config) {
		addrFlag(flags, c)
		flags.StringVar(&id, "person", "", "whom it signs in; without it the owner")
	})
	if err != nil {
		return 0, err
	}
	return withRooms(ctx, t, c, func(r *rooms) (int, error) {
		person, _, err := r.access.FirstOwner(ctx, ownerName)
		if err != nil {
			return 0, err
		}
		if id != "" {
			if person, err = domain.ParseID[domain.PersonKind](id); err != nil {
				return 0, fmt.Errorf("%w: person %q: %w", errUsage, id, err)
			}
		}
		link, err := personLink(ctx, r, c.addr, person)
		if err == nil {
			fmt.Fprintln(t.out, link)
		}
		return exitOK, err
	})
}

// personLink makes the URL that signs a person in once. The token stands behind
// the #, which browsers never send, so it reaches no log.
func personLink(ctx context.Context, r *rooms, addr string, person domain.PersonID) (string, error) {
	token, err := r.access.NewLink(ctx, person)
	if err != nil {
		return "", err
	}
	return baseURL(addr) + "/enter#" + token, nil
}

// baseURL is how a browser on this machine reaches the server. The name
// localhost matters: browsers keep secure cookies for it without TLS.
func baseURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && (ip.IsLoopback() || ip.IsUnspecified())) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
