package main

import (
	"context"
	"fmt"
	"strings"
)

// completion prints a script for a shell: the commands, and for the first argument
// of those that take one the names of the devices.
func completion(_ context.Context, a *asked) (int, error) {
	if len(a.args) != 1 {
		return 0, fmt.Errorf("%w: bash, zsh or fish", errUsage)
	}
	names := make([]string, 0, len(subcommands()))
	for _, c := range subcommands() {
		names = append(names, c.name)
	}
	words := strings.Join(names, " ")
	switch a.args[0] {
	case "bash":
		fmt.Fprintf(a.out, bashScript, words)
	case "zsh":
		fmt.Fprintf(a.out, "#compdef logis\nautoload -U +X bashcompinit && bashcompinit\n"+bashScript, words)
	case "fish":
		fmt.Fprintf(a.out, "complete -c logis -f\ncomplete -c logis -n __fish_use_subcommand -a %q\n", words)
		for _, c := range subcommands() {
			fmt.Fprintf(a.out, "complete -c logis -n __fish_use_subcommand -a %s -d %q\n", c.name, c.summary)
		}
		fmt.Fprintln(a.out, "complete -c logis -n 'not __fish_use_subcommand' -l json -l home -l help")
	default:
		return 0, fmt.Errorf("%w: bash, zsh or fish", errUsage)
	}
	return exitOK, nil
}

const bashScript = `_logis() {
  local word=${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "%s help" -- "$word"))
  else
    COMPREPLY=($(compgen -W "--json --home --help" -- "$word"))
  fi
}
complete -F _logis logis
`
