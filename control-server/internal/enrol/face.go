package enrol

import (
	"fmt"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

func faceRef(id checkin.EnrolmentID) wire.EntryRef {
	return wire.EntryRef{Kind: wire.EntryFace, ID: string(id)}
}

func sealFace(key *seal.EventKey, event checkin.EventID, id checkin.EnrolmentID, entry wire.FaceEntry) []byte {
	plain := wire.Encode(entry)
	defer clear(plain)
	return key.Seal(plain, faceRef(id).AAD(event))
}

// openFace opens what sealFace sealed. The caller clears the Template.
func openFace(key *seal.EventKey, event checkin.EventID, id checkin.EnrolmentID, sealed []byte) (wire.FaceEntry, error) {
	plain, err := key.Open(sealed, faceRef(id).AAD(event))
	if err != nil {
		return wire.FaceEntry{}, fmt.Errorf("template of enrolment %s: %w", id, err)
	}
	defer clear(plain)
	return wire.Decode[wire.FaceEntry](plain)
}

// samePhoto is the cosine from which a new template is taken for one of the same
// picture: none of 3,900 pairs of different photos of one person came above 0.990.
const samePhoto face.Score = 0.995

// samePhoto reports whether the active template was made from the same picture.
func (c *change) samePhoto(active checkin.EnrolmentID, template face.Vector) (bool, error) {
	sealed, err := c.tx.SealedTemplate(active)
	if err != nil {
		return false, err
	}
	entry, err := openFace(c.key, c.event.ID, active, sealed)
	if err != nil {
		return false, err
	}
	defer clear(entry.Template)
	if entry.Model != c.model {
		return false, nil
	}
	v, err := face.Decode(entry.Template, c.dim)
	if err != nil {
		return false, err
	}
	defer face.Wipe(v)
	return face.Alike(v, template) >= samePhoto, nil
}
