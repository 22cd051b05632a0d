// Package ingest stores what gates report: each record once, however often it
// arrives.
package ingest
