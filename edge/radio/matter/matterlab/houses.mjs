// What the virtual homes are made of: nodes, and the device type of each of their
// endpoints. Numbers and passcodes are fixed, so that a home that comes back is
// the same one.
import { OnOffLightDevice } from "@matter/main/devices/on-off-light";
import { DimmableLightDevice } from "@matter/main/devices/dimmable-light";
import { ColorTemperatureLightDevice } from "@matter/main/devices/color-temperature-light";
import { ExtendedColorLightDevice } from "@matter/main/devices/extended-color-light";
import { OnOffPlugInUnitDevice } from "@matter/main/devices/on-off-plug-in-unit";
import { DoorLockDevice } from "@matter/main/devices/door-lock";
import { ThermostatDevice } from "@matter/main/devices/thermostat";
import { WindowCoveringDevice } from "@matter/main/devices/window-covering";
import { ContactSensorDevice } from "@matter/main/devices/contact-sensor";
import { OccupancySensorDevice } from "@matter/main/devices/occupancy-sensor";
import { TemperatureSensorDevice } from "@matter/main/devices/temperature-sensor";
import { HumiditySensorDevice } from "@matter/main/devices/humidity-sensor";
import { LightSensorDevice } from "@matter/main/devices/light-sensor";
import { GenericSwitchDevice } from "@matter/main/devices/generic-switch";
import { ColorControlServer } from "@matter/main/behaviors/color-control";
import { OccupancySensingServer } from "@matter/main/behaviors/occupancy-sensing";
import { PowerSourceServer } from "@matter/main/behaviors/power-source";
import { SwitchServer } from "@matter/main/behaviors/switch";
import { ThermostatServer } from "@matter/main/behaviors/thermostat";
import { WindowCoveringServer } from "@matter/main/behaviors/window-covering";

const battery = PowerSourceServer.with("Battery");
const full = { status: 1, order: 0, description: "Battery", batPercentRemaining: 150, batChargeLevel: 0, batReplacementNeeded: false, batReplaceability: 2 };

const colorLight = ExtendedColorLightDevice.with(ColorControlServer.with("HueSaturation", "Xy", "ColorTemperature"));
const colors = {
    colorMode: 0, enhancedColorMode: 0, currentHue: 0, currentSaturation: 0,
    colorTempPhysicalMinMireds: 100, colorTempPhysicalMaxMireds: 600, colorTemperatureMireds: 250,
    coupleColorTempToLevelMinMireds: 100, startUpColorTemperatureMireds: null,
};

export const houses = {
    lamp: [{
        name: "lamp", port: 5541, passcode: 20202021, discriminator: 3840, label: "Reading lamp",
        parts: [{ id: "lamp", number: 1, type: colorLight, state: { colorControl: colors } }],
    }],
    late: [{ name: "late", port: 5543, passcode: 20202023, discriminator: 3842, parts: [{ id: "late", number: 1, type: OnOffLightDevice }] }],
    house: [{
        name: "house", port: 5542, passcode: 20202022, discriminator: 3841,
        parts: [
            { id: "light", number: 1, type: OnOffLightDevice },
            { id: "dimmable", number: 2, type: DimmableLightDevice },
            {
                id: "white", number: 3, type: ColorTemperatureLightDevice,
                state: { colorControl: { colorMode: 2, enhancedColorMode: 2, colorTempPhysicalMinMireds: 150, colorTempPhysicalMaxMireds: 500, colorTemperatureMireds: 250, coupleColorTempToLevelMinMireds: 150, startUpColorTemperatureMireds: null } },
            },
            { id: "plug", number: 4, type: OnOffPlugInUnitDevice },
            { id: "lock", number: 5, type: DoorLockDevice, state: { doorLock: { lockType: 0, lockState: 2, actuatorEnabled: true, operatingMode: 0, wrongCodeEntryLimit: 5, userCodeTemporaryDisableTime: 5, supportedOperatingModes: { normal: false, vacation: true, privacy: true, noRemoteLockUnlock: false, passage: true, alwaysSet: 2047 } } } },
            {
                id: "thermostat", number: 6, type: ThermostatDevice.with(ThermostatServer.with("Heating", "Cooling")),
                state: { thermostat: { absMinHeatSetpointLimit: 500, minHeatSetpointLimit: 500, absMaxHeatSetpointLimit: 3500, maxHeatSetpointLimit: 3000, localTemperature: 2150, occupiedHeatingSetpoint: 2000, occupiedCoolingSetpoint: 2600, controlSequenceOfOperation: 4, systemMode: 4, externalMeasuredIndoorTemperature: 2150 } },
            },
            { id: "curtain", number: 7, type: WindowCoveringDevice.with(WindowCoveringServer.with("Lift", "PositionAwareLift")), state: { windowCovering: { currentPositionLiftPercent100ths: 0, targetPositionLiftPercent100ths: 0, configStatus: { operational: true, onlineReserved: true, liftPositionAware: true } } } },
            { id: "contact", number: 8, type: ContactSensorDevice.with(battery), state: { booleanState: { stateValue: true }, powerSource: full } },
            { id: "occupancy", number: 9, type: OccupancySensorDevice.with(OccupancySensingServer.with("PassiveInfrared")), state: { occupancySensing: { occupancy: { occupied: false }, occupancySensorType: 0, occupancySensorTypeBitmap: { pir: true } } } },
            { id: "temperature", number: 10, type: TemperatureSensorDevice, state: { temperatureMeasurement: { measuredValue: 2150 } } },
            { id: "humidity", number: 11, type: HumiditySensorDevice, state: { relativeHumidityMeasurement: { measuredValue: 4500 } } },
            { id: "brightness", number: 12, type: LightSensorDevice, state: { illuminanceMeasurement: { measuredValue: 20001 } } },
            {
                id: "button", number: 13,
                type: GenericSwitchDevice.with(SwitchServer.with("MomentarySwitch", "MomentarySwitchRelease", "MomentarySwitchLongPress", "MomentarySwitchMultiPress")),
                state: { switch: { numberOfPositions: 2, currentPosition: 0, multiPressMax: 3 } },
            },
        ],
    }],
};
