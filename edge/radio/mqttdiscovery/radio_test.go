package mqttdiscovery_test

import (
	"testing"

	"logis/edge/radio"
	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

func TestTheRadioKeepsTheContractWithFirmwares(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs a real broker")
	}
	lab := ziglab.StartBroker(t)
	split, lock := esphomeAirConditioner(), esphomeLock()
	// The suite tells it to be what it is already.
	lock.talkative = true
	for _, f := range []*firmware{
		tasmotaRelay("tasmota-relay", "pump", ""), tasmotaRelay("tasmota-plug", "hallplug", hallSensor),
		lock, esphomeCover(), esphomeClimate(), split, panel(),
		beacon("openmqttgateway-climate", "A4C138AB12CD", `{"id":"A4:C1:38:AB:12:CD","batt":88,"volt":2.9,"tempc":21.4,"hum":48.2}`),
		beacon("openmqttgateway-contact", "F1E2D3C4B5A6", `{"id":"F1:E2:D3:C4:B5:A6","open":true,"batt":70}`),
		beacon("openmqttgateway-motion", "E567D90AB3C4", `{"id":"E5:67:D9:0A:B3:C4","motion":false,"lux":120}`),
	} {
		f.start(t, lab)
	}
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		t.Helper()
		r, err := mqttdiscovery.New(mqttdiscovery.Options{Broker: lab.Broker})
		if err != nil {
			t.Fatal(err)
		}
		return radiotest.Rig{
			Radio: radio.Radio(r),
			Devices: map[string]string{
				"air-conditioner": "a4cf12f0a005", "button": "5AA001", "climate-sensor": "A4C138AB12CD", "contact-sensor": "F1E2D3C4B5A6",
				"curtain": "a4cf12f0a003", "lock": "a4cf12f0a002", "motion-sensor": "E567D90AB3C4", "plug": "4D1E0A", "switch": "22B0F1",
				"thermostat": "a4cf12f0a004",
			},
			// The suite breaks the first device that can be switched.
			Break:  func(string) { breakOff(split) },
			Repair: func(string) { repair(split) },
		}
	})
}

const hallSensor = `{"Time":"2026-11-21T10:00:00","ENERGY":{"TotalStartTime":"2024-01-01T00:00:00","Total":12.34,"Yesterday":0.5,"Today":0.1,` +
	`"Power":60,"ApparentPower":70,"ReactivePower":10,"Factor":0.86,"Voltage":231,"Current":0.26}}`
