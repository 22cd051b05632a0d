package app

import (
	"context"
	"sync"
	"time"

	"github.com/openstile/stile/control-server/internal/api"
	"github.com/openstile/stile/control-server/internal/console"
	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// venue is what the three surfaces show and order, put together from the parts.
type venue struct {
	app      *App
	creating sync.Mutex
}

var (
	_ api.Events    = (*venue)(nil)
	_ api.Holders   = (*venue)(nil)
	_ api.Gates     = (*venue)(nil)
	_ console.Venue = (*venue)(nil)
)

func (v *venue) view(ctx context.Context, fn func(*store.Tx) error) error {
	return v.app.Data.DB.View(ctx, fn)
}

// CreateEvent makes the event's key first and the event with it: an event
// without a key would be one whose templates nothing seals.
func (v *venue) CreateEvent(ctx context.Context, e checkin.Event, actor string) (checkin.Event, error) {
	if err := e.Validate(); err != nil {
		return e, err
	}
	v.creating.Lock()
	defer v.creating.Unlock()
	var known error
	err := v.view(ctx, func(tx *store.Tx) error {
		_, known = tx.Event(e.ID)
		if !e.Ends.After(tx.Now()) {
			return checkin.Invalid("ends", "%s is in the past", e.Ends.Format(time.RFC3339))
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	switch {
	case known == nil:
		return e, &checkin.Error{Code: checkin.CodeConflict, Field: "id", Message: "event " + string(e.ID) + " exists"}
	case checkin.ErrorCode(known) != checkin.CodeNotFound:
		return e, known
	}
	// A key without an event is left of an attempt that failed.
	if err := v.app.Data.Vault.Destroy(e.ID); err != nil {
		return e, err
	}
	key, err := v.app.Data.Vault.Create(e.ID)
	if err != nil {
		return e, err
	}
	defer key.Wipe()
	err = v.app.Data.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.CreateEvent(e, key.ID()); err != nil {
			return err
		}
		return tx.Audit(actor, "event.create", string(e.ID))
	})
	if err != nil {
		return e, err
	}
	if err := v.app.publisher.Open(ctx, e.ID); err != nil {
		v.app.log.Error("the new event's gallery is not published yet", "event", e.ID, "err", err)
	}
	if err := v.app.desk.Compare(ctx, e.ID); err != nil {
		v.app.log.Error("the new event's people are not compared yet", "event", e.ID, "err", err)
	}
	return e, nil
}

func (v *venue) Event(ctx context.Context, id checkin.EventID) (e checkin.Event, err error) {
	err = v.view(ctx, func(tx *store.Tx) error {
		stored, err := tx.Event(id)
		e = stored.Event
		return err
	})
	return e, err
}

func (v *venue) Events(ctx context.Context) (events []checkin.Event, err error) {
	events = []checkin.Event{}
	err = v.view(ctx, func(tx *store.Tx) error {
		stored, err := tx.Events()
		for _, s := range stored {
			events = append(events, s.Event)
		}
		return err
	})
	return events, err
}

func (v *venue) Counts(ctx context.Context, id checkin.EventID) (c checkin.Counts, err error) {
	err = v.view(ctx, func(tx *store.Tx) error {
		c, err = tx.Counts(id)
		return err
	})
	return c, err
}

func (v *venue) Books(ctx context.Context, id checkin.EventID) (b api.Books, err error) {
	err = v.view(ctx, func(tx *store.Tx) error {
		if _, err := tx.Event(id); err != nil {
			return err
		}
		if b.Counts, err = tx.Counts(id); err != nil {
			return err
		}
		times, err := tx.ReleaseTimes(id)
		if err == nil && len(times) > 0 {
			b.FrameToReleaseMS.P50 = milliseconds(times[(len(times)-1)*50/100])
			b.FrameToReleaseMS.P99 = milliseconds(times[(len(times)-1)*99/100])
		}
		return err
	})
	return b, err
}

func (v *venue) Admissions(ctx context.Context, id checkin.EventID, after int64, limit int) (page []api.Admission, err error) {
	page = []api.Admission{}
	err = v.view(ctx, func(tx *store.Tx) error {
		if _, err := tx.Event(id); err != nil {
			return err
		}
		stored, err := tx.Admissions(id, after, limit)
		for _, s := range stored {
			page = append(page, api.Admission{Seq: s.Seq, Admission: s.Admission})
		}
		return err
	})
	return page, err
}

func (v *venue) Manifest(_ context.Context, id checkin.EventID) (wire.Manifest, error) {
	m, ok := v.app.publisher.Manifest(id)
	if !ok {
		return m, checkin.Errorf(checkin.CodeNotFound, "event %q has no gallery", id)
	}
	return m, nil
}

func (v *venue) CloseEvent(ctx context.Context, id checkin.EventID, actor string) error {
	return v.app.purger.Close(ctx, id, actor)
}

func (v *venue) Purge(ctx context.Context, id checkin.EventID) (api.Purge, error) {
	r, err := v.app.purger.Report(ctx, id)
	return api.Purge(r), err
}

// PurgeReport is Purge as the console shows it: with withdrawals' receipts.
func (v *venue) PurgeReport(ctx context.Context, id checkin.EventID) (console.PurgeReport, error) {
	r, err := v.app.purger.Report(ctx, id)
	if err != nil {
		return console.PurgeReport{}, err
	}
	report := console.PurgeReport{Gates: r.Gates, Signed: r.Receipts, Left: r.TemplatesLeft}
	err = v.view(ctx, func(tx *store.Tx) error {
		stored, err := tx.Receipts(id)
		for _, s := range stored {
			report.Receipts = append(report.Receipts, s.Receipt)
		}
		return err
	})
	return report, err
}

func (v *venue) Push(ctx context.Context, event checkin.EventID, p checkin.Push, actor string) (checkin.HolderStatus, bool, error) {
	return v.app.desk.Push(ctx, event, p, actor)
}

func (v *venue) Status(ctx context.Context, event checkin.EventID, id checkin.HolderID) (checkin.HolderStatus, error) {
	return v.app.desk.Status(ctx, event, id)
}

func (v *venue) Withdraw(ctx context.Context, event checkin.EventID, id checkin.HolderID, actor string) (checkin.HolderStatus, error) {
	return v.app.desk.Withdraw(ctx, event, id, actor)
}

func (v *venue) AddGate(ctx context.Context, name string, event checkin.EventID, actor string) (checkin.Gate, string, time.Time, error) {
	return v.app.registry.Add(ctx, name, event, actor)
}

func (v *venue) NewCode(ctx context.Context, id checkin.GateID, actor string) (string, time.Time, error) {
	return v.app.registry.NewCode(ctx, id, actor)
}

func (v *venue) AssignGate(ctx context.Context, id checkin.GateID, event checkin.EventID, actor string) error {
	return v.app.registry.Assign(ctx, id, event, actor)
}

func (v *venue) RevokeGate(ctx context.Context, id checkin.GateID, actor string) error {
	err := v.app.registry.Revoke(ctx, id, actor)
	if err == nil {
		v.app.Hub.Forget(id)
	}
	return err
}

func (v *venue) Pair(ctx context.Context, req wire.PairRequest) (wire.PairReply, error) {
	return v.app.registry.Pair(ctx, req)
}

// GateStates returns every gate with its newest heartbeat.
func (v *venue) GateStates(ctx context.Context) ([]api.GateState, error) {
	gates, err := v.app.registry.List(ctx)
	if err != nil {
		return nil, err
	}
	heard := map[checkin.GateID]live.Gate{}
	for _, g := range v.app.Hub.Snapshot().Gates {
		heard[g.Gate] = g
	}
	states := make([]api.GateState, 0, len(gates))
	for _, g := range gates {
		s := api.GateState{Gate: g, Silent: true}
		if h, ok := heard[g.ID]; ok {
			s.Heard, s.Silent, s.Status = h.Heard, h.Silent, &h.Status
		}
		states = append(states, s)
	}
	return states, nil
}

// Gates returns every gate.
func (v *venue) Gates(ctx context.Context) ([]checkin.Gate, error) { return v.app.registry.List(ctx) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
