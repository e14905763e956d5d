package matter_test

import (
	"testing"
	"time"

	"logis/edge/radio"
	"logis/edge/radio/matter"
	"logis/edge/radio/matter/matterlab"
	"logis/edge/radio/radiotest"
)

func TestTheRadioKeepsTheContract(t *testing.T) {
	t.Parallel()
	lab := matterlab.Start(t, "lamp", "house")
	do := func(what func(string) error) func(string) {
		return func(string) {
			if err := what("lamp"); err != nil {
				t.Error(err)
			}
		}
	}
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		t.Helper()
		r, err := matter.New(matter.Options{Server: matterlab.URL, HTTP: lab.Client()})
		if err != nil {
			t.Fatal(err)
		}
		return radiotest.Rig{
			Radio: radio.Radio(r),
			Devices: map[string]string{
				"color-light": "lab-lamp/1", "light": "lab-house/1", "dimmable-light": "lab-house/2", "switch": "lab-house/4",
				"lock": "lab-house/5", "thermostat": "lab-house/6", "curtain": "lab-house/7", "contact-sensor": "lab-house/8",
				"motion-sensor": "lab-house/9", "temperature-sensor": "lab-house/10", "humidity-sensor": "lab-house/11",
				"light-sensor": "lab-house/12", "button": "lab-house/13",
			},
			Break: do(lab.Pause), Repair: do(lab.Resume),
			Patience: 10 * time.Second,
		}
	})
}
