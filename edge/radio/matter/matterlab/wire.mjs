// How values look on the WebSocket: attributes under "endpoint/cluster/attribute",
// enums and bitmaps as numbers, structs by the tags of their fields, events by the
// names of theirs. matter.js knows the shapes; this only walks them.
import { Bytes, camelize } from "@matter/main";
import { Matter } from "@matter/main/model";

// clusterOf returns the behaviour of an endpoint for a cluster id.
export function clusterOf(endpoint, id) {
    return Object.values(endpoint.behaviors.supported).find(type => type.schema?.id === id && type.cluster !== undefined);
}

// attributesOf returns every attribute of an endpoint that has a value.
export function attributesOf(endpoint) {
    const all = {};
    for (const type of Object.values(endpoint.behaviors.supported)) {
        if (type.cluster === undefined) continue;
        for (const [path, value] of pathsOf(endpoint, type)) all[path] = value;
    }
    return all;
}

// pathsOf returns some attributes of a cluster, or all.
export function pathsOf(endpoint, type, names) {
    const { schema } = type;
    if (schema?.id === undefined) return [];
    let state;
    try {
        state = endpoint.stateOf(type);
    } catch {
        return [];
    }
    const found = [];
    for (const attribute of schema.attributes) {
        const name = attribute.propertyName;
        if ((names !== undefined && !names.includes(name)) || state[name] === undefined) continue;
        found.push([`${endpoint.number}/${schema.id}/${attribute.id}`, shape(state[name], attribute, true)]);
    }
    return found;
}

// toWire shapes a value that was read.
export function toWire(value, clusterId, attributeId) {
    return shape(value, Matter.clusters(clusterId)?.attributes(attributeId), true);
}

// eventToWire shapes what an event carries.
export function eventToWire({ payload, event }) {
    return payload === undefined ? null : shape(payload, event, false);
}

function shape(value, model, tags) {
    if (value === null || value === undefined) return null;
    if (Bytes.isBytes(value)) return Bytes.toBase64(value);
    if (Array.isArray(value)) return value.map(item => shape(item, model?.listEntry, tags));
    if (typeof value !== "object") return value;
    if (model?.effectiveMetatype === "bitmap") return bits(value, model);
    const fields = {};
    for (const member of model?.members ?? []) {
        const name = camelize(member.name);
        if (value[name] !== undefined) fields[tags ? member.id : name] = shape(value[name], member, tags);
    }
    return fields;
}

function bits(value, model) {
    let number = 0;
    for (const member of model.members) {
        const set = value[camelize(member.name)] ?? value[camelize(member.title ?? "")];
        const low = member.constraint.value ?? member.constraint.min ?? 0;
        number |= Number(set ?? 0) << low;
    }
    return number;
}

// fieldsFromWire gives the fields of a command the shapes matter.js wants: bitmaps
// come as numbers.
export function fieldsFromWire(payload, command) {
    const fields = {};
    for (const [name, value] of Object.entries(payload ?? {})) {
        const member = [...command.members].find(m => m.propertyName === name);
        fields[name] = member?.effectiveMetatype === "bitmap" ? flags(value, member) : value;
    }
    return Object.keys(fields).length > 0 ? fields : undefined;
}

function flags(number, model) {
    return Object.fromEntries(model.members.map(m => [camelize(m.title ?? m.name), ((number >> (m.constraint.value ?? m.constraint.min ?? 0)) & 1) === 1]));
}
