// Package purge ends an event: it destroys the event key, tells every gate to
// wipe, deletes the streams and the rows, and collects the gates' receipts.
package purge
