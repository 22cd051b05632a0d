// Package gates knows which gate serves which event: pairing, assignment and
// revocation, and the sealed Assignment that tells a gate.
package gates
