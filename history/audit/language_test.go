package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// said are the words that the sources of this package say: what stands in a call of
// sayf, and the names of things that are given to those who put an article before them.
func said(t *testing.T) []string {
	t.Helper()
	var all []string
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			at, says := map[string]int{"sayf": 0, "word": 0, "this": 0, "part": 1}[nameOf(f, ok)]
			if !says || at >= len(call.Args) {
				return true
			}
			if text, ok := call.Args[at].(*ast.BasicLit); ok {
				word, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, word)
			}
			return true
		})
	}
	return all
}

func nameOf(f *ast.SelectorExpr, ok bool) string {
	if !ok {
		return ""
	}
	return f.Sel.Name
}

// named are words that stand in tables of this package and of the domain.
func named() []string {
	var all []string
	for _, words := range doorWords() {
		all = append(all, words)
		if after, ok := strings.CutPrefix(words, "signed in"); ok {
			all = append(all, "signing in"+after)
		}
	}
	for _, words := range wantedWords() {
		all = append(all, words)
	}
	for _, words := range actionWords() {
		all = append(all, words)
	}
	for _, role := range domain.Roles() {
		all = append(all, string(role))
	}
	return append(all, string(domain.ModeHome), string(domain.ModeAway), string(domain.ModeNight))
}

// modelled are the words of the models that are built in, as sentences use them.
func modelled(t *testing.T) []string {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, model := range catalog.Kinds() {
		all = append(all, model.Title)
		for name, property := range model.Properties {
			if property.ReadOnly {
				continue
			}
			all = append(all, titleOf(model, name))
			for _, value := range property.Enum {
				if text, ok := value.Str(); ok {
					all = append(all, spaced(text))
				}
			}
		}
		for name, action := range model.Actions {
			if _, ok := actionWords()[name]; !ok {
				all = append(all, strings.ToLower(action.Title))
			}
		}
	}
	return all
}

func TestEveryWordHasItsGermanAndNoneIsLeftOver(t *testing.T) {
	t.Parallel()
	words, wanted := german(), slices.Concat(said(t), named(), modelled(t))
	if len(wanted) < 150 {
		t.Fatalf("only %d words were found", len(wanted))
	}
	for _, word := range wanted {
		meaning, there := words[word]
		if !there {
			t.Errorf("no German for %q", word)
		}
		if strings.Count(word, "%") != strings.Count(meaning, "%") || strings.Count(word, "%d") != strings.Count(meaning, "%d") {
			t.Errorf("%q has other parts than %q", meaning, word)
		}
	}
	for word := range words {
		if !slices.Contains(wanted, word) {
			t.Errorf("nobody says %q", word)
		}
	}
}

func TestADeedIsToldInTheLanguageThatIsAsked(t *testing.T) {
	t.Parallel()
	for language, want := range map[Language][2]string{
		English: {"Ada asked a device that is gone to set colour mode to 60", "Ada was refused: signing in by password"},
		German:  {"Ada hat ein Gerät, das es nicht mehr gibt aufgefordert: colour mode auf 60 stellen", "Ada wurde abgewiesen: Anmeldung mit Passwort"},
	} {
		teller := teller{Printer: language.printer(), home: &domain.Home{}}
		asked := teller.sayf("%s asked %s to %s", "Ada", teller.device(domain.DeviceID{1}),
			teller.wish(domain.DeviceID{1}, domain.CommandRequested{Set: map[string]thing.Value{"colourMode": "60"}}))
		refused := teller.sayf("%s was refused: %s", "Ada", teller.word("signing in by password"))
		if got := [2]string{asked, refused}; got != want {
			t.Errorf("%s: %q, not %q", language, got, want)
		}
	}
}

func TestTheLanguageIsTheOneThatIsReadBest(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]Language{
		"": English, "de": German, "de-AT,de;q=0.9,en;q=0.8": German, "en-GB,de;q=0.5": English, "fr": English,
		"fr,de;q=0.3": German, "*": English, ";;;q=x": English, strings.Repeat("x", 4096): English,
	} {
		if got := Spoken(accept); got != want {
			t.Errorf("%q is read as %s, not %s", accept, got, want)
		}
	}
}
