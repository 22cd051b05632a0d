package store

import "github.com/openstile/stile/shared/checkin"

// PutOperator adds an operator with the hash of their password, or gives the one
// with that id a new name and password. Names differ by more than their case:
// one that is taken is a conflict.
func (tx *Tx) PutOperator(op checkin.Operator, password string) error {
	_, err := tx.exec("put operator",
		`INSERT INTO operators (id, name, password, created) VALUES (?,?,?,?)
		 ON CONFLICT (id) DO UPDATE SET name = excluded.name, password = excluded.password`,
		op.ID, op.Name, password, stamp(op.Created))
	return breach(err, conflict("name", "operator %q exists", op.Name), nil)
}

// OperatorByName returns an operator and the hash of their password.
func (tx *Tx) OperatorByName(name string) (op checkin.Operator, password string, err error) {
	err = tx.row("read operator", notFound("operator", name),
		`SELECT id, name, created, password FROM operators WHERE name = ?`, name,
	)(&op.ID, &op.Name, stamped{&op.Created}, &password)
	return op, password, err
}

// Operators returns every operator, by name.
func (tx *Tx) Operators() ([]checkin.Operator, error) {
	return list(tx, "read operators", func(s scan) (op checkin.Operator, err error) {
		err = s(&op.ID, &op.Name, stamped{&op.Created})
		return op, err
	}, `SELECT id, name, created FROM operators ORDER BY name`)
}
