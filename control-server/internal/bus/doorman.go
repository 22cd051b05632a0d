package bus

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
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
	gates  Gates
	secret string
	log    *slog.Logger

	mu      sync.Mutex
	clients map[string]uint64 // nkey -> newest connection
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
	gate, err := d.gates.GateByNKey(ctx, opts.Nkey)
	if err != nil {
		d.log.Warn("bus: refused a gate", "err", err)
		return false
	}
	c.RegisterUser(&server.User{Username: string(gate.ID), Permissions: permissions(gate)})
	d.mu.Lock()
	d.clients[opts.Nkey] = c.GetID()
	d.mu.Unlock()
	return true
}

func (d *doorman) client(nkey string) (id uint64, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok = d.clients[nkey]
	return id, ok
}

// permissions is everything a gate may do: speak for itself, read the gallery
// of its event through the consumer made for it, and take claims of its event.
func permissions(gate checkin.Gate) *server.Permissions {
	publish := []string{wire.GateSubjects(gate.ID)}
	if gate.Event != "" {
		stream, consumer := wire.GalleryStream(gate.Event), wire.ConsumerName(gate.ID)
		bucket := wire.ClaimBucket(gate.Event)
		publish = append(publish,
			"$JS.API.CONSUMER.INFO."+stream+"."+consumer,
			"$JS.API.CONSUMER.MSG.NEXT."+stream+"."+consumer,
			"$JS.API.STREAM.INFO.KV_"+bucket,
			"$JS.API.DIRECT.GET.KV_"+bucket+".>",
			"$KV."+bucket+".>",
		)
	}
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: publish},
		Subscribe: &server.SubjectPermission{Allow: []string{
			wire.CommandSubject(gate.ID),
			wire.InboxPrefix(gate.ID) + ".>",
		}},
	}
}
