package mqttdiscovery

import (
	"errors"
	"fmt"
	"strings"
)

// template is a text with expressions in it, in the part of Jinja that firmwares
// use. Everything else is refused when it is compiled, never guessed.
type template struct {
	source string
	run    node
}

// node is a compiled piece of a template; it adds to the text.
type node func(s scope, to *strings.Builder) error

// scope holds the variables of a template.
type scope map[string]any

var (
	// errTemplate is why a template is not used at all.
	errTemplate = errors.New("not supported in a template")
	// errNoValue is why a template has nothing to say of a message.
	errNoValue = errors.New("no value")
)

func refuse(what string) error { return fmt.Errorf("%s is %w", what, errTemplate) }

// render fills the template in. Its errors wrap errNoValue.
func (t *template) render(s scope) (string, error) {
	var b strings.Builder
	if err := t.run(s, &b); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}

// compile reads a template. Its errors wrap errTemplate and name what is not
// supported.
func compile(source string) (*template, error) {
	if len(source) > maxTemplate {
		return nil, refuse(fmt.Sprintf("a text of %d bytes", len(source)))
	}
	pieces, err := cut(source)
	if err != nil {
		return nil, err
	}
	r := &reader{pieces: pieces}
	run, stopped, err := r.block(0)
	if err != nil {
		return nil, err
	}
	if stopped != "" {
		return nil, refuse("a lone " + stopped)
	}
	return &template{source, run}, nil
}

// piece is a text, an {{ expression }} or a {% statement %}.
type piece struct {
	mark byte // '{', '%', or 0 for a text
	body string
}

// cut splits a template into its pieces.
func cut(source string) ([]piece, error) {
	var pieces []piece
	for source != "" {
		before, rest := source, ""
		i := nextMark(source)
		if i >= 0 {
			before, rest = source[:i], source[i:]
		}
		if before != "" {
			pieces = append(pieces, piece{body: before})
		}
		if i < 0 {
			break
		}
		mark := rest[1]
		closing := map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[mark]
		length, ok := closes(rest, closing)
		if !ok {
			return nil, refuse("a " + rest[:2] + " that does not end")
		}
		body := rest[2 : length-2]
		source = rest[length:]
		if strings.HasPrefix(body, "-") && len(pieces) > 0 && pieces[len(pieces)-1].mark == 0 {
			pieces[len(pieces)-1].body = strings.TrimRight(pieces[len(pieces)-1].body, " \t\r\n")
		}
		if strings.HasSuffix(body, "-") {
			source = strings.TrimLeft(source, " \t\r\n")
		}
		if mark != '#' {
			pieces = append(pieces, piece{mark, strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(body, "-"), "-"))})
		}
	}
	return pieces, nil
}

func nextMark(s string) int {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '{' && (s[i+1] == '{' || s[i+1] == '%' || s[i+1] == '#') {
			return i
		}
	}
	return -1
}

// closes finds the end of a mark; what stands in quotes does not end it.
func closes(s, closing string) (length int, ok bool) {
	for i := 2; i+1 < len(s); i++ {
		if s[1] != '#' && (s[i] == '\'' || s[i] == '"') {
			_, skip, ok := quoted(s[i:])
			if !ok {
				return 0, false
			}
			i += skip - 1
			continue
		}
		if s[i:i+2] == closing {
			return i + 2, true
		}
	}
	return 0, false
}

// reader compiles pieces.
type reader struct{ pieces []piece }

// block compiles until a statement that ends it, which it returns.
func (r *reader) block(depth int) (run node, stopped string, err error) {
	if depth > maxTemplateDepth {
		return nil, "", refuse("nesting this deep")
	}
	var nodes []node
	for len(r.pieces) > 0 {
		p := r.pieces[0]
		r.pieces = r.pieces[1:]
		var n node
		switch p.mark {
		case 0:
			n = literally(p.body)
		case '{':
			n, err = output(p.body)
		default:
			word, rest := firstWord(p.body)
			switch word {
			case "if":
				n, err = r.choice(rest, depth)
			case "elif", "else", "endif":
				return sequence(nodes), p.body, nil
			default:
				err = refuse("the statement " + word)
			}
		}
		if err != nil {
			return nil, "", err
		}
		nodes = append(nodes, n)
	}
	return sequence(nodes), "", nil
}

func firstWord(s string) (word, rest string) {
	word = span(s, func(c byte) bool { return isLetter(c) || isDigit(c) })
	return word, s[len(word):]
}

// choice compiles what follows an if or an elif, up to its endif.
func (r *reader) choice(condition string, depth int) (node, error) {
	test, err := parseExpression(condition)
	if err != nil {
		return nil, err
	}
	then, stopped, err := r.block(depth + 1)
	if err != nil {
		return nil, err
	}
	otherwise := sequence(nil)
	switch word, rest := firstWord(stopped); {
	case word == "elif":
		otherwise, err = r.choice(rest, depth+1)
	case stopped == "else":
		otherwise, stopped, err = r.block(depth + 1)
		if err == nil && stopped != "endif" {
			err = refuse("an else without endif")
		}
	case stopped != "endif":
		err = refuse("an if without endif")
	}
	if err != nil {
		return nil, err
	}
	return func(s scope, to *strings.Builder) error {
		v, err := test(s)
		switch {
		case err != nil:
			return err
		case truth(v):
			return then(s, to)
		}
		return otherwise(s, to)
	}, nil
}

func sequence(nodes []node) node {
	return func(s scope, to *strings.Builder) error {
		for _, n := range nodes {
			if err := n(s, to); err != nil {
				return err
			}
		}
		return nil
	}
}

func literally(words string) node { return add(func(scope) (any, error) { return words, nil }) }

func output(source string) (node, error) {
	e, err := parseExpression(source)
	return add(e), err
}

// add writes what an expression gives.
func add(e expression) node {
	return func(s scope, to *strings.Builder) error {
		v, err := e(s)
		if err != nil {
			return err
		}
		words, ok := write(v)
		if !ok || to.Len()+len(words) > maxRendered {
			return errNoValue
		}
		to.WriteString(words)
		return nil
	}
}
