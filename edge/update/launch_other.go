//go:build !linux

package update

import "os/exec"

// dieWithUs can do nothing elsewhere: gateways run Linux.
func dieWithUs(*exec.Cmd) {}
