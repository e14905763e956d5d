package mqttdiscovery

import (
	"fmt"
	"strconv"
	"strings"
)

// variables are what templates may speak of. states() and the like belong to the
// software the format was made for.
func variables() []string {
	return []string{"value", "value_json", "position", "hue", "sat", "red", "green", "blue", "x", "y"}
}

// filtered reads an operand with what follows it: ".a", "['a']", "[0:3]",
// ".split(',')", "| filter" and "is defined".
func (p *parser) filtered() (expression, error) {
	e, err := p.operand()
	for err == nil {
		switch word, _ := p.accept(".", "[", "|", "is", "("); word {
		case ".":
			t := p.next()
			if t.kind != wordToken {
				return nil, refuse("a point before " + strconv.Quote(t.text))
			}
			if _, called := p.accept("("); called {
				e, err = p.method(e, t.text)
				continue
			}
			e = member(e, func(scope) (any, error) { return t.text, nil })
		case "[":
			e, err = p.index(e)
		case "|":
			e, err = p.filter(e)
		case "is":
			e, err = p.test(e)
		case "(":
			return nil, refuse("a call")
		default:
			return e, nil
		}
	}
	return nil, err
}

func (p *parser) operand() (expression, error) {
	t := p.next()
	constant := func(v any) (expression, error) { return func(scope) (any, error) { return v, nil }, nil }
	switch {
	case t.kind == textToken:
		return constant(t.text)
	case t.kind == digitsToken:
		n, ok := parseNumber(t.text)
		if !ok {
			return nil, refuse("the number " + t.text)
		}
		return constant(n)
	case t.text == "(":
		e, err := p.whole()
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	case t.text == "[":
		return p.list()
	case t.kind != wordToken:
		return nil, refuse(strconv.Quote(t.text))
	}
	switch t.text {
	case "true", "True":
		return constant(true)
	case "false", "False":
		return constant(false)
	case "none", "None":
		return constant(nil)
	}
	for _, known := range variables() {
		if t.text == known {
			return func(s scope) (any, error) {
				v, ok := s[known]
				if !ok {
					return undefined{}, nil
				}
				return v, nil
			}, nil
		}
	}
	return nil, refuse(t.text)
}

// list reads a list of expressions; its bracket is taken.
func (p *parser) list() (expression, error) {
	var items []expression
	for {
		if _, ok := p.accept("]"); ok {
			break
		}
		e, err := p.whole()
		if err != nil {
			return nil, err
		}
		items = append(items, e)
		if _, ok := p.accept(","); ok {
			continue
		}
		if err := p.expect("]"); err != nil {
			return nil, err
		}
		break
	}
	return func(s scope) (any, error) {
		values := make([]any, len(items))
		for i, e := range items {
			v, err := e(s)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
		return values, nil
	}, nil
}

// member looks into an object or a list. What is not there is undefined; looking
// into what is undefined gives no value.
func member(of, key expression) expression {
	return binary(of, key, func(v, k any) (any, error) {
		switch v := v.(type) {
		case undefined, nil:
			return nil, errNoValue
		case map[string]any:
			if k, ok := k.(string); ok {
				if found, ok := v[k]; ok {
					return found, nil
				}
			}
		case []any:
			if k, ok := k.(number); ok && k.whole && k.f >= 0 && k.f < float64(len(v)) {
				return v[int(k.f)], nil
			}
		}
		return undefined{}, nil
	})
}

// test reads what follows "is".
func (p *parser) test(of expression) (expression, error) {
	_, negated := p.accept("not")
	t := p.next()
	var holds func(v any) bool
	switch t.text {
	case "defined":
		holds = func(v any) bool { _, not := v.(undefined); return !not }
	case "undefined":
		holds = func(v any) bool { _, is := v.(undefined); return is }
	case "none", "None":
		holds = func(v any) bool { return v == nil }
	default:
		return nil, refuse("the test " + t.text)
	}
	return func(s scope) (any, error) {
		v, err := of(s)
		return holds(v) != negated, err
	}, nil
}

func compare(word string, a, b any) (any, error) {
	switch word {
	case "==":
		return same(a, b), nil
	case "!=":
		return !same(a, b), nil
	case "in":
		return contains(b, a)
	case "not in":
		is, err := contains(b, a)
		return !is, err
	}
	var less, more bool
	if x, ok := arithmetic(a); ok {
		y, ok := arithmetic(b)
		if !ok {
			return nil, errNoValue
		}
		less, more = x.f < y.f, x.f > y.f
	} else {
		x, ok1 := a.(string)
		y, ok2 := b.(string)
		if !ok1 || !ok2 {
			return nil, errNoValue
		}
		less, more = x < y, x > y
	}
	return map[string]bool{"<": less, ">": more, "<=": !more, ">=": !less}[word], nil
}

func contains(whole, part any) (bool, error) {
	switch whole := whole.(type) {
	case string:
		if part, ok := part.(string); ok {
			return strings.Contains(whole, part), nil
		}
	case map[string]any:
		if part, ok := part.(string); ok {
			_, is := whole[part]
			return is, nil
		}
	case []any:
		for _, v := range whole {
			if same(v, part) {
				return true, nil
			}
		}
		return false, nil
	}
	return false, fmt.Errorf("%w: nothing can be in that", errNoValue)
}
