// Package bus is the control server's side of NATS: the embedded server, who
// may do what on it, and every stream and bucket. It is the only package of the
// control server that knows NATS.
package bus
