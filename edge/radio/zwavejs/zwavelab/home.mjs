// A Z-Wave home in one process: the real driver (zwave-js) on a simulated
// controller with simulated nodes, and the real server (@zwave-js/server) in
// front of it. It takes its nodes as JSON in its first argument, prints READY,
// and then does what lines of JSON on its standard input say; each gets a line
// that begins with ANSWER.
import { createInterface } from "node:readline";
import { MockController, MockNode } from "@zwave-js/testing";
import { ZwavejsServer } from "@zwave-js/server";
import {
  createAndStartDriverWithMockPort, createDefaultMockControllerBehaviors, createDefaultMockNodeBehaviors,
} from "zwave-js/Testing";
import { hand } from "./hand.mjs";
import { profile } from "./profiles.mjs";

const config = JSON.parse(process.argv[2]);
const { driver, continueStartup, mockPort, serial } = await createAndStartDriverWithMockPort({
  logConfig: { enabled: false },
  securityKeys: { S0_Legacy: Buffer.alloc(16, 1) },
  storage: { cacheDir: config.cache },
  // A node that does not answer is given up after one attempt instead of three.
  attempts: { sendData: 1, sendDataJammed: 1 },
});
const controller = await MockController.create({ mockPort, serial, homeId: config.home, ownNodeId: 1 });
controller.defineBehavior(...createDefaultMockControllerBehaviors());

const nodes = new Map();
// equip gives a simulated node what all have: somebody who may break it, and a
// list of what it was ordered.
const equip = (node, kind) => {
  const { behaviors } = profile(kind);
  node.faults = { deaf: false, jammed: false };
  node.orders = [];
  // What is defined last is asked first.
  node.defineBehavior(...createDefaultMockNodeBehaviors());
  node.defineBehavior(...behaviors);
  node.defineBehavior({
    handleCC(_controller, self, cc) {
      const name = cc.constructor.name;
      if (self.faults.deaf) return { action: "stop" };
      if (!/(Set|LevelChange)$/.test(name)) return undefined;
      self.orders.push(name.replace(/^.*CC/, "") + " " + (cc.targetValue ?? cc.mode ?? cc.value ?? cc.values?.[0]?.value ?? ""));
      return self.faults.jammed ? { action: "stop" } : undefined;
    },
  });
  nodes.set(node.id, node);
};
for (const { id, kind } of config.nodes) {
  const node = await MockNode.create({ controller, id, capabilities: profile(kind).capabilities });
  equip(node, kind);
  controller.addNode(node);
}

const keepAwake = (node) => {
  if (!node.ready) setImmediate(() => node.markAsAwake());
};
let server;
const quiet = () => {};
const logger = { error: quiet, warn: quiet, info: quiet, debug: quiet };
driver.on("driver ready", async () => {
  // Sleeping nodes are interviewed when they wake up, which these do at once.
  for (const node of driver.controller.nodes.values()) node.on("sleep", keepAwake);
  server = new ZwavejsServer(driver, { port: config.port, host: "127.0.0.1", enableDNSServiceDiscovery: false, logger });
  await server.start();
  console.log("READY");
});
driver.on("all nodes ready", () => console.log("INTERVIEWED"));
driver.on("error", (error) => console.log("driver:", error.message));
continueStartup();

const act = hand({ driver, controller, nodes, equip });
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, ...order } = JSON.parse(line);
  let answer = {};
  try {
    answer = { result: (await act(order)) ?? null };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  console.log("ANSWER " + JSON.stringify({ id, ...answer }));
}).on("close", () => process.exit(0)); // who started us is gone

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, async () => {
    await server?.destroy();
    await driver.destroy();
    process.exit(0);
  });
}
