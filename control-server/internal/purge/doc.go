// Package purge ends an event: it destroys the event key, overwrites the sealed
// templates, tells every gate to wipe, deletes the streams, and collects the
// gates' receipts.
package purge
