package main

import (
	"context"
	"fmt"
	"strings"

	"logis/edge/local"
)

const aboutLocal = `Show and change who may control the home without the cloud: clients lists them,
add <name> pairs one and prints its token, remove <id or name> ends a pairing.
It works on the agent's folder, whether the agent runs or not.`

// localClients shows and changes who may come in on the local network.
func localClients(_ context.Context, t terminal, args []string) (int, error) {
	var words []string
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		words, args = append(words, args[0]), args[1:]
	}
	var data string
	flags := newFlags(t, "local clients | add <name> | remove <id or name>", aboutLocal, &data)
	opens := flags.Bool("opens", false, "the client may also open locks and doors; with add")
	if err := readFlags(t, flags, args); err != nil {
		return exitUsage, err
	}
	if err := becomeOwner(data); err != nil {
		return exitFailed, err
	}
	switch {
	case len(words) == 1 && words[0] == "clients":
		return exitOK, listClients(t, data)
	case len(words) == 2 && words[0] == "add":
		client, token, err := local.AddClient(data, words[1], *opens)
		if err == nil {
			fmt.Fprintf(t.out, "%s is paired as %s; its token, which is shown only now:\n%s\n", client.Name, client.ID, token)
		}
		return exitOK, err
	case len(words) == 2 && words[0] == "remove":
		return exitOK, local.RemoveClient(data, words[1])
	}
	return exitUsage, fmt.Errorf("%w: want clients, add <name>, or remove <id or name>", errUsage)
}

func listClients(t terminal, data string) error {
	all, err := local.Clients(data)
	if err != nil {
		return err
	}
	for _, c := range all {
		opens := "may not open"
		if c.Opens {
			opens = "may open"
		}
		fmt.Fprintf(t.out, "%s  %-12s  %-25s  %s\n", c.ID, opens, c.Since, c.Name)
	}
	return nil
}
