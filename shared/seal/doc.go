// Package seal keeps what must stay secret and proves what was done: event
// keys and what they seal, the vault they lie in, and the identities of gates
// and servers that sign receipts and open assignments.
package seal
