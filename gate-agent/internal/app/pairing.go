package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Pairing is who this gate is to its control server.
type Pairing = wire.PairReply

const (
	pairingFile  = "pairing.json"
	identityFile = "identity"
	pairTimeout  = 15 * time.Second
	maxPairReply = 64 << 10
)

// Pair makes this gate's identity, if it has none, and exchanges the one-time
// code for its place. Only public keys leave the gate.
func Pair(ctx context.Context, data, server, code string) (Pairing, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return Pairing{}, fmt.Errorf("data folder: %w", err)
	}
	identity, err := seal.LoadOrCreateIdentity(filepath.Join(data, identityFile))
	if err != nil {
		return Pairing{}, fmt.Errorf("identity: %w", err)
	}
	reply, err := exchange(ctx, server, wire.PairRequest{Code: code, NKey: identity.NKey(), XKey: identity.XKey()})
	if err != nil {
		return Pairing{}, fmt.Errorf("pair with %s: %w", server, err)
	}
	text, err := json.MarshalIndent(reply, "", "  ")
	if err != nil {
		return Pairing{}, err
	}
	return reply, os.WriteFile(filepath.Join(data, pairingFile), append(text, '\n'), 0o600)
}

func exchange(ctx context.Context, server string, req wire.PairRequest) (Pairing, error) {
	ctx, cancel := context.WithTimeout(ctx, pairTimeout)
	defer cancel()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(server, "/")+"/v1/pair", bytes.NewReader(wire.Encode(req)))
	if err != nil {
		return Pairing{}, err
	}
	post.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(post)
	if err != nil {
		return Pairing{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPairReply))
	if err != nil {
		return Pairing{}, err
	}
	if resp.StatusCode != http.StatusOK {
		var problem struct {
			Detail string `json:"detail"`
			Field  string `json:"field"`
		}
		if err := json.Unmarshal(body, &problem); err != nil || problem.Detail == "" {
			return Pairing{}, fmt.Errorf("the server answered %s", resp.Status)
		}
		return Pairing{}, errors.New(strings.TrimPrefix(problem.Field+": "+problem.Detail, ": "))
	}
	return wire.Decode[Pairing](body)
}

// LoadPairing reads what Pair has stored.
func LoadPairing(data string) (Pairing, *seal.Identity, error) {
	text, err := os.ReadFile(filepath.Join(data, pairingFile))
	if errors.Is(err, os.ErrNotExist) {
		return Pairing{}, nil, fmt.Errorf("this gate is not paired: add it on the console and run gate-agent pair with the code shown there (%s)", data)
	}
	if err != nil {
		return Pairing{}, nil, fmt.Errorf("pairing: %w", err)
	}
	p, err := wire.Decode[Pairing](text)
	if err != nil {
		return Pairing{}, nil, fmt.Errorf("pairing %s: %w", filepath.Join(data, pairingFile), err)
	}
	identity, err := seal.LoadIdentity(filepath.Join(data, identityFile))
	if err != nil {
		return Pairing{}, nil, fmt.Errorf("identity: %w", err)
	}
	return p, identity, nil
}
