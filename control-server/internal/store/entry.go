package store

import (
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Entries calls fn for every entry of an event's gallery, faces and then
// tickets. It holds one entry at a time, whatever the size of the gallery; fn
// must not use the transaction, and its error ends the reading.
func (tx *Tx) Entries(event checkin.EventID, fn func(ref wire.EntryRef, sealed []byte) error) error {
	for _, q := range []struct {
		kind  wire.EntryKind
		query string
	}{
		{wire.EntryFace, `SELECT id, sealed FROM enrolments WHERE event = ? AND state = 'enrolled' ORDER BY seq`},
		{wire.EntryTicket, `SELECT id, sealed FROM credentials WHERE event = ? ORDER BY id`},
	} {
		err := tx.each("read gallery entries", func(s scan) error {
			ref := wire.EntryRef{Kind: q.kind}
			var sealed []byte
			if err := s(&ref.ID, &sealed); err != nil {
				return err
			}
			return fn(ref, sealed)
		}, q.query, event)
		if err != nil {
			return err
		}
	}
	return nil
}
