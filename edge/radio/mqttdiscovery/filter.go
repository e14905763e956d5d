package mqttdiscovery

import (
	"math"
	"strconv"
	"strings"
)

// calculate does what +, -, *, /, //, % and ~ do.
func calculate(word string, a, b any) (any, error) {
	if word == "~" {
		x, ok1 := write(a)
		y, ok2 := write(b)
		return joined(x, y, ok1 && ok2)
	}
	if x, ok := a.(string); ok && word == "+" {
		y, ok := b.(string)
		return joined(x, y, ok)
	}
	x, ok1 := arithmetic(a)
	y, ok2 := arithmetic(b)
	if !ok1 || !ok2 {
		return nil, errNoValue
	}
	n := number{whole: x.whole && y.whole && word != "/"}
	switch word {
	case "+":
		n.f = x.f + y.f
	case "-":
		n.f = x.f - y.f
	case "*":
		n.f = x.f * y.f
	case "/":
		n.f = x.f / y.f
	case "//":
		n.f = math.Floor(x.f / y.f)
	case "%":
		n.f = x.f - y.f*math.Floor(x.f/y.f)
	}
	if math.IsNaN(n.f) || math.IsInf(n.f, 0) {
		return nil, errNoValue
	}
	return n, nil
}

func joined(a, b string, ok bool) (any, error) {
	if !ok || len(a)+len(b) > maxRendered {
		return nil, errNoValue
	}
	return a + b, nil
}

// filter reads a filter and its arguments.
func (p *parser) filter(of expression) (expression, error) {
	t := p.next()
	if t.kind != wordToken {
		return nil, refuse("a filter " + strconv.Quote(t.text))
	}
	var arguments expression = func(scope) (any, error) { return []any(nil), nil }
	count := 0
	if _, ok := p.accept("("); ok {
		var all []expression
		for {
			if _, ok := p.accept(")"); ok {
				break
			}
			e, err := p.whole()
			if err != nil {
				return nil, err
			}
			all = append(all, e)
			if _, ok := p.accept(","); !ok {
				if err := p.expect(")"); err != nil {
					return nil, err
				}
				break
			}
		}
		count = len(all)
		arguments = collect(all)
	}
	apply, most := filterNamed(t.text)
	if apply == nil {
		return nil, refuse("the filter " + t.text)
	}
	if count > most {
		return nil, refuse("the filter " + t.text + " with " + strconv.Itoa(count) + " arguments")
	}
	return binary(of, arguments, func(v, given any) (any, error) {
		list, _ := given.([]any)
		return apply(v, list)
	}), nil
}

func collect(all []expression) expression {
	return func(s scope) (any, error) {
		values := make([]any, len(all))
		for i, e := range all {
			v, err := e(s)
			if err != nil {
				return nil, err
			}
			values[i] = settle(v)
		}
		return values, nil
	}
}

// filterNamed returns a filter and how many arguments it takes at most; nil if
// there is none of the name.
func filterNamed(word string) (apply func(v any, given []any) (any, error), most int) {
	switch word {
	case "float":
		return func(v any, given []any) (any, error) {
			return convert(v, given, func(f float64) number { return number{f, false} })
		}, 1
	case "int":
		return func(v any, given []any) (any, error) {
			return convert(v, given, func(f float64) number { return number{math.Trunc(f), true} })
		}, 1
	case "round":
		return round, 1
	case "join":
		return join, 1
	case "abs":
		return func(v any, _ []any) (any, error) {
			n, ok := arithmetic(v)
			return number{math.Abs(n.f), n.whole}, when(ok)
		}, 0
	case "default", "d":
		return orDefault, 2
	case "is_defined":
		return func(v any, _ []any) (any, error) { _, not := v.(undefined); return v, when(!not) }, 0
	case "lower", "upper", "trim", "string":
		change := map[string]func(string) string{
			"lower": strings.ToLower, "upper": strings.ToUpper, "trim": strings.TrimSpace, "string": func(s string) string { return s },
		}[word]
		return func(v any, _ []any) (any, error) {
			words, ok := write(v)
			return change(words), when(ok)
		}, 0
	}
	return nil, 0
}

// when is the error of a filter that works only if ok.
func when(ok bool) error {
	if ok {
		return nil
	}
	return errNoValue
}

// convert makes v a number, or the default given, or nothing.
func convert(v any, given []any, to func(float64) number) (any, error) {
	if n, ok := arithmetic(v); ok {
		return to(n.f), nil
	}
	if words, ok := v.(string); ok {
		if n, ok := parseNumber(words); ok {
			return to(n.f), nil
		}
	}
	if len(given) > 0 {
		return given[0], nil
	}
	return nil, errNoValue
}

// maxDigits is how many digits after the point may be asked for.
const maxDigits = 15

func round(v any, given []any) (any, error) {
	n, ok := convertible(v)
	if !ok {
		return nil, errNoValue
	}
	places := number{0, true}
	if len(given) > 0 {
		if places, ok = given[0].(number); !ok || !places.whole || places.f < 0 || places.f > maxDigits {
			return nil, errNoValue
		}
	}
	// Written and read again, so that halves go the way they do elsewhere.
	f, err := strconv.ParseFloat(strconv.FormatFloat(n.f, 'f', int(places.f), 64), 64)
	return number{f, places.f == 0}, when(err == nil)
}

func convertible(v any) (number, bool) {
	if words, ok := v.(string); ok {
		return parseNumber(words)
	}
	return arithmetic(v)
}

// orDefault replaces what is not there; with true as its second argument also
// what is empty.
func orDefault(v any, given []any) (any, error) {
	var instead any = ""
	if len(given) > 0 {
		instead = given[0]
	}
	_, missing := v.(undefined)
	if missing || len(given) > 1 && truth(given[1]) && !truth(v) {
		return instead, nil
	}
	return v, nil
}
