package sim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"
)

// Client gives the orders of a simulated lane over its control socket. Its
// methods return when the order is carried out; it belongs to one goroutine.
type Client struct {
	conn net.Conn
	in   *bufio.Reader
}

// Dial connects to a control socket.
func Dial(socket string) (*Client, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("simulation: %w", err)
	}
	return &Client{conn, bufio.NewReader(conn)}, nil
}

// Close hangs up; the lane goes on.
func (c *Client) Close() error { return c.conn.Close() }

// Walk lets the person of a picture come to the gate and stay; it returns after
// d.
func (c *Client) Walk(picture string, d time.Duration) error {
	return c.Do(map[string]any{"walk": picture, "seconds": d.Seconds()}, nil)
}

// Show holds a QR code in front of the camera for d.
func (c *Client) Show(payload string, d time.Duration) error {
	return c.Do(map[string]any{"show": payload, "seconds": d.Seconds()}, nil)
}

// Leave lets whoever is there go, and returns when they are gone.
func (c *Client) Leave() error { return c.Do(map[string]any{"leave": true}, nil) }

// Switch unplugs the camera, or plugs it in again.
func (c *Client) Switch(on bool) error {
	if on {
		return c.Do(map[string]any{"on": true}, nil)
	}
	return c.Do(map[string]any{"off": true}, nil)
}

// Do sends any command and decodes the answer's result into result, unless that
// is nil.
func (c *Client) Do(command, result any) error {
	if err := json.NewEncoder(c.conn).Encode(command); err != nil {
		return fmt.Errorf("simulation: %w", err)
	}
	line, err := c.in.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("simulation: %w", err)
	}
	var a struct {
		OK     bool            `json:"ok"`
		Error  string          `json:"error"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return fmt.Errorf("simulation: %w", err)
	}
	if !a.OK {
		return errors.New("simulation: " + a.Error)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		return fmt.Errorf("simulation: %w", err)
	}
	return nil
}
