package mqttdiscovery

import (
	"slices"
	"strconv"
)

// expression is compiled; its error wraps errNoValue.
type expression func(scope) (any, error)

// parser reads the tokens of one expression.
type parser struct {
	tokens []token
	depth  int
}

func parseExpression(source string) (expression, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	e, err := p.whole()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != noToken {
		return nil, refuse(strconv.Quote(t.text))
	}
	return e, nil
}

func (p *parser) peek() token {
	if len(p.tokens) == 0 {
		return token{}
	}
	return p.tokens[0]
}

func (p *parser) next() token {
	t := p.peek()
	if t.kind != noToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is one of these names or symbols.
func (p *parser) accept(words ...string) (string, bool) {
	t := p.peek()
	if (t.kind == wordToken || t.kind == symbolToken) && slices.Contains(words, t.text) {
		p.next()
		return t.text, true
	}
	return "", false
}

func (p *parser) expect(word string) error {
	if _, ok := p.accept(word); !ok {
		return refuse(strconv.Quote(p.peek().text) + " in place of " + strconv.Quote(word))
	}
	return nil
}

// whole reads "a if b else c", or less.
func (p *parser) whole() (expression, error) {
	if p.depth++; p.depth > maxTemplateDepth {
		return nil, refuse("nesting this deep")
	}
	defer func() { p.depth-- }()
	then, err := p.either()
	if err != nil {
		return nil, err
	}
	if _, ok := p.accept("if"); !ok {
		return then, nil
	}
	test, err := p.either()
	if err != nil {
		return nil, err
	}
	otherwise := expression(func(scope) (any, error) { return undefined{}, nil })
	if _, ok := p.accept("else"); ok {
		if otherwise, err = p.whole(); err != nil {
			return nil, err
		}
	}
	return func(s scope) (any, error) {
		v, err := test(s)
		switch {
		case err != nil:
			return nil, err
		case truth(v):
			return then(s)
		}
		return otherwise(s)
	}, nil
}

// either reads "a or b", both "a and b"; the second is looked at only if needed.
func (p *parser) either() (expression, error) { return p.lazy("or", true, p.both) }
func (p *parser) both() (expression, error)   { return p.lazy("and", false, p.negation) }

func (p *parser) lazy(word string, enough bool, operand func() (expression, error)) (expression, error) {
	left, err := operand()
	for err == nil {
		if _, ok := p.accept(word); !ok {
			return left, nil
		}
		var right expression
		first := left
		right, err = operand()
		left = func(s scope) (any, error) {
			v, err := first(s)
			if err != nil || truth(v) == enough {
				return v, err
			}
			return right(s)
		}
	}
	return nil, err
}

func (p *parser) negation() (expression, error) {
	if _, ok := p.accept("not"); !ok {
		return p.comparison()
	}
	if p.depth++; p.depth > maxTemplateDepth {
		return nil, refuse("nesting this deep")
	}
	defer func() { p.depth-- }()
	e, err := p.negation()
	return func(s scope) (any, error) {
		v, err := e(s)
		return !truth(v), err
	}, err
}

func (p *parser) comparison() (expression, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	word, ok := p.accept("==", "!=", "<", ">", "<=", ">=", "in", "not")
	if !ok {
		return left, nil
	}
	if word == "not" {
		if err := p.expect("in"); err != nil {
			return nil, err
		}
		word = "not in"
	}
	right, err := p.sum()
	return binary(left, right, func(a, b any) (any, error) { return compare(word, a, b) }), err
}

func (p *parser) sum() (expression, error) {
	return p.chain([]string{"+", "-", "~"}, func() (expression, error) {
		return p.chain([]string{"*", "/", "//", "%"}, p.signed)
	})
}

func (p *parser) chain(words []string, operand func() (expression, error)) (expression, error) {
	left, err := operand()
	for err == nil {
		word, ok := p.accept(words...)
		if !ok {
			return left, nil
		}
		var right expression
		first := left
		right, err = operand()
		left = binary(first, right, func(a, b any) (any, error) { return calculate(word, a, b) })
	}
	return nil, err
}

func (p *parser) signed() (expression, error) {
	if _, ok := p.accept("-"); !ok {
		return p.filtered()
	}
	e, err := p.filtered()
	zero := func(scope) (any, error) { return number{0, true}, nil }
	return binary(zero, e, func(a, b any) (any, error) { return calculate("-", a, b) }), err
}

// binary compiles an operator that needs both sides.
func binary(left, right expression, operate func(a, b any) (any, error)) expression {
	return func(s scope) (any, error) {
		a, err := left(s)
		if err != nil {
			return nil, err
		}
		b, err := right(s)
		if err != nil {
			return nil, err
		}
		return operate(settle(a), settle(b))
	}
}
