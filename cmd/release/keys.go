package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"logis/edge/release"
)

// Modes of the files.
const (
	secret = 0o600
	public = 0o644
)

// maxHolders bounds the keys given for a set; the set itself has its own bound.
const maxHolders = 8

func makeKey(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("key", flag.ContinueOnError)
	holder := flags.String("holder", "", "who keeps it, for people")
	if err := read(flags, args, 1, 1); err != nil {
		return err
	}
	key := release.NewPrivateKey(*holder)
	if err := writeNew(flags.Arg(0), key, secret); err != nil {
		return err
	}
	if err := writeNew(flags.Arg(0)+".pub", key.Public(), public); err != nil {
		return err
	}
	fmt.Fprintf(out, "key %s\n", key.Public().ID())
	return nil
}

func makeKeySet(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("keys", flag.ContinueOnError)
	set := release.KeySet{}
	flags.IntVar(&set.Threshold, "threshold", release.MinThreshold, "how many of them must sign")
	if err := read(flags, args, 1+release.MinThreshold, 1+maxHolders); err != nil {
		return err
	}
	for _, path := range flags.Args()[1:] {
		key, err := release.ReadPublicKey(path)
		if err != nil {
			return err
		}
		set.Keys = append(set.Keys, key)
	}
	if err := set.Check(); err != nil {
		return err
	}
	if err := writeNew(flags.Arg(0), set, public); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d of %d keys must sign\n", set.Threshold, len(set.Keys))
	return nil
}

// writeNew writes a file that must not be there yet: no key is ever overwritten.
func writeNew(path string, value any, mode os.FileMode) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
