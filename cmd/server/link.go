package main

import (
	"context"
	"fmt"
	"net"
)

// ownerName is what the first person is called until they say otherwise.
const ownerName = "Owner"

// printLink prints a one-time link for the owner.
func printLink(ctx context.Context, t terminal, args []string) (int, error) {
	c, _, err := readConfig(t, "link", args, addrFlag)
	if err != nil {
		return 0, err
	}
	return withRooms(ctx, t, c, func(r *rooms) (int, error) {
		link, err := ownerLink(ctx, r, c.addr)
		if err == nil {
			fmt.Fprintln(t.out, link)
		}
		return exitOK, err
	})
}

// ownerLink makes the URL that signs the owner in once. The token stands behind
// the #, which browsers never send, so it reaches no log.
func ownerLink(ctx context.Context, r *rooms, addr string) (string, error) {
	owner, _, err := r.access.FirstOwner(ctx, ownerName)
	if err != nil {
		return "", err
	}
	token, err := r.access.NewLink(ctx, owner)
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
