package rule

import (
	"math"
	"time"

	"logis/domain"
)

// The sun by the equations of NOAA's solar calculator (Global Monitoring
// Laboratory, gml.noaa.gov/grad/solcalc), which are Meeus's "Astronomical
// Algorithms" shortened; they are good to a minute between 72° north and south for
// this and the next centuries.

// horizon is the height of the sun's middle at sunrise and sunset, in degrees: its
// radius and the bending of light below the horizon.
const horizon = -0.833

// centuries since the beginning of 2000, Julian ones.
func centuries(t time.Time) float64 {
	days := t.Sub(time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)).Hours() / 24
	return days / 36525
}

func sin(deg float64) float64 { return math.Sin(deg * math.Pi / 180) }
func cos(deg float64) float64 { return math.Cos(deg * math.Pi / 180) }
func tan(deg float64) float64 { return math.Tan(deg * math.Pi / 180) }

func degrees(rad float64) float64 { return rad * 180 / math.Pi }

// sun returns how far north the sun stands, in degrees, and how far a sundial is
// ahead of a clock, in minutes.
func sun(t time.Time) (declination, equation float64) {
	c := centuries(t)
	longitude := math.Mod(280.46646+c*(36000.76983+c*0.0003032), 360)
	anomaly := 357.52911 + c*(35999.05029-0.0001537*c)
	eccentricity := 0.016708634 - c*(0.000042037+0.0000001267*c)
	centre := sin(anomaly)*(1.914602-c*(0.004817+0.000014*c)) +
		sin(2*anomaly)*(0.019993-0.000101*c) + sin(3*anomaly)*0.000289
	node := 125.04 - 1934.136*c
	apparent := longitude + centre - 0.00569 - 0.00478*sin(node)
	obliquity := 23 + (26+(21.448-c*(46.815+c*(0.00059-c*0.001813)))/60)/60 + 0.00256*cos(node)
	declination = degrees(math.Asin(sin(obliquity) * sin(apparent)))
	y := tan(obliquity/2) * tan(obliquity/2)
	equation = 4 * degrees(y*sin(2*longitude)-2*eccentricity*sin(anomaly)+
		4*eccentricity*y*sin(anomaly)*cos(2*longitude)-
		0.5*y*y*sin(4*longitude)-1.25*eccentricity*eccentricity*sin(2*anomaly))
	return declination, equation
}

func degreesOf(p domain.Place) (latitude, longitude float64) {
	return float64(p.Latitude) / 10, float64(p.Longitude) / 10
}

// height returns how high the sun stands at a place, in degrees.
func height(p domain.Place, t time.Time) float64 {
	latitude, longitude := degreesOf(p)
	declination, equation := sun(t)
	day := t.UTC()
	minutes := float64(day.Hour()*60+day.Minute()) + float64(day.Second())/60
	angle := (minutes+equation+4*longitude)/4 - 180
	return degrees(math.Asin(sin(latitude)*sin(declination) + cos(latitude)*cos(declination)*cos(angle)))
}

// sunEvent returns when the sun rises or sets on a date, by the sun's own day; ok
// is false where it does not.
func sunEvent(p domain.Place, date time.Time, rises bool) (at time.Time, ok bool) {
	const rounds = 4 // each brings the sun's place nearer to that at the event
	latitude, longitude := degreesOf(p)
	midnight := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC)
	at = midnight.Add(minutes(720 - 4*longitude))
	for range rounds {
		declination, equation := sun(at)
		angle := (sin(horizon) - sin(latitude)*sin(declination)) / (cos(latitude) * cos(declination))
		if angle < -1 || angle > 1 {
			return time.Time{}, false
		}
		half := degrees(math.Acos(angle))
		if !rises {
			half = -half
		}
		at = midnight.Add(minutes(720 - 4*(longitude+half) - equation))
	}
	return at.Truncate(time.Second), true
}

func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

// nextSun returns the next sunrise or sunset, moved by an offset. At high latitudes
// it may be half a year away; at the poles there may be none.
func nextSun(p domain.Place, rises bool, offset time.Duration, after time.Time) (time.Time, bool) {
	const year = 367
	from := after.Add(-offset).UTC()
	for i := -2; i < year; i++ {
		at, ok := sunEvent(p, from.AddDate(0, 0, i), rises)
		if ok && at.Add(offset).After(after) {
			return at.Add(offset), true
		}
	}
	return time.Time{}, false
}
