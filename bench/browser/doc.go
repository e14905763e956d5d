// Package browser shows what a person sees: Chromium on the real server, with a
// simulated home and with a lamp behind a real Zigbee2MQTT. The steps themselves
// are told in web/e2e.
package browser
