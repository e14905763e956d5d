// Package lamp turns the ways devices write levels and colours into those of the
// models, percent, hue and saturation, and back.
package lamp

import "math"

// OfXY converts a chromaticity of the CIE 1931 diagram, as lamps store
// colours, to hue in degrees and saturation in percent, at full brightness. It
// is the inverse of what Zigbee2MQTT does with a hue and a saturation (wide gamut
// D65, no gamma), so that a colour ordered is a colour read.
func OfXY(x, y float64) (hue, saturation float64, ok bool) {
	if !(x >= 0 && x <= 1 && y > 0 && y <= 1) {
		return 0, 0, false
	}
	bigX, bigZ := x/y, (1-x-y)/y
	r := linear(bigX*1.656492 - 0.354851 - bigZ*0.255038)
	g := linear(-bigX*0.707196 + 1.655397 + bigZ*0.036152)
	b := linear(bigX*0.051713 - 0.121364 + bigZ*1.011530)
	return OfRGB(r, g, b)
}

// linear clips what lies outside the gamut.
func linear(v float64) float64 { return max(v, 0) }

// Percent turns a device's level into percent; a lamp that burns is never
// told to be at zero.
func Percent(level, full float64) float64 {
	percent := math.Round(level * 100 / full)
	if percent == 0 && level > 0 {
		return 1
	}
	return min(max(percent, 0), 100)
}

// Level turns percent into a device's level; what is not zero is never zero.
func Level(percent, full float64) float64 {
	level := math.Round(percent * full / 100)
	if level == 0 && percent > 0 {
		return 1
	}
	return level
}

// ToXY is the inverse of OfXY: the chromaticity of a hue and a saturation at full
// brightness.
func ToXY(hue, saturation float64) (x, y float64) {
	r, g, b := ToRGB(hue, saturation)
	bigX := r*0.664511 + g*0.154324 + b*0.162028
	bigY := r*0.283881 + g*0.668433 + b*0.047685
	bigZ := r*0.000088 + g*0.072310 + b*0.986039
	sum := bigX + bigY + bigZ
	return bigX / sum, bigY / sum
}

// ToRGB turns a hue in degrees and a saturation in percent into shares of red,
// green and blue from 0 to 1, the largest of which is 1.
func ToRGB(hue, saturation float64) (r, g, b float64) {
	channel := func(n float64) float64 {
		k := math.Mod(n+hue/60, 6)
		return 1 - saturation/100*max(0, min(k, 4-k, 1))
	}
	return channel(5), channel(3), channel(1)
}

// OfRGB turns shares of red, green and blue on any scale into hue and saturation;
// black has none.
func OfRGB(r, g, b float64) (hue, saturation float64, ok bool) {
	top := max(r, g, b)
	if !(r >= 0 && g >= 0 && b >= 0 && top > 0) || math.IsInf(top, 0) {
		return 0, 0, false
	}
	r, g, b = r/top, g/top, b/top
	spread := 1 - min(r, g, b)
	if spread == 0 {
		return 0, 0, true
	}
	switch {
	case r == 1:
		hue = (g - b) / spread
	case g == 1:
		hue = 2 + (b-r)/spread
	default:
		hue = 4 + (r-g)/spread
	}
	return math.Mod(hue*60+360, 360), spread * 100, true
}
