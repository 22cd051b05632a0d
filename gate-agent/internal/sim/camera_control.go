package sim

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
)

// Handler carries out one command of the control socket and answers when it is
// done. arg is the whole command. The result, unless nil, is the answer's
// "result".
type Handler func(name string, arg json.RawMessage) (result any, err error)

// A control is the socket over which a simulated lane takes its orders; Camera
// says how it speaks.
type control struct {
	listener net.Listener
	log      *slog.Logger

	mu       sync.Mutex
	handlers map[string]Handler
}

// The longest command in bytes.
const maxCommand = 64 << 10

type answer struct {
	OK     bool   `json:"ok"`
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
}

func listen(path string, log *slog.Logger) (*control, error) {
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return nil, fmt.Errorf("control socket %s: another process answers there", path)
	}
	// Nobody answers: a socket that is left over from a crash goes.
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		os.Remove(path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return &control{listener: l, log: log, handlers: map[string]Handler{}}, nil
}

func (c *control) handle(name string, h Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handlers[name] = h
}

// serve answers until ctx ends, and closes every connection then.
func (c *control) serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { c.listener.Close() })
	defer stop()
	for {
		conn, err := c.listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("control socket: %w", err)
		}
		go func() {
			hangUp := context.AfterFunc(ctx, func() { conn.Close() })
			defer hangUp()
			defer conn.Close()
			c.converse(conn)
		}()
	}
}

func (c *control) converse(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, maxCommand)
	out := json.NewEncoder(conn)
	for lines.Scan() {
		a := answer{OK: true}
		result, err := c.obey(lines.Bytes())
		if err != nil {
			a = answer{Error: err.Error()}
			c.log.Warn("simulation refused a command", "cause", err.Error())
		} else {
			a.Result = result
		}
		if out.Encode(a) != nil {
			return
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		_ = out.Encode(answer{Error: fmt.Sprintf("a command has at most %d bytes", maxCommand)}) // it hangs up next
	}
}

func (c *control) obey(line []byte) (any, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(line, &keys); err != nil {
		return nil, fmt.Errorf("a command is a JSON object: %w", err)
	}
	name, h, err := c.find(keys)
	if err != nil {
		return nil, err
	}
	result, err := h(name, bytes.Clone(line))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return result, nil
}

func (c *control) find(keys map[string]json.RawMessage) (name string, h Handler, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range keys {
		if found, ok := c.handlers[key]; ok {
			if h != nil {
				return "", nil, fmt.Errorf("one command at a time, not %s and %s", name, key)
			}
			name, h = key, found
		}
	}
	if h == nil {
		return "", nil, errors.New("none of its keys is a command")
	}
	return name, h, nil
}

// strictly decodes a command and refuses what it does not know.
func strictly(arg json.RawMessage, v any) error {
	dec := json.NewDecoder(bytes.NewReader(arg))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
