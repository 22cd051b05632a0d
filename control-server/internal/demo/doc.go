// Package demo plays a whole venue on one machine: a control server and two
// gates as processes of their own, with simulated cameras and turnstiles, and a
// cast of people cut out of sample pictures. The parts under test are the real
// ones; only the world around them is simulated.
package demo
