package store

import "github.com/openstile/stile/shared/checkin"

const holderColumns = `id, event, platform_id, created`

func scanHolder(s scan) (h checkin.Holder, err error) {
	err = s(&h.ID, &h.Event, &h.PlatformID, stamped{&h.Created})
	return h, err
}

// PutHolder stores a holder and returns it. When the event already has a holder
// with that PlatformID, that one is returned and nothing changes.
func (tx *Tx) PutHolder(h checkin.Holder) (checkin.Holder, error) {
	_, err := tx.exec("put holder",
		`INSERT INTO holders (`+holderColumns+`) VALUES (?,?,?,?) ON CONFLICT (event, platform_id) DO NOTHING`,
		h.ID, h.Event, h.PlatformID, stamp(h.Created))
	if err != nil {
		return checkin.Holder{}, breach(err,
			conflict("id", "holder %q exists", h.ID), notFound("event", h.Event))
	}
	return tx.HolderByPlatformID(h.Event, h.PlatformID)
}

// Holder returns one holder of an event.
func (tx *Tx) Holder(event checkin.EventID, id checkin.HolderID) (checkin.Holder, error) {
	return scanHolder(tx.row("read holder", notFound("holder", id),
		`SELECT `+holderColumns+` FROM holders WHERE event = ? AND id = ?`, event, id))
}

// HolderByPlatformID returns the holder whom the platform knows by that id.
func (tx *Tx) HolderByPlatformID(event checkin.EventID, platformID string) (checkin.Holder, error) {
	return scanHolder(tx.row("read holder", notFound("holder with platform id", platformID),
		`SELECT `+holderColumns+` FROM holders WHERE event = ? AND platform_id = ?`, event, platformID))
}
