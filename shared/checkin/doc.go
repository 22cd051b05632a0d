// Package checkin is the domain: events, holders, credentials, consent,
// admissions and passages, and Decide, the one pure function that says who may
// pass. It imports the standard library only, and starts no goroutine, reads no
// clock and touches no I/O.
package checkin
