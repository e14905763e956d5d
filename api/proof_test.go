package api

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// An app that knows the public key needs to believe nothing of the answer.
func TestAProofCanBeCheckedByAnybody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	var p Proof
	h.owner.ask("GET", h.path+"/proof", "").want(200).into(&p)
	if p.Signed.value != nil || p.Head.Seq != h.head() {
		t.Fatalf("%+v", p)
	}
	b.person("Eve").house("Other")
	if err := b.sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	signed := h.head()
	h.turn(lamp, true)
	h.owner.ask("GET", h.path+"/proof", "").want(200).into(&p)
	s := p.Signed.value
	if s == nil || s.Seq != signed || !s.Sound || s.Broken != nil || p.Head.Seq != signed+1 {
		t.Fatalf("%+v", p)
	}
	verifier, err := note.NewVerifier(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open([]byte(s.Note), note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(opened.Text, "\n")
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		t.Fatal(err)
	}
	var path tlog.RecordProof
	for _, text := range s.Path {
		hash, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		path = append(path, tlog.Hash(hash))
	}
	leaf := tlog.RecordHash(fmt.Appendf(nil, "logis head v1 %d %s %d %s", s.Leaf, h.id, s.Seq, s.Hash))
	if err := tlog.CheckRecord(path, 2, root, s.Leaf, leaf); err != nil {
		t.Error(err)
	}
}
