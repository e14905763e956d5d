package local

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
)

// Bounds of a body's contents.
const (
	maxDepth = 32  // of nested JSON
	maxField = 100 // bytes repeated of a name that the caller chose
)

// body is a JSON object whose members are read one by one, so that every fault is
// named at once.
type body struct {
	members map[string]jsontext.Value
	text    []byte
	faults  []domain.Fault
}

// readBody reads one plain JSON object, or refuses what is something else.
func readBody(w http.ResponseWriter, r *http.Request) (*body, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, ok := parameters["charset"]
	if err != nil || kind != "application/json" || (ok && !strings.EqualFold(charset, "utf-8")) ||
		len(r.Header.Values("Content-Type")) > 1 || r.Header.Get("Content-Encoding") != "" {
		return nil, refusal(http.StatusUnsupportedMediaType, domain.Invalid, "Content-Type must be application/json, without Content-Encoding")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refusal(http.StatusRequestEntityTooLarge, domain.Invalid, "the body must be at most 64 KiB long")
	case err != nil:
		return nil, refusal(http.StatusBadRequest, domain.Invalid, "the body did not arrive whole")
	}
	if why := checkJSON(text); why != "" {
		return nil, refusal(http.StatusBadRequest, domain.Invalid, "body "+why, domain.Fault{Field: "body", Message: why})
	}
	b := &body{text: text}
	if json.Unmarshal(text, &b.members) != nil || b.members == nil {
		return nil, domain.InvalidInput(domain.Fault{Field: "body", Message: "must be a JSON object"})
	}
	return b, nil
}

// checkJSON says what makes text something else than one plain JSON value.
func checkJSON(text []byte) string {
	decoder := jsontext.NewDecoder(bytes.NewReader(text))
	for ended := false; ; ended = decoder.StackDepth() == 0 {
		token, err := decoder.ReadToken()
		switch {
		case errors.Is(err, io.EOF) && decoder.InputOffset() > 0:
			return ""
		case errors.Is(err, jsontext.ErrDuplicateName):
			return "must have each member only once"
		case err != nil:
			return "must be one JSON value in UTF-8"
		case ended:
			return "must end after its JSON value"
		case decoder.StackDepth() > maxDepth:
			return "must not be nested deeper than " + strconv.Itoa(maxDepth)
		case token.Kind() == '"' && strings.ContainsRune(token.String(), 0):
			return "must not contain a zero character"
		}
	}
}

func (b *body) fault(field, message string) {
	b.faults = append(b.faults, domain.Fault{Field: field[:min(len(field), maxField)], Message: message})
}

// take reads a member into v, if it is there.
func (b *body) take(name, want string, v any) {
	text, ok := b.members[name]
	delete(b.members, name)
	if ok && json.Unmarshal(text, v) != nil {
		b.fault(name, want)
	}
}

// end names the members that nobody took.
func (b *body) end() {
	for _, name := range slices.Sorted(maps.Keys(b.members)) {
		b.fault(strings.ToValidUTF8(name, "?"), "is not known here (case matters)")
	}
}

// refused returns all faults as one error, nil if there are none.
func (b *body) refused() error {
	if len(b.faults) == 0 {
		return nil
	}
	return domain.InvalidInput(b.faults...)
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		problemOf(domain.Wrap(domain.Internal, "", err)).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}
