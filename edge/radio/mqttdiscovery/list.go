package mqttdiscovery

import (
	"strconv"
	"strings"
)

// method reads what is called on a value: of those of the language firmwares need
// to cut a text alone. Its bracket is taken.
func (p *parser) method(of expression, name string) (expression, error) {
	if name != "split" {
		return nil, refuse("a call of " + strconv.Quote(name))
	}
	separator, err := p.whole()
	if err != nil {
		return nil, err
	}
	return binary(of, separator, pieces), p.expect(")")
}

// pieces cuts a text at each separator.
func pieces(v, at any) (any, error) {
	text, ok1 := v.(string)
	separator, ok2 := at.(string)
	if !ok1 || !ok2 || separator == "" || strings.Count(text, separator) >= maxPieces {
		return nil, errNoValue
	}
	var all []any
	for piece := range strings.SplitSeq(text, separator) {
		all = append(all, piece)
	}
	return all, nil
}

// index reads a key, or a slice as "0:3"; its bracket is taken.
func (p *parser) index(of expression) (expression, error) {
	from, err := p.sliceEnd()
	if err != nil {
		return nil, err
	}
	if _, sliced := p.accept(":"); !sliced {
		if from == nil {
			return nil, refuse("an index without a key")
		}
		return member(of, from), p.expect("]")
	}
	to, err := p.sliceEnd()
	if err != nil {
		return nil, err
	}
	return slice(of, from, to), p.expect("]")
}

// sliceEnd reads one end of a slice, nil if it is left out.
func (p *parser) sliceEnd() (expression, error) {
	if t := p.peek(); t.kind == symbolToken && (t.text == ":" || t.text == "]") {
		return nil, nil //nolint:nilnil // an end may be missing, and then there is nothing to read
	}
	return p.whole()
}

// slice takes the items from one place up to another; what is beyond the list is
// left out. Places counted from the end are not needed by anybody, and give no value.
func slice(of, from, to expression) expression {
	return func(s scope) (any, error) {
		v, err := of(s)
		if err != nil {
			return nil, err
		}
		list, ok := v.([]any)
		if !ok {
			return nil, errNoValue
		}
		first, err := endOf(s, from, 0, len(list))
		if err != nil {
			return nil, err
		}
		end, err := endOf(s, to, len(list), len(list))
		if err != nil || end < first {
			return []any(nil), err
		}
		return list[first:end], nil
	}
}

// endOf returns where a slice begins or ends.
func endOf(s scope, e expression, missing, most int) (int, error) {
	if e == nil {
		return missing, nil
	}
	v, err := e(s)
	if err != nil {
		return 0, err
	}
	n, ok := v.(number)
	if !ok || !n.whole || n.f < 0 {
		return 0, errNoValue
	}
	return int(min(n.f, float64(most))), nil
}

// join writes the items of a list with a text between them.
func join(v any, given []any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errNoValue
	}
	separator := ""
	if len(given) > 0 {
		if separator, ok = given[0].(string); !ok {
			return nil, errNoValue
		}
	}
	var text strings.Builder
	for i, item := range list {
		words, ok := write(item)
		if i > 0 {
			words = separator + words
		}
		if text.WriteString(words); !ok || text.Len() > maxRendered {
			return nil, errNoValue
		}
	}
	return text.String(), nil
}
