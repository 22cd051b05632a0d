// Package wire is the contract between the control server and the gate agents:
// subjects, streams, buckets and messages, with their version. The golden files
// under testdata are the contract's text; a change to one is a new version.
package wire
