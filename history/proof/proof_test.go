package proof_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
	"logis/history/proof"
)

func TestEveryHeadIsSignedInBothPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.lived(t, 51, 1, 10)
	if _, err := b.sealer.Prove(t.Context(), domain.HomeID{1}); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a home that was never signed: %v", err)
	}
	want := map[domain.HomeID][]eventstore.Head{}
	note := func(home domain.HomeID) {
		head := b.head(t, home)
		want[home] = append(want[home], eventstore.Head{Seq: head.Seq, Hash: head.Hash})
	}
	note(first.Home)
	second := b.lived(t, 52, 1, 10)
	note(second.Home)
	for n := range 20 {
		w := first
		if n%3 == 0 {
			w = second
			b.restart()
		}
		b.write(t, w, 1)
		b.seal(t)
		b.seal(t) // nothing is new
		note(w.Home)
	}
	witness := b.witness(t)
	for home, heads := range want {
		if diff := cmp.Diff(heads, witness.Heads(home)); diff != "" {
			t.Errorf("signed of a home:\n%s", diff)
		}
		p, err := b.sealer.Prove(t.Context(), home)
		if err != nil || p.Broken != "" || p.Seq != b.head(t, home).Seq || p.Checkpoint != witness.Checkpoint {
			t.Errorf("%+v %v", p, err)
		}
	}
	if witness.Size != 22 || b.told.Len() > 0 {
		t.Errorf("%d leaves; told: %s", witness.Size, b.told.String())
	}
	// A second place that is new gets everything, with the newest signature.
	b.dir = t.TempDir()
	b.restart()
	b.seal(t)
	if again := b.witness(t); !cmp.Equal(again.Checkpoint, witness.Checkpoint) || !cmp.Equal(again.Heads(first.Home), want[first.Home]) {
		t.Errorf("%+v, want %+v", again.Checkpoint, witness.Checkpoint)
	}
}

func TestARewrittenHistoryIsToldAndNeverSigned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 53, 2, 10)
	signed := b.head(t, w.Home)
	b.superuser(t, `UPDATE events SET hash = sha256(hash) WHERE home_id = $1 AND seq = $2`, [16]byte(w.Home), int64(signed.Seq))
	b.superuser(t, `UPDATE home_heads SET hash = sha256(hash) WHERE home_id = $1`, [16]byte(w.Home))
	other := b.lived(t, 54, 1, 10) // is signed all the same
	if !strings.Contains(b.told.String(), w.Home.String()) {
		t.Errorf("told: %s", b.told.String())
	}
	witness := b.witness(t)
	if heads := witness.Heads(w.Home); len(heads) != 2 || heads[1].Hash != signed.Hash || len(witness.Heads(other.Home)) != 1 {
		t.Errorf("signed: %v", heads)
	}
	p, err := b.sealer.Prove(t.Context(), w.Home)
	if err != nil || p.Broken == "" {
		t.Errorf("%+v %v", p, err)
	}
	if p, err = b.sealer.Prove(t.Context(), other.Home); err != nil || p.Broken != "" {
		t.Errorf("%+v %v", p, err)
	}
	v, err := eventstore.Verify(t.Context(), b.store.Pool(), w.Home, witness.Heads(w.Home)...)
	if err != nil || v.Bad != signed.Seq {
		t.Errorf("%+v %v", v, err)
	}
}

func TestCheckpointsThatWereChangedInTheDatabaseShow(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a leaf":      `UPDATE checkpoint_heads SET hash = sha256(hash) WHERE leaf = (SELECT max(leaf) FROM checkpoint_heads)`,
		"a tree hash": `UPDATE checkpoint_hashes SET hash = sha256(hash)`,
		"a hole":      `DELETE FROM checkpoint_hashes`,
		"a note":      `UPDATE checkpoints SET note = replace(note, 'time 2026', 'time 2025')`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			w := b.lived(t, 55, 4, 5)
			b.superuser(t, sql)
			if p, err := b.sealer.Prove(t.Context(), w.Home); err != nil || p.Broken == "" {
				t.Errorf("%+v %v", p, err)
			}
		})
	}
}

func TestADatabaseThatWasSetBackIsNotSignedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 56, 3, 5)
	before := b.witness(t)
	b.superuser(t, `DELETE FROM checkpoint_heads WHERE leaf = 2`)
	b.superuser(t, `DELETE FROM checkpoints WHERE size = 3`)
	b.superuser(t, `DELETE FROM checkpoint_hashes WHERE index >= 3`)
	b.write(t, w, 5)
	if err := b.sealer.Seal(t.Context()); err == nil {
		t.Error("another tree was signed with the same key")
	}
	if after := b.witness(t); after.Checkpoint != before.Checkpoint {
		t.Error("the second place was written on")
	}
}

func TestACrashWhileWritingTheSecondPlaceIsMended(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 57, 2, 5)
	whole, err := os.ReadFile(evidence.LogPath(b.dir))
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, w, 5)
	b.seal(t)
	longer, err := os.ReadFile(evidence.LogPath(b.dir))
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(whole); cut < len(longer); cut += 7 {
		if err := os.WriteFile(evidence.LogPath(b.dir), longer[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		b.restart()
		b.seal(t)
		if got, err := os.ReadFile(evidence.LogPath(b.dir)); err != nil || !bytes.Equal(got, longer) {
			t.Fatalf("cut at %d of %d: %v\n%s", cut, len(longer), err, got)
		}
	}
}

func TestEveryChangedByteOfTheSecondPlaceShows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 58, 3, 5)
	whole, err := os.ReadFile(evidence.LogPath(b.dir))
	if err != nil {
		t.Fatal(err)
	}
	want := b.witness(t).Heads(w.Home)
	path := filepath.Join(t.TempDir(), "changed")
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		// The last letter of a signature has bits that mean nothing.
		if got, err := evidence.ReadFile(path, b.known); err == nil && !cmp.Equal(got.Heads(w.Home), want) {
			t.Errorf("byte %d: nothing is noticed", i)
		}
	}
	other, err := proof.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	strangers, err := other.Verifiers()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.ReadFile(evidence.LogPath(b.dir), strangers); err == nil {
		t.Error("another key fits")
	}
}

func TestTheKeyIsMadeOnceAndKeptPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	made, err := proof.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := proof.OpenKey(dir)
	if err != nil || again.Public() != made.Public() {
		t.Errorf("%q, want %q (%v)", again.Public(), made.Public(), err)
	}
	path := filepath.Join(dir, "checkpoints.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if _, err := evidence.ReadPublic(filepath.Join(dir, proof.PublicFile)); err != nil {
		t.Error(err)
	}
	if _, err := evidence.ReadPublic(path); err == nil {
		t.Error("the secret is taken for a public key")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := proof.OpenKey(dir); err == nil {
		t.Error("a key that others may read is used")
	}
}

func TestOneServerSignsWhileOthersWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 59, 1, 5)
	errs := make(chan error)
	for range 4 {
		sealer := proof.NewSealer(b.store, b.key, t.TempDir(), nil)
		go func() {
			var err error
			for range 10 {
				err = errors.Join(err, sealer.Seal(context.WithoutCancel(t.Context())))
			}
			errs <- err
		}()
	}
	for range 10 {
		b.write(t, w, 1)
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	b.restart()
	b.seal(t)
	if heads := b.witness(t).Heads(w.Home); heads[len(heads)-1].Seq != b.head(t, w.Home).Seq {
		t.Errorf("signed: %v", heads)
	}
}

func TestOfManySignedHeadsTheNewestIsAlwaysHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 60, 150, 1)
	heads := b.witness(t).Heads(w.Home)
	if newest := heads[len(heads)-1]; len(heads) > 64 || len(heads) < 32 || newest.Seq != b.head(t, w.Home).Seq {
		t.Errorf("%d heads are held, the newest is %+v", len(heads), newest)
	}
	for i := range heads[1:] {
		if heads[i].Seq >= heads[i+1].Seq {
			t.Errorf("event %d stands before event %d", heads[i].Seq, heads[i+1].Seq)
		}
	}
}
