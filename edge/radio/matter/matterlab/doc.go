// Package matterlab is a Matter home on a bench: virtual devices and a controller
// that has let them in, in a network of their own.
//
// Devices and controller are real: matter.js, in processes of their own, which
// find each other by mDNS, prove themselves and talk encrypted, as in a home. The
// outer shell is not. The Open Home Foundation's Matter Server is not published
// where this project gets its packages, so server.mjs stands in for it: a thin
// facade that speaks the part of its documented WebSocket API that Logis uses, on
// top of the same matter.js controller the real server is built on.
//
// Matter needs an interface that carries multicast and must not speak into the
// network of the machine. So everything runs in a network namespace with a pair of
// virtual cables, which only root can make, on Linux; [Start] skips a test
// elsewhere, with a sentence that says why. The facade listens on a unix socket,
// which no namespace hides.
package matterlab
