package zwavejs

// Command classes, the vocabularies of Z-Wave devices.
const (
	classBinarySwitch     = 37
	classMultilevelSwitch = 38
	classBinarySensor     = 48
	classMultilevelSensor = 49
	classMeter            = 50
	classColorSwitch      = 51
	classThermostatMode   = 64
	classSetpoint         = 67
	classFanMode          = 68
	classCentralScene     = 91
	classDoorLock         = 98
	classWindowCovering   = 106
	classNotification     = 113
	classBattery          = 128
	classIndicator        = 135
)

// askable reports whether a device can be asked for the values of a command
// class one by one, and answers with what is so now.
func askable(class int) bool {
	switch class {
	case classBinarySwitch, classMultilevelSwitch, classBinarySensor, classMultilevelSensor, classMeter, classColorSwitch,
		classThermostatMode, classSetpoint, classFanMode, classDoorLock, classWindowCovering, classBattery:
		return true
	}
	return false
}

// isMotor reports whether a multilevel switch of the device class is a motor of
// something that covers a window.
func (c deviceClass) isMotor() bool {
	const multilevelSwitch, windowCovering = 0x11, 0x09
	switch c.Generic.Key {
	case windowCovering:
		return true
	case multilevelSwitch:
		switch c.Specific.Key {
		case 0x03, 0x05, 0x06, 0x07: // multiposition motor, motor control classes A to C
			return true
		}
	}
	return false
}

// isValve reports whether a binary switch of the device class is a valve.
func (c deviceClass) isValve() bool {
	const binarySwitch, valve, irrigation = 0x10, 0x06, 0x07
	return c.Generic.Key == binarySwitch && (c.Specific.Key == valve || c.Specific.Key == irrigation)
}
