package mqttdiscovery

import (
	"fmt"
	"strings"
)

// token is a word of an expression.
type token struct {
	kind tokenKind
	text string // of a string: what it holds
}

type tokenKind int

const (
	noToken tokenKind = iota
	wordToken
	textToken
	digitsToken
	symbolToken
)

// symbols are the operators and brackets, longer ones first.
func symbols() []string {
	return []string{
		"==", "!=", "<=", ">=", "//", "**", "<", ">", "(", ")", "[", "]", "{", "}", ",", ".", "|", "+", "-", "*", "/", "%", "~", ":", "=",
	}
}

// lex cuts an expression into tokens.
func lex(source string) ([]token, error) {
	var tokens []token
	for rest := strings.TrimSpace(source); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		var t token
		c := rest[0]
		switch {
		case c == '\'' || c == '"':
			content, length, ok := quoted(rest)
			if !ok {
				return nil, refuse("a text that does not end")
			}
			tokens = append(tokens, token{textToken, content})
			rest = rest[length:]
			continue
		case isLetter(c):
			t = token{wordToken, span(rest, func(c byte) bool { return isLetter(c) || isDigit(c) })}
		case isDigit(c):
			t = token{digitsToken, span(rest, func(c byte) bool { return isDigit(c) || c == '.' })}
		default:
			for _, s := range symbols() {
				if strings.HasPrefix(rest, s) {
					t = token{symbolToken, s}
					break
				}
			}
			if t.kind == noToken {
				return nil, refuse(fmt.Sprintf("the character %q", c))
			}
		}
		tokens = append(tokens, t)
		rest = rest[len(t.text):]
	}
	return tokens, nil
}

// quoted reads a text in quotes and returns how long it was with them.
func quoted(s string) (content string, length int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), i + 1, true
		case s[i] == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, false
}

func span(s string, belongs func(byte) bool) string {
	for i := range len(s) {
		if !belongs(s[i]) {
			return s[:i]
		}
	}
	return s
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
