// The outer shell of a Matter server: the subset of the Open Home Foundation
// Matter Server's WebSocket API that Logis uses, on a unix socket. The shell is
// the lab's own; the controller below it is matter.js, as in the real server.
import { ClientNode, Environment, Logger, NetworkClient, Seconds, ServerNode } from "@matter/main";
import { ChangeNotificationService } from "@matter/main/node";
import { Read, Write } from "@matter/main/protocol";
import { existsSync, unlinkSync } from "node:fs";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { attributesOf, clusterOf, eventToWire, fieldsFromWire, pathsOf, toWire } from "./wire.mjs";

const [socket, storage] = process.argv.slice(2);
Logger.level = process.env.MATTER_LOG ?? "fatal";
Environment.default.vars.set("storage.path", storage);

// A lost device must be noticed while a test waits for it.
const subscription = { minIntervalFloor: Seconds(0), maxIntervalCeiling: Seconds(2) };

const controller = await ServerNode.create(ServerNode.RootEndpoint, {
    id: "controller", network: { port: 5540 }, commissioning: { enabled: false }, controller: { adminFabricLabel: "lab" },
});
await controller.start();

const listeners = new Set();
const nodeId = peer => Number(peer.peerAddress.nodeId);
const isIn = peer => peer.lifecycle.isCommissioned && peer.peerAddress !== undefined;
const find = id => {
    const peer = [...controller.peers].find(p => isIn(p) && nodeId(p) === id);
    if (peer === undefined) throw fault(5, `Node ${id} does not exist`);
    return peer;
};
const place = (id, endpointId, clusterId) => {
    const peer = find(id);
    const endpoint = [...peer.endpoints].find(e => e.number === endpointId);
    const type = endpoint && clusterOf(endpoint, clusterId);
    if (type === undefined) throw fault(8, `Endpoint ${endpointId} of node ${id} has no cluster ${clusterId}`);
    return { peer, endpoint, type };
};
const fault = (code, details) => Object.assign(new Error(details), { code });
const send = (ws, message) => ws.readyState === ws.OPEN && ws.send(JSON.stringify(message, (_, v) => (typeof v === "bigint" ? Number(v) : v)));
const broadcast = (event, data) => listeners.forEach(ws => send(ws, { event, data }));
const available = peer => peer.behaviors.internalsOf(NetworkClient).activeSubscription?.active !== false && peer.lifecycle.isOnline;

function describe(peer) {
    const attributes = Object.assign({}, ...[...peer.endpoints].map(attributesOf));
    return {
        node_id: nodeId(peer), date_commissioned: "2026-01-01T00:00:00.000000", last_interview: "2026-01-01T00:00:00.000000",
        interview_version: 6, available: available(peer), is_bridge: (attributes["1/29/0"] ?? []).some(t => t["0"] === 14),
        attributes, attribute_subscriptions: [],
    };
}

const followed = new Set();
function follow(peer) {
    if (followed.has(peer)) return;
    followed.add(peer);
    let was;
    const look = () => {
        if (!followed.has(peer)) return;
        const now = available(peer);
        if (now !== was) broadcast("node_updated", describe(peer));
        was = now;
    };
    peer.eventsOf(NetworkClient).subscriptionStatusChanged.on(() => setImmediate(look));
    peer.lifecycle.online.on(() => setImmediate(look));
    peer.lifecycle.offline.on(() => setImmediate(look));
}

controller.env.get(ChangeNotificationService).change.on(change => {
    const { endpoint, kind } = change;
    const peer = endpoint.env?.maybeGet(ClientNode);
    if (peer === undefined || kind === "delete" || !isIn(peer)) return;
    if (kind === "update") {
        for (const [path, value] of pathsOf(endpoint, change.behavior, change.properties)) {
            broadcast("attribute_updated", [nodeId(peer), path, value]);
        }
    } else if (change.behavior.schema.id !== undefined) {
        broadcast("node_event", {
            node_id: nodeId(peer), endpoint_id: endpoint.number, cluster_id: change.behavior.schema.id, event_id: change.event.id,
            event_number: change.number, priority: change.priority, timestamp: Date.now(), timestamp_type: 1,
            data: eventToWire(change),
        });
    }
});

const info = () => ({
    fabric_id: 1, compressed_fabric_id: 1, schema_version: 11, min_supported_schema_version: 11,
    sdk_version: "matterlab (matter.js 0.17.9)", wifi_credentials_set: false, thread_credentials_set: false, bluetooth_enabled: false,
});
const nodes = () => [...controller.peers].filter(isIn).map(describe);

const commands = {
    server_info: info,
    get_nodes: nodes,
    get_node: ({ node_id }) => describe(find(node_id)),
    start_listening: (_, ws) => {
        listeners.add(ws);
        return nodes();
    },
    async commission_with_code({ code }) {
        let peer;
        try {
            peer = await controller.peers.commission({ pairingCode: code, timeout: Seconds(30), defaultSubscription: subscription });
        } catch (error) {
            throw fault(1, `Commission failed: ${error.message}`);
        }
        follow(peer);
        const node = describe(peer);
        broadcast("node_added", node);
        return node;
    },
    async remove_node({ node_id }) {
        const peer = find(node_id);
        followed.delete(peer);
        await peer.decommission().catch(() => peer.delete());
        broadcast("node_removed", node_id);
        return null;
    },
    async read_attribute({ node_id, attribute_path }) {
        const peer = find(node_id);
        const attributes = [attribute_path].flat().map(path => {
            const [endpointId, clusterId, attributeId] = path.split("/").map(part => (part === "*" ? undefined : Number(part)));
            return { endpointId, clusterId, attributeId };
        });
        const result = {};
        for await (const chunk of peer.interaction.read({ ...Read({ fabricFilter: true, attributes }), includeKnownVersions: true })) {
            for await (const report of chunk) {
                if (report.kind !== "attr-value") continue;
                const { endpointId, clusterId, attributeId } = report.path;
                result[`${endpointId}/${clusterId}/${attributeId}`] = toWire(report.value, clusterId, attributeId);
            }
        }
        return result;
    },
    async write_attribute({ node_id, attribute_path, value }) {
        const [endpointId, clusterId, attributeId] = attribute_path.split("/").map(Number);
        const { peer, endpoint, type } = place(node_id, endpointId, clusterId);
        const attributes = type.schema.attributes(attributeId)?.propertyName;
        if (attributes === undefined) throw fault(8, `Attribute ${attribute_path} does not exist`);
        const answers = await peer.interaction.write(Write(Write.Attribute({ endpoint, cluster: type.cluster, attributes, value })));
        return answers.map(({ path, status }) => ({ Path: { EndpointId: path.endpointId, ClusterId: path.clusterId, AttributeId: path.attributeId }, Status: status }));
    },
    async device_command({ node_id, endpoint_id, cluster_id, command_name, payload, timed_request_timeout_ms }) {
        const { endpoint, type } = place(node_id, endpoint_id, cluster_id);
        const name = command_name[0].toLowerCase() + command_name.slice(1);
        const model = [...type.schema.commands].find(c => c.propertyName === name);
        if (model === undefined) throw fault(8, `Command ${command_name} does not exist`);
        if (model.effectiveAccess.timed && !(timed_request_timeout_ms > 0)) throw fault(7, `${command_name} needs a timed request`);
        return (await endpoint.commandsOf(type)[name](fieldsFromWire(payload, model))) ?? null;
    },
};

for (const peer of controller.peers) follow(peer);
if (existsSync(socket)) unlinkSync(socket);
const http = createServer();
new WebSocketServer({ server: http, path: "/ws" }).on("connection", ws => {
    ws.on("close", () => listeners.delete(ws));
    ws.on("error", () => listeners.delete(ws));
    ws.on("message", async text => {
        const { message_id, command, args } = JSON.parse(text);
        try {
            if (!commands[command]) throw fault(9, `Unknown command: ${command}`);
            send(ws, { message_id, result: (await commands[command](args ?? {}, ws)) ?? null });
        } catch (error) {
            send(ws, { message_id, error_code: error.code ?? 0, details: String(error.message ?? error) });
        }
    });
    send(ws, info());
});
http.listen(socket, () => console.log("ALL UP"));
