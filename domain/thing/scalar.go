package thing

import "unicode/utf8"

// scalar returns the length of the canonical scalar that text begins with, as far
// as a look at its bytes can tell: a literal, a plain number or a string without
// escapes. 0 means that it takes more than a look.
func scalar[T string | []byte](text T) int {
	if len(text) == 0 {
		return 0
	}
	switch c := text[0]; c {
	case '"':
		return plainText(text)
	case 't', 'f', 'n':
		for _, literal := range [...]string{"true", "false", "null"} {
			if len(text) >= len(literal) && string(text[:len(literal)]) == literal {
				return len(literal)
			}
		}
		return 0
	default:
		return plainNumber(text)
	}
}

func plainText[T string | []byte](text T) int {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c < 0x20, c >= utf8.RuneSelf, c == '\\':
			return 0
		}
	}
	return 0
}

// A number is plain when it has few enough digits that float64 holds each of
// them, and a size that the shortest form writes without an exponent.
const (
	plainDigits   = 15
	plainDecimals = 6
)

// plainNumber returns the length of the canonical number that text begins with, 0
// if it is none or not plain.
func plainNumber[T string | []byte](text T) int {
	at := 0
	if text[0] == '-' {
		at = 1
	}
	whole := digits(text[at:])
	if whole == 0 || (whole > 1 && text[at] == '0') {
		return 0
	}
	zero := text[at] == '0'
	at += whole
	decimals := 0
	if at < len(text) && text[at] == '.' {
		decimals = digits(text[at+1:])
		if decimals == 0 || decimals > plainDecimals || text[at+decimals] == '0' {
			return 0
		}
		at += 1 + decimals
	}
	minusZero := zero && decimals == 0 && text[0] == '-'
	if whole+decimals > plainDigits || minusZero || continues(text[at:]) {
		return 0
	}
	return at
}

// digits returns how many digits text begins with.
func digits[T string | []byte](text T) int {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return i
		}
	}
	return len(text)
}

// continues reports whether what follows digits could belong to the number.
func continues[T string | []byte](rest T) bool {
	return len(rest) > 0 && (rest[0] == 'e' || rest[0] == 'E' || rest[0] == '.')
}
