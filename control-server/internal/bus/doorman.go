package bus

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

const controlServer = "control-server"

// doorman decides who may connect, and as whom. The control server itself
// connects inside the process with a secret made at start; a gate proves its
// nkey by signing the server's nonce.
type doorman struct {
	srv    *server.Server
	gates  Gates
	secret string
	log    *slog.Logger

	// mu is held from the question who a gate is until its connection is noted,
	// so that evict never misses one that was let in by an older answer.
	mu      sync.Mutex
	clients map[checkin.GateID]uint64  // a gate's only connection
	rooms   map[string]*server.Account // that are complete
}

// Check implements server.Authentication.
func (d *doorman) Check(c server.ClientAuthentication) bool {
	opts := c.GetOpts()
	if opts.Nkey == "" {
		if opts.Username != controlServer || subtle.ConstantTimeCompare([]byte(opts.Password), []byte(d.secret)) != 1 {
			return false
		}
		c.RegisterUser(&server.User{Username: controlServer})
		return true
	}
	signature, err := base64.RawURLEncoding.DecodeString(opts.Sig)
	if err != nil || seal.Verify(opts.Nkey, c.GetNonce(), signature) != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	gate, err := d.gates.GateByNKey(ctx, opts.Nkey)
	if err != nil {
		d.log.Warn("bus: refused a gate", "err", err)
		return false
	}
	room, err := d.room(gate)
	if err != nil {
		d.log.Error("bus: no account for a gate", "gate", gate.ID, "err", err)
		return false
	}
	c.RegisterUser(&server.User{Username: string(gate.ID), Account: room, Permissions: permissions(gate)})
	d.disconnect(gate.ID) // the one it comes back from, if that still seems alive
	d.clients[gate.ID] = c.GetID()
	return true
}

// evict ends the gate's connection.
func (d *doorman) evict(gate checkin.GateID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.disconnect(gate)
}

func (d *doorman) disconnect(gate checkin.GateID) {
	if id, ok := d.clients[gate]; ok {
		delete(d.clients, gate)
		if err := d.srv.DisconnectClientByID(id); err != nil {
			d.log.Debug("gate was not connected", "gate", gate, "err", err)
		}
	}
}

// exports is what the venue's account offers to gates' rooms. A room imports
// its own part of it.
var exports = []string{
	wire.GateSubjects("*"), "$KV.>",
	"$JS.API.CONSUMER.INFO.>", "$JS.API.CONSUMER.MSG.NEXT.>", "$JS.API.STREAM.INFO.>", "$JS.API.DIRECT.GET.>",
}

func (d *doorman) export() error {
	var errs []error
	for _, subject := range exports {
		errs = append(errs, d.srv.GlobalAccount().AddServiceExportWithResponse(subject, server.Streamed, nil))
	}
	return errors.Join(append(errs, d.srv.GlobalAccount().AddStreamExport(wire.CommandSubject("*"), nil))...)
}

// room returns the account of its own that a gate has while it serves its
// event. Permissions alone are not enough: NATS does not check the reply
// subject of a request, so a gate could have an answer sent to any subject, and
// an empty answer to a stream's deletion deletes it. In its room an answer
// reaches nothing but what the gate may send to anyway.
func (d *doorman) room(gate checkin.Gate) (*server.Account, error) {
	name := string(gate.ID) + "@" + string(gate.Event)
	if room, ok := d.rooms[name]; ok {
		return room, nil
	}
	room, _ := d.srv.LookupOrRegisterAccount(name)
	venue := d.srv.GlobalAccount()
	for _, subject := range requests(gate) {
		if err := room.AddServiceImport(venue, subject, subject); err != nil {
			return nil, fmt.Errorf("import %s: %w", subject, err)
		}
	}
	if err := room.AddStreamImport(venue, wire.CommandSubject(gate.ID), ""); err != nil {
		return nil, fmt.Errorf("import commands: %w", err)
	}
	d.rooms[name] = room
	return room, nil
}

// requests is everything a gate may publish: what it says for itself, and for
// its event what reads the gallery, through the consumer made for it, and what
// takes claims.
func requests(gate checkin.Gate) []string {
	own := []string{wire.GateSubjects(gate.ID)}
	if gate.Event == "" {
		return own
	}
	consumer := wire.GalleryStream(gate.Event) + "." + wire.ConsumerName(gate.ID)
	bucket := wire.ClaimBucket(gate.Event)
	return append(own,
		"$JS.API.CONSUMER.INFO."+consumer,
		"$JS.API.CONSUMER.MSG.NEXT."+consumer,
		"$JS.API.STREAM.INFO.KV_"+bucket,
		"$JS.API.DIRECT.GET.KV_"+bucket+".>",
		"$KV."+bucket+".>",
	)
}

func permissions(gate checkin.Gate) *server.Permissions {
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: requests(gate)},
		Subscribe: &server.SubjectPermission{Allow: []string{
			wire.CommandSubject(gate.ID),
			wire.InboxPrefix(gate.ID) + ".>",
		}},
	}
}
