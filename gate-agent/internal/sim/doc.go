// Package sim holds a simulated camera and a simulated turnstile, for the demo
// and for tests. The turnstile speaks the real bytes of a relay board over a
// pseudo-terminal, so the agent drives it with the code that drives real
// boards. Everything here says in its logs and paths that it is simulated.
package sim
