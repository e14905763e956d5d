package api

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
)

// checkJSON returns what makes text something else than one plain JSON value: a
// member twice, text that is no UTF-8, something after the value, too deep, a
// number that nobody can hold, a zero character. encoding/json lets all of these
// pass or repairs them silently; different parts of a system then see different
// requests.
func checkJSON(text []byte) []domain.Fault {
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		return []domain.Fault{{Field: "body", Message: "must not begin with a byte order mark"}}
	}
	var faults []domain.Fault
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text))
	for {
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) && decoder.InputOffset() > 0 {
			return faults
		}
		if err != nil {
			return append(faults, syntaxFault(err))
		}
		if decoder.StackDepth() > maxDepth {
			return append(faults, domain.Fault{Field: "body", Message: "must not be nested deeper than " + strconv.Itoa(maxDepth)})
		}
		if why := checkToken(token); why != "" && len(faults) < maxFaults {
			faults = append(faults, domain.Fault{Field: dotted(decoder.StackPointer()), Message: why})
		}
		if decoder.StackDepth() == 0 && decoder.UnreadBuffer() != nil {
			if rest := bytes.TrimLeft(decoder.UnreadBuffer(), " \t\r\n"); len(rest) > 0 {
				return append(faults, domain.Fault{Field: "body", Message: "must end after its JSON value"})
			}
		}
	}
}

// checkToken says in words what is wrong with a text or a number.
func checkToken(token jsontext.Token) string {
	switch token.Kind() {
	case '"':
		if strings.ContainsRune(token.String(), 0) {
			return "must not contain a zero character"
		}
	case '0':
		return checkNumber(token.String())
	}
	return ""
}

func checkNumber(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return "must be a number between -1e308 and 1e308"
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		if n, err := strconv.Atoi(exponent); err != nil || n < -maxExponent || n > maxExponent {
			return "must have an exponent from -308 to 308"
		}
	}
	return ""
}

// syntaxFault says where the text stops being JSON, without repeating it.
func syntaxFault(err error) domain.Fault {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return domain.Fault{Field: dotted(syntax.JSONPointer), Message: "must be there only once"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return domain.Fault{Field: "body", Message: "must be whole JSON: it ends too early"}
	case errors.As(err, &syntax):
		return domain.Fault{Field: "body", Message: "must be JSON in UTF-8: it is not from byte " + strconv.FormatInt(syntax.ByteOffset+1, 10) + " on"}
	}
	return domain.Fault{Field: "body", Message: "must be JSON"}
}

// dotted returns a JSON pointer in the form faults use: "set.currentLevel".
func dotted(pointer jsontext.Pointer) string {
	var parts []string
	for token := range pointer.Tokens() {
		parts = append(parts, token)
	}
	if len(parts) == 0 {
		return "body"
	}
	return strings.Join(parts, ".")
}

// exact is a body whose text is settled: an answer that was kept.
type exact interface{ exactText() []byte }

// format is how bodies are read and written. They were checked by checkJSON
// before.
func format() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			if kept, ok := v.(exact); ok {
				_, err := w.Write(kept.exactText())
				return err
			}
			text, err := encode(v)
			if err != nil {
				return err
			}
			_, err = w.Write(text)
			return err
		},
		Unmarshal: decode,
	}
}

// encode returns v as JSON: lists and maps are never null, maps in order. A text
// that is no UTF-8 is mended: one bad name must not hide a home.
func encode(v any) ([]byte, error) {
	text, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the answer cannot be written", err)
	}
	return append(text, '\n'), nil
}

// decode reads text into v and refuses members v does not have, also those that
// differ from one only in case.
func decode(text []byte, v any) error {
	err := json.Unmarshal(text, v, json.RejectUnknownMembers(true))
	var semantic *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &semantic):
		return errors.New("has a member that is not known: " + shown(dotted(semantic.JSONPointer)) + " (case matters)")
	case errors.As(err, &semantic) && semantic.JSONPointer != "":
		return errors.New("does not fit at " + shown(dotted(semantic.JSONPointer)))
	}
	return errors.New("does not fit")
}
