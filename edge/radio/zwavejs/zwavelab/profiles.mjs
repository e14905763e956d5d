// What the simulated nodes are: capabilities in the terms of @zwave-js/testing,
// and how they answer where its default behaviors do not.
import { BatteryCCGet, BatteryCCReport } from "@zwave-js/cc/BatteryCC";
import { CentralSceneCCSupportedGet, CentralSceneCCSupportedReport } from "@zwave-js/cc/CentralSceneCC";
import { ColorComponentMap } from "@zwave-js/cc";
import { ColorSwitchCCSet } from "@zwave-js/cc/ColorSwitchCC";
import { MultilevelSwitchCCSet } from "@zwave-js/cc/MultilevelSwitchCC";
import { NotificationCCGet, NotificationCCReport } from "@zwave-js/cc/NotificationCC";
import { ThermostatSetpointCCSet } from "@zwave-js/cc/ThermostatSetpointCC";
import { WakeUpCCIntervalGet, WakeUpCCIntervalReport } from "@zwave-js/cc/WakeUpCC";
import { CommandClasses as CC } from "@zwave-js/core";
import { Bytes } from "@zwave-js/shared";

// The library's own parser of this frame, which only simulated nodes need, fails
// (15.29.0: "Cannot set properties of undefined").
ColorSwitchCCSet.from = (raw, ctx) => {
  const colors = {};
  for (let i = 0; i < (raw.payload[0] & 31); i++) {
    const [component, value] = raw.payload.subarray(1 + 2 * i);
    const name = Object.keys(ColorComponentMap).find((key) => ColorComponentMap[key] === component);
    colors[name] = value;
  }
  return new ColorSwitchCCSet({ nodeId: ctx.sourceNodeId, ...colors });
};

const version = { ccId: CC.Version, version: 1 };
const supervision = { ccId: CC.Supervision, version: 1 };
const wakeUp = { ccId: CC["Wake Up"], version: 1 };
const battery = { ccId: CC.Battery, version: 1 };
const zwavePlus = { ccId: CC["Z-Wave Plus Info"], version: 2 };
const identify = { ccId: CC.Indicator, version: 3, indicators: { 0x50: { properties: [3, 4, 5] } } };
const named = { ccId: CC["Manufacturer Specific"], version: 1 };
const meter = (self) => ({
  ccId: CC.Meter, version: 4, meterType: 1, supportedScales: [0, 2], supportedRateTypes: [1],
  getValue: (scale) => self.state?.get(`meter ${scale}`) ?? 0,
});

// respond answers a Get with a report made by make.
const respond = (Get, make) => ({
  handleCC(controller, self, cc) {
    return cc instanceof Get ? { action: "sendCC", cc: make(controller, self, cc) } : undefined;
  },
});

const batteryBehavior = respond(BatteryCCGet, (controller, self) =>
  new BatteryCCReport({ nodeId: controller.ownNodeId, isLow: false, level: self.state.get("battery") ?? 88 }));

const wakeUpBehavior = respond(WakeUpCCIntervalGet, (controller) =>
  new WakeUpCCIntervalReport({ nodeId: controller.ownNodeId, wakeUpInterval: 3600, controllerNodeId: controller.ownNodeId }));

// A dimmer that is told 255 goes back to the level it had.
const restores = {
  handleCC(_controller, self, cc) {
    if (!(cc instanceof MultilevelSwitchCCSet)) return undefined;
    if (cc.targetValue === 255) cc.targetValue = self.state.get("last level") ?? 99;
    else if (cc.targetValue > 0) self.state.set("last level", cc.targetValue);
    return undefined;
  },
};

// A thermostat that takes what it is told; the default one refuses everything
// above its minimum.
const setpoints = {
  handleCC(_controller, self, cc) {
    if (!(cc instanceof ThermostatSetpointCCSet)) return undefined;
    self.state.set(`ThermostatSetpoint_setpoint_${cc.setpointType}`, cc.value);
    return { action: "ok" };
  },
};

const scenes = respond(CentralSceneCCSupportedGet, (controller) => {
  const report = new CentralSceneCCSupportedReport({
    nodeId: controller.ownNodeId, sceneCount: 2, supportsSlowRefresh: false, supportedKeyAttributes: { 1: [0, 1, 2, 3] },
  });
  // two scenes, the same keys for both, one byte of keys: pressed, released, held, twice
  report.payload = Bytes.from([2, 0b011, 0b1111]);
  return report;
});

// notifier is a sensor that tells events of one type.
const lastEvent = respond(NotificationCCGet, (controller, self, cc) => new NotificationCCReport({
  nodeId: controller.ownNodeId, notificationType: cc.notificationType, notificationStatus: 255,
  notificationEvent: self.state.get("event") ?? 0,
}));
const notifier = (type, events, more = {}) => ({
  capabilities: {
    genericDeviceClass: 0x07, specificDeviceClass: 0x01, isListening: false, isFrequentListening: false, ...more,
    commandClasses: [
      version, zwavePlus, battery, ...(more.isListening ? [] : [wakeUp]),
      { ccId: CC.Notification, version: 8, supportsV1Alarm: false, notificationTypesAndEvents: { [type]: events } },
    ],
  },
  behaviors: [batteryBehavior, wakeUpBehavior, lastEvent],
});

const always = { isListening: true };

const profiles = {
  plug: () => ({
    capabilities: {
      genericDeviceClass: 0x10, specificDeviceClass: 0x01,
      commandClasses: [version, zwavePlus, named, { ccId: CC["Binary Switch"], version: 2, defaultValue: false }, meter({ state: new Map([["meter 0", 12.34], ["meter 2", 60]]) })],
    },
  }),
  switch: () => ({
    capabilities: {
      genericDeviceClass: 0x10, specificDeviceClass: 0x01,
      commandClasses: [version, zwavePlus, { ccId: CC["Binary Switch"], version: 1, defaultValue: false }],
    },
  }),
  supervisedSwitch: () => ({
    capabilities: {
      genericDeviceClass: 0x10, specificDeviceClass: 0x01,
      commandClasses: [version, zwavePlus, supervision, { ccId: CC["Binary Switch"], version: 2, defaultValue: false }],
    },
  }),
  valve: () => ({
    capabilities: {
      genericDeviceClass: 0x10, specificDeviceClass: 0x06,
      commandClasses: [version, zwavePlus, supervision, { ccId: CC["Binary Switch"], version: 2, defaultValue: false }],
    },
  }),
  twoGang: () => ({
    capabilities: {
      genericDeviceClass: 0x10, specificDeviceClass: 0x01,
      commandClasses: [version, zwavePlus, { ccId: CC["Multi Channel"], version: 4 }],
      endpoints: [1, 2].map(() => ({
        genericDeviceClass: 0x10, specificDeviceClass: 0x01,
        commandClasses: [{ ccId: CC["Binary Switch"], version: 1, defaultValue: false }],
      })),
    },
  }),
  dimmer: () => ({
    capabilities: {
      genericDeviceClass: 0x11, specificDeviceClass: 0x01,
      commandClasses: [version, zwavePlus, identify, { ccId: CC["Multilevel Switch"], version: 4, defaultValue: 0 }],
    },
    behaviors: [restores],
  }),
  colorLamp: () => ({
    capabilities: {
      genericDeviceClass: 0x11, specificDeviceClass: 0x01,
      commandClasses: [
        version, zwavePlus, supervision, identify, { ccId: CC["Multilevel Switch"], version: 4, defaultValue: 0 },
        { ccId: CC["Color Switch"], version: 3, colorComponents: { 0: 255, 1: 0, 2: 0, 3: 0, 4: 0 } },
      ],
    },
    behaviors: [restores],
  }),
  curtain: () => ({
    capabilities: {
      genericDeviceClass: 0x11, specificDeviceClass: 0x06,
      commandClasses: [version, zwavePlus, { ccId: CC["Multilevel Switch"], version: 4, defaultValue: 99, travelTime: 400 }],
    },
  }),
  blind: () => ({
    capabilities: {
      genericDeviceClass: 0x09, specificDeviceClass: 0x01,
      commandClasses: [version, zwavePlus, supervision, { ccId: CC["Window Covering"], version: 1, supportedParameters: [13], travelTime: 400 }],
    },
  }),
  lock: () => ({
    capabilities: {
      genericDeviceClass: 0x40, specificDeviceClass: 0x03, isListening: false, isFrequentListening: "1000ms",
      commandClasses: [version, zwavePlus, supervision, battery, { ccId: CC["Door Lock"], version: 4, latchSupported: false }],
    },
    behaviors: [batteryBehavior],
  }),
  thermostat: () => ({
    capabilities: {
      genericDeviceClass: 0x08, specificDeviceClass: 0x06,
      commandClasses: [
        version, zwavePlus,
        { ccId: CC["Thermostat Mode"], version: 3, supportedModes: [0, 1, 2, 3] },
        { ccId: CC["Thermostat Setpoint"], version: 3, setpoints: {
          1: { minValue: 5, maxValue: 30, defaultValue: 20, scale: "°C" }, 2: { minValue: 16, maxValue: 32, defaultValue: 25, scale: "°C" },
        } },
        { ccId: CC["Multilevel Sensor"], version: 11, sensors: { 1: { supportedScales: [0] } }, getValue: () => 21.5 },
      ],
    },
    behaviors: [setpoints],
  }),
  climate: () => ({
    capabilities: {
      genericDeviceClass: 0x21, specificDeviceClass: 0x01, isListening: false,
      commandClasses: [
        version, zwavePlus, battery, wakeUp,
        { ccId: CC["Multilevel Sensor"], version: 11, sensors: { 1: { supportedScales: [0, 1] }, 5: { supportedScales: [0] }, 3: { supportedScales: [1] } },
          getValue: (type) => ({ 1: 21.5, 5: 45, 3: 320 })[type] },
      ],
    },
    behaviors: [batteryBehavior, wakeUpBehavior],
  }),
  contact: () => notifier(6, [22, 23]),
  motion: () => notifier(7, [3, 8]),
  leak: () => notifier(5, [2]),
  smoke: () => notifier(1, [2], always),
  button: () => ({
    capabilities: {
      genericDeviceClass: 0x18, specificDeviceClass: 0x01, isListening: false,
      commandClasses: [version, zwavePlus, battery, wakeUp, { ccId: CC["Central Scene"], version: 3 }],
    },
    behaviors: [batteryBehavior, wakeUpBehavior, scenes],
  }),
};

// profile returns what a node of the kind can and does.
export const profile = (kind) => {
  if (!profiles[kind]) throw new Error("there is no profile " + kind);
  const { capabilities, behaviors = [] } = profiles[kind]();
  return { capabilities: { txDelay: 0, ...capabilities }, behaviors };
};
