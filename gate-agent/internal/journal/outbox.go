package journal

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Append adds a record. When it returns nil the record is on the disk; the same
// ID is kept once. It fails with ErrFull when MaxUnsent records wait, which is
// long before the disk is full; a passage or a receipt, which tells what has
// already happened, still finds room for a tenth more.
func (j *Journal) Append(ctx context.Context, r wire.Record) error {
	if err := checkin.CheckID("id", r.ID); err != nil {
		return fmt.Errorf("append record: %w", err)
	}
	event, body := eventOf(r), wire.Encode(r)
	err := j.write(ctx, func(tx *sql.Tx) (int64, error) {
		if j.unsent.Load() >= j.limit(r.Kind) {
			return 0, ErrFull
		}
		res, err := tx.Exec(`INSERT INTO record (id, event, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`, r.ID, string(event), body)
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	})
	if err != nil {
		return fmt.Errorf("append record: %w", err)
	}
	return nil
}

func (j *Journal) limit(kind wire.RecordKind) int64 {
	most := int64(j.config.MaxUnsent)
	if kind != wire.RecordAdmission {
		most += max(most/10, 1)
	}
	return most
}

// Unsent returns up to limit records that wait for the bus, in the order in
// which they were appended.
func (j *Journal) Unsent(ctx context.Context, limit int) ([]wire.Record, error) {
	var records []wire.Record
	err := j.query(ctx, func(rows *sql.Rows) error {
		var id string
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		r, err := wire.Decode[wire.Record](body)
		if err != nil {
			return fmt.Errorf("record %s: %w: %w", id, ErrCorrupt, err)
		}
		records = append(records, r)
		return nil
	}, `SELECT id, body FROM record WHERE sent = 0 ORDER BY seq LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read unsent records: %w", err)
	}
	return records, nil
}

// MarkSent says that the bus has taken the records. Unknown ids and ids that
// were marked before change nothing.
func (j *Journal) MarkSent(ctx context.Context, ids ...string) error {
	err := j.write(ctx, func(tx *sql.Tx) (int64, error) {
		var marked int64
		for _, id := range ids {
			res, err := tx.Exec(`UPDATE record SET sent = 1 WHERE id = ? AND sent = 0`, id)
			if err != nil {
				return 0, err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return 0, err
			}
			marked += n
		}
		_, err := tx.Exec(dropSent)
		return -marked, err
	})
	if err != nil {
		return fmt.Errorf("mark records sent: %w", err)
	}
	return nil
}
