package store

import "time"

// AuditEntry says who did what to which thing, by ids only.
type AuditEntry struct {
	Seq    int64
	At     time.Time
	Actor  string
	Act    string
	Object string
}

// Audit records an act. It belongs in the transaction of the act itself: both
// are stored or neither.
func (tx *Tx) Audit(actor, act, object string) error {
	_, err := tx.exec("write audit entry",
		`INSERT INTO audit (at, actor, act, object) VALUES (?,?,?,?)`, stamp(tx.now), actor, act, object)
	return err
}

// Audits returns up to limit entries, the newest first.
func (tx *Tx) Audits(limit int) ([]AuditEntry, error) {
	return list(tx, "read audit log", func(s scan) (e AuditEntry, err error) {
		err = s(&e.Seq, stamped{&e.At}, &e.Actor, &e.Act, &e.Object)
		return e, err
	}, `SELECT seq, at, actor, act, object FROM audit ORDER BY seq DESC LIMIT ?`, limit)
}
