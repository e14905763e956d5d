package domain_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"logis/domain"
)

func TestAClaimIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c domain.Claim
		copy(c.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		copy(c.Secret[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "secret"))
		text := c.String()
		if len(text) != len("logis-claim-")+43 || strings.ContainsAny(text, " +/=\n") {
			t.Fatalf("written as %s", text)
		}
		if read, err := domain.ParseClaim("\t " + text + "\r\n"); err != nil || read != c {
			t.Fatalf("%s is read as %v (%v)", text, read, err)
		}
	})
}

func TestWhatIsNoClaimIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	good := domain.Claim{ID: [16]byte{1}, Secret: [16]byte{2}}.String()
	for _, text := range []string{
		"", "logis-claim-", good[:len(good)-1], good + "A", strings.TrimPrefix(good, "logis-claim-"), strings.ToUpper(good),
		good[:len(good)-1] + "B", // bits no claim has
		good[:len(good)-1] + "=", good[:20] + "+" + good[21:], good[:20] + "\n" + good[21:], good[:20] + "\n" + good[20:],
		"logis-claim-" + strings.Repeat("A", 1<<20), "\ufeff" + good, "logis-claim-" + strings.Repeat("é", 21) + "A",
	} {
		c, err := domain.ParseClaim(text)
		refusal := wantCode(t, err, domain.Invalid)
		if c != (domain.Claim{}) || refusal.Error() != "claim must be logis-claim- and 43 characters" {
			t.Errorf("%.60q is read as %v (%v)", text, c, err)
		}
	}
}

func FuzzParseClaim(f *testing.F) {
	good := domain.Claim{ID: [16]byte{1}, Secret: [16]byte{15: 0xff}}.String()
	for _, seed := range []string{good, good[1:], " " + good, good + "\n", good[:30], "logis-claim-" + strings.Repeat("-", 43)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := domain.ParseClaim(text)
		if err == nil && c.String() != strings.TrimSpace(text) {
			t.Errorf("%q is another form of %s", text, c)
		}
		if err != nil && c != (domain.Claim{}) {
			t.Errorf("%q left %v behind", text, c)
		}
	})
}
