package gates

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Bus reaches connected gates.
type Bus interface {
	Command(gate checkin.GateID, sealed []byte) error
	// Evict ends a gate's connection: what it may do has changed.
	Evict(gate checkin.GateID)
	URL() string
}

// Codes makes and uses up one-time pairing codes.
type Codes interface {
	NewPairingCode(ctx context.Context, gate checkin.GateID) (code string, expires time.Time, err error)
	UsePairingCode(ctx context.Context, code, nkey, xkey string) (checkin.Gate, error)
}

// Keys gives an event's key. The caller wipes it.
type Keys interface {
	Load(event checkin.EventID) (*seal.EventKey, error)
}

// Manifests tells what an event's gallery is.
type Manifests interface {
	Manifest(event checkin.EventID) (wire.Manifest, bool)
}

// Registry is the list of gates and what each is told.
type Registry struct {
	db        *store.DB
	bus       Bus
	codes     Codes
	keys      Keys
	manifests Manifests
	identity  *seal.Identity
	model     string
	log       *slog.Logger
}

// New makes a Registry. identity is the server's: its xkey seals assignments.
// model is the recogniser that templates are made with.
func New(db *store.DB, codes Codes, keys Keys, manifests Manifests, identity *seal.Identity, model string, log *slog.Logger) *Registry {
	return &Registry{db: db, codes: codes, keys: keys, manifests: manifests, identity: identity, model: model, log: log}
}

// Connect gives the Registry its bus. The bus asks the Registry who may
// connect, so it starts after it.
func (r *Registry) Connect(bus Bus) { r.bus = bus }

// keyGrace is how long after the end of its event a gate keeps the key if it
// hears nothing more.
const keyGrace = time.Hour

// Add makes a gate that serves event (or none, when empty) and the one-time
// code that pairs its agent.
func (r *Registry) Add(ctx context.Context, name string, event checkin.EventID, actor string) (gate checkin.Gate, code string, expires time.Time, err error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 60 {
		return gate, "", expires, checkin.Invalid("name", "is needed, at most 60 bytes, and has %d", len(name))
	}
	if i := strings.IndexFunc(name, deceptive); i >= 0 {
		return gate, "", expires, checkin.Invalid("name", "%q has a character that does not show, at byte %d", name, i)
	}
	gate.ID = slug(name)
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		all, err := tx.Gates()
		if err != nil {
			return err
		}
		for _, g := range all {
			if g.ID == gate.ID || g.Name == name {
				return &checkin.Error{Code: checkin.CodeConflict, Field: "name", Message: fmt.Sprintf("gate %q exists", g.Name)}
			}
		}
		if err := openEvent(tx, event); err != nil {
			return err
		}
		if err := tx.PutGate(checkin.Gate{ID: gate.ID, Name: name, Created: tx.Now()}); err != nil {
			return err
		}
		if err := tx.AssignGate(gate.ID, event); err != nil {
			return err
		}
		if err := tx.Audit(actor, "gate.add", string(gate.ID)); err != nil {
			return err
		}
		gate, err = tx.Gate(gate.ID)
		return err
	})
	if err != nil {
		return gate, "", expires, err
	}
	code, expires, err = r.codes.NewPairingCode(ctx, gate.ID)
	return gate, code, expires, err
}

// NewCode makes another code for a gate that exists: its first one expired, its
// disk died, or it was revoked and is to serve again. Any earlier code is void.
// An agent that is paired keeps its rights until the new code is used.
func (r *Registry) NewCode(ctx context.Context, id checkin.GateID, actor string) (code string, expires time.Time, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Gate(id); err != nil {
			return err
		}
		return tx.Audit(actor, "gate.code", string(id))
	})
	if err != nil {
		return "", expires, err
	}
	return r.codes.NewPairingCode(ctx, id)
}

// Pair uses up a code and gives the gate behind it its keys.
func (r *Registry) Pair(ctx context.Context, req wire.PairRequest) (wire.PairReply, error) {
	if err := seal.CheckPublic(req.NKey, req.XKey); err != nil {
		return wire.PairReply{}, checkin.Invalid("nkey", "%v", err)
	}
	gate, err := r.codes.UsePairingCode(ctx, req.Code, req.NKey, req.XKey)
	if err != nil {
		return wire.PairReply{}, err
	}
	r.bus.Evict(gate.ID) // whoever held the gate's old key
	r.log.Info("gate paired", "gate", gate.ID)
	return wire.PairReply{Gate: gate.ID, Name: gate.Name, Bus: r.bus.URL(), ServerXKey: r.identity.XKey()}, nil
}

// Assign makes a gate serve another event, or none, and tells it at once.
func (r *Registry) Assign(ctx context.Context, id checkin.GateID, event checkin.EventID, actor string) error {
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		if err := openEvent(tx, event); err != nil {
			return err
		}
		if err := tx.AssignGate(id, event); err != nil {
			return err
		}
		return tx.Audit(actor, "gate.assign", string(id)+" "+string(event))
	})
	if err != nil {
		return err
	}
	r.bus.Evict(id) // it comes back with the permissions for its new event
	return nil
}

// Revoke takes a gate's rights away and ends its connection. It is told to wipe
// first; if it does not listen, its key expires by itself.
func (r *Registry) Revoke(ctx context.Context, id checkin.GateID, actor string) error {
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.RevokeGate(id); err != nil {
			return err
		}
		return tx.Audit(actor, "gate.revoke", string(id))
	})
	if err != nil {
		return err
	}
	r.Tell(ctx, id)
	r.bus.Evict(id)
	return nil
}

// List returns every gate.
func (r *Registry) List(ctx context.Context) (gates []checkin.Gate, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		gates, err = tx.Gates()
		return err
	})
	return gates, err
}

// GateByNKey finds the gate that may connect with nkey.
func (r *Registry) GateByNKey(ctx context.Context, nkey string) (checkin.Gate, error) {
	gates, err := r.List(ctx)
	if err != nil {
		return checkin.Gate{}, err
	}
	for _, g := range gates {
		if g.NKey == nkey && g.Revoked.IsZero() {
			return g, nil
		}
	}
	return checkin.Gate{}, checkin.Errorf(checkin.CodeUnauthorised, "no gate has the key %s", nkey)
}

// GateByID finds a gate that is paired and not revoked.
func (r *Registry) GateByID(ctx context.Context, id checkin.GateID) (gate checkin.Gate, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		gate, err = tx.Gate(id)
		return err
	})
	if err == nil && (!gate.Revoked.IsZero() || gate.XKey == "") {
		err = checkin.Errorf(checkin.CodeUnauthorised, "gate %s is not paired", id)
	}
	return gate, err
}

// Hello answers a gate with its sealed Assignment.
func (r *Registry) Hello(ctx context.Context, id checkin.GateID, h wire.Hello) ([]byte, error) {
	if h.Model != r.model {
		return nil, checkin.Invalid("model", "the gate runs %q, templates are made with %q", h.Model, r.model)
	}
	gate, err := r.GateByID(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.assignment(ctx, gate)
}

// Tell sends the gate its Assignment without being asked. A gate that is not
// connected hears it when it asks.
func (r *Registry) Tell(ctx context.Context, id checkin.GateID) {
	var gate checkin.Gate
	err := r.db.View(ctx, func(tx *store.Tx) (err error) {
		gate, err = tx.Gate(id)
		return err
	})
	if err == nil && gate.XKey == "" {
		return
	}
	var sealed []byte
	if err == nil {
		sealed, err = r.assignment(ctx, gate)
	}
	if err == nil {
		err = r.bus.Command(id, sealed)
	}
	if err != nil {
		r.log.Warn("gate was not told; it will ask", "gate", id, "err", err)
	}
}

func (r *Registry) assignment(ctx context.Context, gate checkin.Gate) ([]byte, error) {
	a := wire.Assignment{Gate: gate.ID, Name: gate.Name}
	var key *seal.EventKey
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		a.ServerTime = tx.Now()
		if a.Purge, err = tx.PurgeWanted(gate.ID); err != nil || gate.Event == "" {
			return err
		}
		event, err := tx.Event(gate.Event)
		if err != nil {
			return err
		}
		a.Event = &event.Event
		if !event.Closed.IsZero() {
			return nil
		}
		key, err = r.keys.Load(event.ID)
		if errors.Is(err, seal.ErrKeyDestroyed) {
			return nil // closed a moment ago
		}
		if err != nil {
			return err
		}
		a.EventKey, a.KeyID = key.Secret(), key.ID()
		a.KeyExpires = event.Ends.Add(keyGrace)
		return tx.DeliverKey(event.ID, gate.ID)
	})
	if key != nil {
		defer key.Wipe()
	}
	if err != nil {
		return nil, fmt.Errorf("assignment of gate %s: %w", gate.ID, err)
	}
	if a.Event != nil {
		m, _ := r.manifests.Manifest(a.Event.ID)
		a.Epoch, a.Version = m.Epoch, m.Version
	}
	plain := wire.Encode(a)
	defer clear(plain)
	return r.identity.SealTo(gate.XKey, plain)
}

// openEvent reports whether a gate may be made to serve event.
func openEvent(tx *store.Tx, id checkin.EventID) error {
	if id == "" {
		return nil
	}
	event, err := tx.Event(id)
	if err == nil && !event.Closed.IsZero() {
		return checkin.Errorf(checkin.CodeConflict, "event %q is closed", id)
	}
	return err
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes an identifier of a name: "North Gate 2" is north-gate-2. A name
// without a Latin letter or a digit, such as "門", gets a random one.
func slug(name string) checkin.GateID {
	s := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if s == "" {
		s = "gate-" + strings.ToLower(rand.Text()[:6])
	}
	return checkin.GateID(s)
}

// deceptive tells the characters that do not show but change how the text
// around them does, so that one gate could pass for another.
func deceptive(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
