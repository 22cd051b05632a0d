package gallery

import (
	"fmt"
	"slices"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// contents is one filling of the gallery. A gallery that starts over fills
// another one aside and swaps when it is right.
type contents struct {
	entries map[wire.EntryRef]entry
	faces   *face.Index                               // by enrolment
	tickets map[[32]byte]checkin.Credential           // by keyed hash of the secret
	rights  map[checkin.HolderID][]checkin.Credential // what a recognised holder may use
	digest  wire.Digest
}

// entry remembers what must be undone when it leaves.
type entry struct {
	digest wire.Digest // its share of the set's digest
	holder checkin.HolderID
	hash   [32]byte // of a ticket
	alike  bool     // of a face: a look-alike's
}

func newContents(dim int) *contents {
	return &contents{
		entries: map[wire.EntryRef]entry{},
		faces:   face.NewIndex(dim),
		tickets: map[[32]byte]checkin.Credential{},
		rights:  map[checkin.HolderID][]checkin.Credential{},
	}
}

// put opens a sealed entry and adds it, or puts it in the place of its former
// version.
func (c *contents) put(event checkin.EventID, key *seal.EventKey, model Model, ref wire.EntryRef, sealed []byte) error {
	plain, err := key.Open(sealed, ref.AAD(event))
	if err != nil {
		return fmt.Errorf("%s entry %s: %w", ref.Kind, ref.ID, err)
	}
	defer clear(plain)
	var e entry
	e.digest.Toggle(ref, sealed)
	switch ref.Kind {
	case wire.EntryFace:
		f, err := wire.Decode[wire.FaceEntry](plain)
		if err != nil {
			return fmt.Errorf("face entry %s: %w", ref.ID, err)
		}
		defer clear(f.Template)
		if f.Model != model.ID {
			return fmt.Errorf("face entry %s is of model %q, this gate runs %q", ref.ID, f.Model, model.ID)
		}
		v, err := face.Decode(f.Template, model.Dimension)
		if err != nil {
			return fmt.Errorf("face entry %s: %w", ref.ID, err)
		}
		c.drop(ref)
		c.faces.Put(ref.ID, v)
		face.Wipe(v)
		e.holder, e.alike = f.Holder, f.LookAlike
	case wire.EntryTicket:
		t, err := wire.Decode[wire.TicketEntry](plain)
		if err != nil {
			return fmt.Errorf("ticket entry %s: %w", ref.ID, err)
		}
		if string(t.Credential.ID) != ref.ID {
			return fmt.Errorf("ticket entry %s holds credential %q", ref.ID, t.Credential.ID)
		}
		if len(t.SecretHash) != len(e.hash) {
			return fmt.Errorf("ticket entry %s: hash of %d bytes, want %d", ref.ID, len(t.SecretHash), len(e.hash))
		}
		c.drop(ref)
		e.hash, e.holder = [32]byte(t.SecretHash), t.Credential.Holder
		c.tickets[e.hash] = t.Credential
		c.rights[e.holder] = append(c.rights[e.holder], t.Credential)
	default:
		return fmt.Errorf("entry kind %q is unknown", ref.Kind)
	}
	c.entries[ref] = e
	c.digest.Merge(e.digest)
	return nil
}

// drop removes an entry and overwrites its template. It reports whether there
// was one.
func (c *contents) drop(ref wire.EntryRef) bool {
	e, ok := c.entries[ref]
	if !ok {
		return false
	}
	delete(c.entries, ref)
	c.digest.Merge(e.digest)
	switch ref.Kind {
	case wire.EntryFace:
		c.faces.Remove(ref.ID)
	case wire.EntryTicket:
		isIt := func(cred checkin.Credential) bool { return string(cred.ID) == ref.ID }
		if isIt(c.tickets[e.hash]) { // and not a newer credential of the same ticket
			delete(c.tickets, e.hash)
		}
		c.rights[e.holder] = slices.DeleteFunc(c.rights[e.holder], isIt)
	}
	return true
}

// wipe overwrites every template and returns how many there were.
func (c *contents) wipe() int {
	clear(c.entries)
	clear(c.tickets)
	clear(c.rights)
	c.digest = wire.Digest{}
	return c.faces.Wipe()
}

func faceRef(enrolment string) wire.EntryRef {
	return wire.EntryRef{Kind: wire.EntryFace, ID: enrolment}
}
