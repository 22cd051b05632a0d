package journal

import (
	"context"
	"database/sql"
	"errors"
)

// A change runs inside a transaction that it shares with others, and returns by
// how much it changed the number of unsent records. If it fails with ErrFull it
// has written nothing; any other failure undoes the whole transaction.
type change func(*sql.Tx) (unsent int64, err error)

type write struct {
	change change
	done   chan error
}

// The most changes that share one fsync.
const maxBatch = 64

// write hands a change to the loop and waits until it is on the disk. When ctx
// ends first the change may still happen.
func (j *Journal) write(ctx context.Context, c change) error {
	w := write{c, make(chan error, 1)}
	select {
	case j.writes <- w:
	case <-j.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-j.stopped:
		select {
		case err := <-w.done:
			return err
		default:
			return ErrClosed
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writeLoop is the only writer. What arrives while one commit waits for the
// disk shares the next one, so that lanes do not queue for an fsync each.
func (j *Journal) writeLoop() {
	defer close(j.stopped)
	for {
		select {
		case w := <-j.writes:
			j.commit(j.gather(w))
		case <-j.closing:
			for {
				select {
				case w := <-j.writes:
					j.commit(j.gather(w))
				default:
					return
				}
			}
		}
	}
}

func (j *Journal) gather(first write) []write {
	batch := []write{first}
	for len(batch) < maxBatch {
		select {
		case w := <-j.writes:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

func (j *Journal) commit(batch []write) {
	before := j.unsent.Load()
	results, err := j.transact(batch)
	if err != nil {
		j.unsent.Store(before)
	}
	for i, w := range batch {
		if err != nil {
			w.done <- typed(err)
		} else {
			w.done <- results[i]
		}
	}
}

func (j *Journal) transact(batch []write) ([]error, error) {
	tx, err := j.db.Begin()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	results := make([]error, len(batch))
	for i, w := range batch {
		unsent, err := w.change(tx)
		if errors.Is(err, ErrFull) {
			results[i] = err
			continue
		}
		if err != nil {
			return nil, err
		}
		j.unsent.Add(unsent)
	}
	return results, tx.Commit()
}
