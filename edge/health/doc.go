// Package health is how a gateway stands: what the running agent tells of itself
// over a socket in its folder, what a look at the folder and the machine adds,
// and what a person should do about it.
package health
