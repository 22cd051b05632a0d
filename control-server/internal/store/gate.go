package store

import "github.com/openstile/stile/shared/checkin"

const gateColumns = `id, name, coalesce(event, ''), coalesce(nkey, ''), coalesce(xkey, ''), created, paired, revoked`

func scanGate(s scan) (g checkin.Gate, err error) {
	err = s(&g.ID, &g.Name, &g.Event, &g.NKey, &g.XKey,
		stamped{&g.Created}, stamped{&g.Paired}, stamped{&g.Revoked})
	return g, err
}

// PutGate adds a gate, or renames the one with that id. Keys, assignment and
// revocation change only by their own methods.
func (tx *Tx) PutGate(g checkin.Gate) error {
	_, err := tx.exec("put gate",
		`INSERT INTO gates (id, name, created) VALUES (?,?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
		g.ID, g.Name, stamp(g.Created))
	return err
}

// Gate returns one gate.
func (tx *Tx) Gate(id checkin.GateID) (checkin.Gate, error) {
	return scanGate(tx.row("read gate", notFound("gate", id),
		`SELECT `+gateColumns+` FROM gates WHERE id = ?`, id))
}

// Gates returns every gate, by name.
func (tx *Tx) Gates() ([]checkin.Gate, error) {
	return list(tx, "read gates", scanGate, `SELECT `+gateColumns+` FROM gates ORDER BY name, id`)
}

// AssignGate makes a gate serve an event, or none when event is empty.
func (tx *Tx) AssignGate(id checkin.GateID, event checkin.EventID) error {
	err := tx.changeGate("assign gate", id, `UPDATE gates SET event = nullif(?, '') WHERE id = ?`, event, id)
	return breach(err, nil, notFound("event", event))
}

// RevokeGate takes a gate's rights away: it serves no event, and its pairing
// code is void. Pairing it again restores it.
func (tx *Tx) RevokeGate(id checkin.GateID) error {
	if _, err := tx.exec("void pairing code", `DELETE FROM pairings WHERE gate = ?`, id); err != nil {
		return err
	}
	return tx.changeGate("revoke gate", id,
		`UPDATE gates SET revoked = ?, event = NULL WHERE id = ?`, stamp(tx.now), id)
}

func (tx *Tx) changeGate(doing string, id checkin.GateID, query string, args ...any) error {
	n, err := tx.exec(doing, query, args...)
	if err == nil && n == 0 {
		err = notFound("gate", id)
	}
	return err
}
