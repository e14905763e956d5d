package audit

import (
	_ "embed"
	"sync"

	"github.com/go-json-experiment/json"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Language is a tongue in which deeds can be told, as in RFC 5646.
type Language string

// The languages.
const (
	English Language = "en"
	German  Language = "de"
)

// Languages returns all of them, first the one for whoever speaks none.
func Languages() []Language { return []Language{English, German} }

// Spoken returns the language that whoever accepts these reads best (RFC 9110,
// section 12.5.4). What cannot be read as such a list is taken for nothing.
func Spoken(accept string) Language {
	tags := make([]language.Tag, 0, len(Languages()))
	for _, l := range Languages() {
		tags = append(tags, language.Make(string(l)))
	}
	_, i := language.MatchStrings(language.NewMatcher(tags), accept)
	return Languages()[i]
}

// germanWords holds the German of every sentence and every word. Nouns stand without
// an article: the same noun is what does something here and what is done to there.
//
//go:embed de.json
var germanWords []byte

func german() (words map[string]string) {
	if err := json.Unmarshal(germanWords, &words); err != nil {
		panic(err) // built in, and read by a test
	}
	return words
}

// meanings are the words of all languages.
//
//nolint:gochecknoglobals // a table that is made once and never changes
var meanings = sync.OnceValue(func() catalog.Catalog {
	words := catalog.NewBuilder(catalog.Fallback(language.English))
	for key, meaning := range german() {
		if err := words.SetString(language.German, key, meaning); err != nil {
			panic(err) // a message that is a plain text is always taken
		}
	}
	return words
})

// printer returns what puts words of the language together.
func (l Language) printer() *message.Printer {
	return message.NewPrinter(language.Make(string(l)), message.Catalog(meanings()))
}
