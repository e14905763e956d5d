package lamp

import (
	"math"
	"testing"
)

func TestColoursSurviveTheWayThroughALamp(t *testing.T) {
	t.Parallel()
	// Pairs that Zigbee2MQTT sends for a hue and a saturation.
	for _, c := range []struct{ x, y, hue, saturation float64 }{
		{0.7006, 0.2993, 0, 100}, {0.1724, 0.7468, 120, 100}, {0.1355, 0.0399, 240, 100}, {0.3227, 0.3290, 0, 0},
	} {
		hue, saturation, ok := OfXY(c.x, c.y)
		apart := math.Mod(math.Abs(hue-c.hue), 360)
		if !ok || c.saturation > 0 && min(apart, 360-apart) > 1 || math.Abs(saturation-c.saturation) > 1 {
			t.Errorf("x %v y %v is hue %.1f saturation %.1f, want %v and %v", c.x, c.y, hue, saturation, c.hue, c.saturation)
		}
	}
	for _, bad := range [][2]float64{{0, 0}, {-1, 0.5}, {0.5, 2}, {math.NaN(), 0.3}} {
		if _, _, ok := OfXY(bad[0], bad[1]); ok {
			t.Errorf("%v is no colour and was taken for one", bad)
		}
	}
}

func TestColoursGoThereAndBack(t *testing.T) {
	t.Parallel()
	for hue := 0.0; hue < 360; hue += 15 {
		for saturation := 20.0; saturation <= 100; saturation += 20 {
			r, g, b := ToRGB(hue, saturation)
			h1, s1, ok1 := OfRGB(r*255, g*255, b*255)
			h2, s2, ok2 := OfXY(ToXY(hue, saturation))
			if !ok1 || !ok2 || math.Abs(h1-hue) > 0.01 || math.Abs(s1-saturation) > 0.01 || apart(h2, hue) > 1 || math.Abs(s2-saturation) > 1 {
				t.Errorf("hue %v saturation %v comes back as %v %v by RGB and %v %v by xy", hue, saturation, h1, s1, h2, s2)
			}
		}
	}
	if _, _, ok := OfRGB(0, 0, 0); ok {
		t.Error("black has a colour")
	}
}

// apart is the distance of two hues.
func apart(a, b float64) float64 {
	d := math.Mod(math.Abs(a-b), 360)
	return min(d, 360-d)
}
