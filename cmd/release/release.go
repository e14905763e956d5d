package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"logis/edge/release"
)

// defaultGood is how long gateways may install from a document. Then it is made
// anew, with a higher number: whoever is shown old files for ever notices.
const defaultGood = 90

func makeRelease(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("make", flag.ContinueOnError)
	d := release.Document{Product: release.Product, Artifacts: map[string]release.Artifact{}}
	flags.StringVar(&d.Version, "version", "", "semantic version of the programs")
	flags.StringVar(&d.Floor, "floor", "0.0.0", "lowest version that may still be installed by who saw this")
	flags.Int64Var(&d.Number, "number", 0, "of the document, higher than all before; 0: the time it is released, in seconds")
	at := flags.Int64("at", 0, "when it is released, in seconds since 1970; 0: now")
	days := flags.Int("days", defaultGood, "how long it may be installed")
	if err := read(flags, args, 1, 1); err != nil {
		return err
	}
	d.ReleasedAt = time.Unix(*at, 0).UTC()
	if *at == 0 {
		d.ReleasedAt = time.Now().UTC().Truncate(time.Second)
	}
	d.ExpiresAt = d.ReleasedAt.AddDate(0, 0, *days)
	if d.Number == 0 {
		d.Number = d.ReleasedAt.Unix()
	}
	folder := flags.Arg(0)
	if err := addArtifacts(&d, folder); err != nil {
		return err
	}
	envelope, err := release.Seal(d)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: version %s, number %d, floor %s, until %s\n", release.FileName, d.Version, d.Number, d.Floor, d.ExpiresAt.Format(time.DateOnly))
	return writeEnvelope(folder, envelope)
}

// addArtifacts names every program of a version in a folder, as dist calls them.
func addArtifacts(d *release.Document, folder string) error {
	begin := release.Product + "_" + d.Version + "_"
	files, err := filepath.Glob(filepath.Join(folder, begin+"*"))
	if err != nil {
		return err
	}
	for _, path := range files {
		name := filepath.Base(path)
		system, arch, found := strings.Cut(strings.TrimPrefix(name, begin), "_")
		if !found || strings.Contains(arch, ".") {
			continue // a package, or what tells of a program
		}
		artifact, err := release.Describe(path)
		if err != nil {
			return err
		}
		d.Artifacts[system+"/"+arch] = artifact
	}
	if len(d.Artifacts) == 0 {
		return fmt.Errorf("there is no program %s… in %s", begin, folder)
	}
	return nil
}

func sign(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("sign", flag.ContinueOnError)
	path := flags.String("key", "", "file of the private key")
	if err := read(flags, args, 1, 1); err != nil {
		return err
	}
	key, err := release.ReadPrivateKey(*path)
	if err != nil {
		return err
	}
	folder := flags.Arg(0)
	text, err := os.ReadFile(filepath.Join(folder, release.FileName))
	if err != nil {
		return err
	}
	envelope, document, err := release.Open(text)
	if err != nil {
		return err
	}
	// Nobody signs what they did not look at.
	if err := checkArtifacts(document, folder); err != nil {
		return err
	}
	envelope.Sign(key)
	if err := writeEnvelope(folder, envelope); err != nil {
		return err
	}
	fmt.Fprintf(out, "version %s is signed by key %s; it has %d signatures\n", document.Version, key.Public().ID(), len(envelope.Signatures))
	return nil
}

func verify(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	path := flags.String("keys", "", "file of the set of keys")
	if err := read(flags, args, 1, 1); err != nil {
		return err
	}
	keys, err := release.ReadKeys(*path)
	if err != nil {
		return err
	}
	folder := flags.Arg(0)
	text, err := os.ReadFile(filepath.Join(folder, release.FileName))
	if err != nil {
		return err
	}
	document, err := release.Verify(text, keys)
	if err != nil {
		return err
	}
	if err := checkArtifacts(document, folder); err != nil {
		return err
	}
	if time.Now().After(document.ExpiresAt) {
		return fmt.Errorf("version %s has expired on %s", document.Version, document.ExpiresAt.Format(time.DateOnly))
	}
	fmt.Fprintf(out, "version %s is as it was signed, good until %s\n", document.Version, document.ExpiresAt.Format(time.DateOnly))
	return nil
}

// checkArtifacts compares the programs in a folder with what a document says.
func checkArtifacts(d release.Document, folder string) error {
	for platform, want := range d.Artifacts {
		got, err := release.Describe(filepath.Join(folder, want.File))
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s (%s) is not as the document says", want.File, platform)
		}
	}
	return nil
}

func writeEnvelope(folder string, e release.Envelope) error {
	slices.SortFunc(e.Signatures, func(a, b release.Signature) int { return strings.Compare(a.KeyID, b.KeyID) })
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(folder, release.FileName)
	if err := os.WriteFile(path+".new", append(text, '\n'), public); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
