// Package lane is the core of the gate: one lane from a presentation over the
// admission, the claim and the release to the passage.
//
// Machine is pure. Events go in with the time, commands come out; it starts no
// goroutine, reads no clock and touches no I/O, so that every sequence of
// events can be replayed and proven. A driver outside carries the commands out
// and feeds the results back as events.
package lane
