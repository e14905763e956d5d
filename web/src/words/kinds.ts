interface KindWords {
  title: string
  /** What to call it in "the lamp itself". */
  noun: string
}

const kinds: Record<string, KindWords> = {
  light: { title: 'Light', noun: 'the lamp' },
  'dimmable-light': { title: 'Dimmable light', noun: 'the lamp' },
  'color-light': { title: 'Colour light', noun: 'the lamp' },
  dimmer: { title: 'Dimmer', noun: 'the dimmer' },
  switch: { title: 'Switch', noun: 'the switch' },
  plug: { title: 'Plug', noun: 'the plug' },
  curtain: { title: 'Curtain', noun: 'the curtain' },
  'air-conditioner': { title: 'Air conditioner', noun: 'the air conditioner' },
  thermostat: { title: 'Thermostat', noun: 'the thermostat' },
  lock: { title: 'Lock', noun: 'the lock' },
  valve: { title: 'Valve', noun: 'the valve' },
  'camera-hub': { title: 'Camera', noun: 'the camera' },
  button: { title: 'Button', noun: 'the button' },
  meter: { title: 'Meter', noun: 'the meter' },
  'motion-sensor': { title: 'Motion sensor', noun: 'the sensor' },
  'contact-sensor': { title: 'Door or window', noun: 'the sensor' },
  'temperature-sensor': { title: 'Temperature', noun: 'the sensor' },
  'humidity-sensor': { title: 'Humidity', noun: 'the sensor' },
  'climate-sensor': { title: 'Climate', noun: 'the sensor' },
  'leak-sensor': { title: 'Water sensor', noun: 'the sensor' },
  'smoke-alarm': { title: 'Smoke alarm', noun: 'the alarm' },
  'gas-alarm': { title: 'Gas alarm', noun: 'the alarm' },
  'light-sensor': { title: 'Light sensor', noun: 'the sensor' },
  'sleep-sensor': { title: 'Sleep sensor', noun: 'the sensor' },
}

/** What a kind of device is called. */
export const kindWords = (kind: string): KindWords => kinds[kind] ?? { title: 'Device', noun: 'the device' }

const lamps = ['light', 'dimmable-light', 'color-light', 'dimmer']

/** Whether a kind of device gives light. */
export const isLamp = (kind: string) => lamps.includes(kind)
