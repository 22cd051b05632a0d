package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// message is the body of one POST.
type message struct {
	Type      string            `json:"type"`
	Timestamp time.Time         `json:"timestamp"` // when it happened, by this server's clock
	Data      checkin.Admission `json:"data"`
}

const (
	postTimeout = 10 * time.Second
	// A receiver has nothing to say beyond its status; this much is read, so
	// that the connection can be used again.
	maxAnswer = 64 << 10
)

// newClient makes a client that posts to the address it was given and nowhere
// else: a redirect is an answer like any other that is not a success.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       postTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends one admission and returns nil when it was taken. The error names
// neither the address, which may hold a token, nor anything of the answer but
// its status.
func (s *Sender) post(ctx context.Context, hook Hook, a Entry) error {
	body, err := json.Marshal(message{Type: "admission", Timestamp: a.Happened, Data: a.Admission})
	if err != nil {
		return fmt.Errorf("encode admission %s: %w", a.ID, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post admission %s: %w", a.ID, bare(err))
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Stile")
	req.Header.Set("webhook-id", string(a.ID))
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", Secret(hook.Secret).sign(string(a.ID), now, body))
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("post admission %s: %w", a.ID, bare(err))
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) //nolint:errcheck // the status is the answer
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("post admission %s: the receiver answered %d", a.ID, resp.StatusCode)
	}
	return nil
}

// bare takes the address off an error of net/http.
func bare(err error) error {
	var named *url.Error
	if errors.As(err, &named) {
		return named.Err
	}
	return err
}
