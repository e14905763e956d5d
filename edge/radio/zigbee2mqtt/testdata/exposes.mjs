// Writes devices/*.json: what Zigbee2MQTT tells in bridge/devices about some real
// devices, taken from the definitions it ships with (zigbee-herdsman-converters,
// MIT licence), without the words that are for people only.
//
//   cd ../ziglab && npm ci --ignore-scripts && node ../testdata/exposes.mjs
import { createRequire } from "node:module";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, "../ziglab/package.json"));
const zhc = require("zigbee-herdsman-converters");

const folder = join(dirname(require.resolve("zigbee-herdsman-converters")), "devices");
const definitions = readdirSync(folder).filter((f) => f.endsWith(".js")).flatMap((f) => require(join(folder, f)).definitions ?? []);

const mains = "Mains (single phase)";
const light = ["genIdentify", "genOnOff", "genLevelCtrl"], color = [...light, "lightingColorCtrl"];
// file: [model, power source, clusters by endpoint, names by endpoint]
const devices = {
  "ikea-bulb": ["LED1836G9", mains, { 1: light }],
  "ikea-bulb-spectrum": ["LED1732G11", mains, { 1: color }],
  "ikea-bulb-color": ["LED1924G9", mains, { 1: color }],
  "hue-bulb-color": ["9290022166", mains, { 11: color }],
  "hue-lightstrip": ["7299760PH", mains, { 11: color }],
  "osram-plug": ["AB3257001NJ", mains, { 3: ["genOnOff"] }],
  "ikea-plug-metering": ["E22xx", mains, { 1: ["genOnOff", "seMetering", "haElectricalMeasurement"] }],
  "tuya-plug-metering": ["TS011F_plug_1", mains, { 1: ["genOnOff", "seMetering", "haElectricalMeasurement"] }],
  "sonoff-relay": ["ZBMINI", mains, { 1: ["genOnOff"] }],
  "nue-two-gang": ["HGZB-42", mains, { 11: ["genOnOff"], 12: ["genOnOff"] }, { 11: "top", 12: "bottom" }],
  "aqara-two-gang": ["QBKG12LM", mains, { 2: ["genOnOff"], 3: ["genOnOff"] }, { 1: "system", 2: "left", 3: "right", 4: "left", 5: "right", 6: "both" }],
  "tuya-four-gang-dp": ["TS0601_switch_4_gang_1", mains, { 1: ["manuSpecificTuya"] }, { 1: "l1" }],
  "tuya-dimmer": ["TS110E_1gang_1", mains, { 1: light }],
  "ikea-blind": ["E1757", "Battery", { 1: ["closuresWindowCovering"] }],
  "aqara-curtain": ["ZNCLDJ11LM", mains, { 1: ["closuresWindowCovering", "genAnalogOutput"] }],
  "tuya-garage-door": ["TS0601_garage_door_opener", mains, { 1: ["manuSpecificTuya"] }],
  "bosch-trv": ["BTH-RA", "Battery", { 1: ["hvacThermostat", "hvacUserInterfaceCfg"] }],
  "eurotronic-trv": ["SPZB0001", "Battery", { 1: ["hvacThermostat"] }],
  "tuya-trv": ["TS0601_thermostat", "Battery", { 1: ["manuSpecificTuya"] }],
  "sinope-thermostat": ["TH1123ZB", mains, { 1: ["hvacThermostat", "hvacUserInterfaceCfg"] }],
  "danalock": ["V3-BTZB/V3-BTZBE", "Battery", { 1: ["closuresDoorLock"] }],
  "yale-lock": ["YRD226HA2619", "Battery", { 1: ["closuresDoorLock"] }],
  "aqara-contact": ["MCCGQ11LM", "Battery", { 1: ["genOnOff"] }],
  "sonoff-contact": ["SNZB-04", "Battery", { 1: ["ssIasZone"] }],
  "hue-motion": ["9290012607", "Battery", { 2: ["msOccupancySensing", "msIlluminanceMeasurement", "msTemperatureMeasurement"] }],
  "aqara-presence": ["RTCZCGQ11LM", mains, { 1: ["manuSpecificLumi"] }],
  "aqara-climate": ["WSDCGQ11LM", "Battery", { 1: ["msTemperatureMeasurement", "msRelativeHumidity", "msPressureMeasurement"] }],
  "aqara-leak": ["SJCGQ11LM", "Battery", { 1: ["genBasic"] }],
  "heiman-smoke": ["HS1SA-E", "Battery", { 1: ["ssIasZone"] }],
  "heiman-gas": ["HS3CG", mains, { 1: ["ssIasZone"] }],
  "xiaomi-light-sensor": ["GZCGQ01LM", "Battery", { 1: ["msIlluminanceMeasurement"] }],
  "ikea-remote": ["E1743", "Battery", { 1: ["genPowerCfg"] }],
  "ikea-remote-five": ["E1524/E1810", "Battery", { 1: ["genPowerCfg"] }],
  "aqara-button": ["WXKG11LM", "Battery", { 1: ["genOnOff"] }],
  "aqara-opple-six": ["WXCJKG13LM", "Battery", { 1: ["genOnOff"] }],
  "tuya-four-button": ["TS0044", "Battery", { 1: ["genOnOff"] }],
  "hue-dimmer-switch": ["324131092621", "Battery", { 2: ["genBasic"] }],
  "sonoff-water-valve": ["SWV", "Battery", { 1: ["genOnOff", "msFlowMeasurement"] }],
  "ikea-air-purifier": ["E2007", mains, { 1: ["manuSpecificIkeaAirPurifier"] }],
  "develco-meter": ["EMIZB-132", mains, { 2: ["seMetering", "haElectricalMeasurement"] }],
};

const kept = ["type", "name", "property", "endpoint", "unit", "access", "value_min", "value_max", "value_on", "value_off", "values", "category"];
const slim = (e) => ({ ...Object.fromEntries(kept.filter((k) => e[k] !== undefined).map((k) => [k, e[k]])), ...(e.features && { features: e.features.map(slim) }) });

mkdirSync(join(here, "devices"), { recursive: true });
let n = 0;
for (const [file, [model, power, clusters, names = {}]] of Object.entries(devices)) {
  const found = definitions.find((d) => d.model === model);
  const d = found && zhc.prepareDefinition(found);
  if (!d) { console.error("no definition", file, model); process.exitCode = 1; continue; }
  const own = typeof d.exposes === "function" ? d.exposes({ isDummyDevice: true }, {}) : d.exposes;
  // Zigbee2MQTT adds this one itself, to every device.
  const exposes = [...own, { type: "numeric", name: "linkquality", property: "linkquality", unit: "lqi", access: 1, value_min: 0, value_max: 255 }];
  const endpoints = Object.fromEntries(Object.entries(clusters).map(([id, input]) => [id, { ...(names[id] && { name: names[id] }), clusters: { input, output: [] } }]));
  writeFileSync(join(here, "devices", file + ".json"), JSON.stringify({
    ieee_address: "0x" + (0x00124b0000000000n + BigInt(++n)).toString(16).padStart(16, "0"), network_address: 4096 + n,
    type: power === "Battery" ? "EndDevice" : "Router", friendly_name: file, supported: true, disabled: false, interview_state: "SUCCESSFUL",
    power_source: power, model_id: d.zigbeeModel?.[0] ?? "", manufacturer: d.vendor, software_build_id: "1.0",
    endpoints, definition: { model: d.model, vendor: d.vendor, description: d.description, exposes: exposes.map((e) => slim(JSON.parse(JSON.stringify(e)))) },
  }).replace(/},{/g, "},\n{") + "\n");
}
