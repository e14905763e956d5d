// The hand on the simulated hardware: what people and mishaps do to it.
import { BatteryCCReport } from "@zwave-js/cc/BatteryCC";
import { BinarySwitchCCReport } from "@zwave-js/cc/BinarySwitchCC";
import { CentralSceneCCNotification } from "@zwave-js/cc/CentralSceneCC";
import { DoorLockCCOperationReport } from "@zwave-js/cc/DoorLockCC";
import { MeterCCReport } from "@zwave-js/cc/MeterCC";
import { MultilevelSensorCCReport } from "@zwave-js/cc/MultilevelSensorCC";
import { MultilevelSwitchCCReport } from "@zwave-js/cc/MultilevelSwitchCC";
import { NotificationCCReport } from "@zwave-js/cc/NotificationCC";
import { Bytes } from "@zwave-js/shared";
import { createMockZWaveRequestFrame } from "@zwave-js/testing";
import { RemoveNodeReason } from "zwave-js";
import { profile } from "./profiles.mjs";

export const hand = ({ driver, controller, nodes, equip }) => {
  let sequence = 0;
  const to = { nodeId: controller.ownNodeId };
  const tell = (node, cc, endpoint = 0) => {
    cc.endpointIndex = endpoint;
    return node.sendToController(createMockZWaveRequestFrame(cc, { ackRequested: false }));
  };
  const doors = [true, true, true, true];
  const reports = {
    // by hand at the device itself
    switch: (node, value) => {
      node.state.set("BinarySwitch_currentValue", value);
      return new BinarySwitchCCReport({ ...to, currentValue: value });
    },
    level: (node, value) => {
      node.state.set("MultilevelSwitch_currentValue", value);
      return new MultilevelSwitchCCReport({ ...to, currentValue: value, targetValue: value });
    },
    lock: (node, mode) => {
      node.state.set("DoorLock_currentMode", mode);
      return new DoorLockCCOperationReport({ ...to, currentMode: mode, outsideHandlesCanOpenDoor: doors, insideHandlesCanOpenDoor: doors });
    },
    // what sensors see
    notification: (_node, { type, event, parameters }) =>
      new NotificationCCReport({ ...to, notificationType: type, notificationEvent: event, notificationStatus: 255, eventParameters: parameters && Bytes.from(parameters) }),
    sensor: (_node, { type, scale, value }) => new MultilevelSensorCCReport({ ...to, type, scale, value }),
    meter: (_node, { scale, value }) => new MeterCCReport({ ...to, type: 1, scale, rateType: 1, value, deltaTime: 0 }),
    battery: (node, level) => {
      node.state.set("battery", level);
      return new BatteryCCReport({ ...to, isLow: level < 15, level });
    },
    scene: (_node, { scene, key }) => {
      const cc = new CentralSceneCCNotification({ ...to, sequenceNumber: ++sequence & 255, sceneNumber: scene, keyAttribute: key });
      cc.payload = Bytes.from([sequence & 255, key, scene]);
      return cc;
    },
  };
  const acts = {
    report: async ({ node, what, value, endpoint, silent }) => {
      const cc = reports[what](node, value);
      if (!silent) await tell(node, cc, endpoint);
    },
    reach: ({ node, value }) => {
      node.faults.deaf = !value;
      node.autoAckControllerFrames = value;
    },
    jam: ({ node, value }) => { node.faults.jammed = value; },
    orders: ({ node }) => node.orders,
    state: ({ node, value }) => node.state.get(value) ?? null,
    wake: ({ node }) => driver.controller.nodes.get(node.id).markAsAwake(),
    ping: ({ node }) => driver.controller.nodes.get(node.id).ping(),
    // the next inclusion finds this one
    arrive: ({ number: id, kind }) => {
      controller.nodePendingInclusion = { id, capabilities: profile(kind).capabilities, setup: (node) => equip(node, kind) };
    },
    // somebody else switches it, by the driver itself
    set: ({ node, value, class: commandClass }) =>
      driver.controller.nodes.get(node.id).setValue({ commandClass, property: "targetValue" }, value),
    name: ({ node, value }) => { driver.controller.nodes.get(node.id).name = value; },
    // The simulated controller knows no exclusion: the driver is told of one.
    leave: ({ node }) => {
      const lost = driver.controller.nodes.get(node.id);
      driver.controller.emit("node removed", lost, RemoveNodeReason.Excluded);
      driver.controller.nodes.delete(node.id);
    },
  };
  return ({ do: what, node, ...rest }) => acts[what]({ node: nodes.get(node), ...rest });
};
