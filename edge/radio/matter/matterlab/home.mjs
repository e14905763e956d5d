// Virtual Matter devices: real matter.js server nodes with the device types named
// in houses.mjs. One process is one or more nodes; they say "NODE <name> <code>"
// once they can be commissioned and "ALL UP" when all are on the network. Lines of
// JSON on standard input move sensors and press buttons, as people would.
import { Environment, Logger, ServerNode, VendorId } from "@matter/main";
import { createInterface } from "node:readline";
import { houses } from "./houses.mjs";

const [house, storage] = process.argv.slice(2);
Logger.level = process.env.MATTER_LOG ?? "fatal";
Environment.default.vars.set("storage.path", storage);
Environment.default.vars.set("runtime.signals", false);

const endpoints = new Map();

async function raise({ name, port, passcode, discriminator, parts, label }) {
    const node = await ServerNode.create({
        id: name,
        network: { port },
        commissioning: { passcode, discriminator },
        productDescription: { name, deviceType: parts[0].type.deviceType },
        basicInformation: {
            vendorName: "Logis lab", vendorId: VendorId(0xfff1), productName: `Virtual ${name}`, productId: 0x8001,
            nodeLabel: label ?? "", serialNumber: `lab-${name}`, uniqueId: `lab-${name}`, softwareVersionString: "1.0",
        },
    });
    for (const { id, number, type, state } of parts) {
        endpoints.set(`${name}/${id}`, await node.add(type, { id, number, ...state }));
    }
    await node.start();
    console.log(`NODE ${name} ${node.state.commissioning.pairingCodes.manualPairingCode}`);
}

for (const node of houses[house]) {
    await raise(node);
}
console.log("ALL UP");

createInterface({ input: process.stdin }).on("line", async line => {
    const { endpoint, state } = JSON.parse(line);
    try {
        await endpoints.get(endpoint).set(state);
        console.log(`DONE ${line}`);
    } catch (error) {
        console.log(`FAULT ${line} ${error}`);
    }
});
