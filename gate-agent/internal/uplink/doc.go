// Package uplink is the gate's side of NATS: it asks for the assignment,
// follows the gallery, takes claims, and carries status and records up. It is
// the only package of the gate agent that knows NATS.
package uplink
