package journal

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Settlement is how a claim ended: somebody passed (Claim.Confirmed), or the
// credential was given back. It is kept until the bus has heard it, or would
// otherwise let the claim expire and a used credential in again.
type Settlement struct {
	Event      checkin.EventID
	Credential checkin.CredentialID
	Claim      wire.Claim
}

// Unsettled returns up to limit settlements that the bus has not heard.
func (j *Journal) Unsettled(ctx context.Context, limit int) ([]Settlement, error) {
	var all []Settlement
	err := j.query(ctx, func(rows *sql.Rows) error {
		var s Settlement
		var body []byte
		if err := rows.Scan(&s.Event, &s.Credential, &body); err != nil {
			return err
		}
		var err error
		s.Claim, err = wire.Decode[wire.Claim](body)
		all = append(all, s)
		return err
	}, `SELECT event, credential, body FROM settlement LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read unsettled claims: %w", err)
	}
	return all, nil
}

// MarkSettled says that the bus has heard s. If the claim has ended in another
// way since, that is still unsettled.
func (j *Journal) MarkSettled(ctx context.Context, s Settlement) error {
	err := j.write(ctx, func(tx *sql.Tx) (int64, error) {
		_, err := tx.Exec(`DELETE FROM settlement WHERE event = ? AND credential = ? AND admission = ? AND body = ?`,
			string(s.Event), string(s.Credential), string(s.Claim.Admission), wire.Encode(s.Claim))
		return 0, err
	})
	if err != nil {
		return fmt.Errorf("mark claim as settled: %w", err)
	}
	return nil
}

// OpenClaim is a claim that has no end, because the agent stopped before it
// had one, and what the journal says came of it.
type OpenClaim struct {
	Settlement
	Admission *checkin.Admission // nil if it was not recorded
	Passage   *checkin.Passage   // nil if none was recorded
}

// OpenClaims returns every claim that was neither confirmed nor released. Call
// it while no lane runs.
func (j *Journal) OpenClaims(ctx context.Context) ([]OpenClaim, error) {
	var all []OpenClaim
	err := j.query(ctx, func(rows *sql.Rows) error {
		var c OpenClaim
		var claim, admission, passage []byte
		if err := rows.Scan(&c.Event, &c.Credential, &claim, &admission, &passage); err != nil {
			return err
		}
		var err error
		if c.Claim, err = wire.Decode[wire.Claim](claim); err != nil {
			return err
		}
		if admission != nil {
			r, err := wire.Decode[wire.Record](admission)
			if err != nil {
				return err
			}
			c.Admission = r.Admission
		}
		if passage != nil {
			r, err := wire.Decode[wire.Record](passage)
			if err != nil {
				return err
			}
			c.Passage = r.Passage
		}
		all = append(all, c)
		return nil
	}, `
		WITH open AS (
			SELECT event, credential, body, json_extract(CAST(body AS TEXT), '$.admission') AS admission
			FROM claim WHERE NOT json_extract(CAST(body AS TEXT), '$.confirmed')
		)
		SELECT event, credential, body,
			(SELECT body FROM record WHERE id = open.admission),
			(SELECT body FROM record WHERE event = open.event
				AND json_extract(CAST(body AS TEXT), '$.passage.admission') = open.admission ORDER BY seq LIMIT 1)
		FROM open`)
	if err != nil {
		return nil, fmt.Errorf("read open claims: %w", err)
	}
	return all, nil
}

// query reads every row.
func (j *Journal) query(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := j.db.QueryContext(ctx, query, args...)
	if err != nil {
		return typed(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return typed(err)
		}
	}
	return typed(rows.Err())
}

func putSettlement(tx *sql.Tx, event checkin.EventID, credential checkin.CredentialID, c wire.Claim) error {
	_, err := tx.Exec(`INSERT INTO settlement (event, credential, admission, body) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET body = ?4`, string(event), string(credential), string(c.Admission), wire.Encode(c))
	return err
}

func dropSettlement(tx *sql.Tx, event checkin.EventID, credential checkin.CredentialID, a checkin.AdmissionID) error {
	_, err := tx.Exec(`DELETE FROM settlement WHERE event = ? AND credential = ? AND admission = ?`,
		string(event), string(credential), string(a))
	return err
}
