package mqttdiscovery_test

// breakOff takes the power of a device and returns once the broker has told its
// will.
func breakOff(f *firmware) {
	gone := f.hears(f.will[0], f.will[2])
	f.vanish()
	<-gone
}

// repair gives it back.
func repair(f *firmware) { f.connect() }
