package demo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"sync"

	"github.com/openstile/stile/shared/checkin"
)

// simLane moves people in front of a gate's simulated camera and pushes its
// simulated arm, over the control socket that the gate agent opens for it: one
// JSON object per line each way.
type simLane struct {
	Gate    checkin.GateID
	Title   string
	Display string // address of the attendee's screen

	socket     string
	simulated  bool // false: the camera is the visitor's own
	closedLoop bool
	api        *client

	mu   sync.Mutex
	conn net.Conn
	in   *bufio.Reader
}

// do sends one command and waits until it is done.
func (l *simLane) do(command map[string]any, into any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		conn, err := net.Dial("unix", l.socket)
		if err != nil {
			return err
		}
		l.conn, l.in = conn, bufio.NewReader(conn)
	}
	if err := json.NewEncoder(l.conn).Encode(command); err != nil {
		return err
	}
	line, err := l.in.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("simulated lane %s: %w", l.Title, err)
	}
	var answer struct {
		OK     bool
		Error  string
		Result json.RawMessage
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return err
	}
	if !answer.OK {
		return fmt.Errorf("simulated lane %s: %s", l.Title, answer.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer.Result, into)
}

// walk lets somebody come, within seconds, and stay.
func (l *simLane) walk(p Person, seconds float64) error {
	return l.do(map[string]any{"walk": p.Path, "seconds": seconds, "face": faceShare}, nil)
}

// show holds a ticket up for seconds.
func (l *simLane) show(ticket string, seconds float64) error {
	return l.do(map[string]any{"show": ticket, "seconds": seconds}, nil)
}

func (l *simLane) leave() error { return l.do(map[string]any{"leave": true}, nil) }

// push pushes the arm and reports whether it turned.
func (l *simLane) push() (turned bool, err error) {
	err = l.do(map[string]any{"push": true}, &turned)
	return turned, err
}

// turns is how often the arm has turned: the truth that the books must agree
// with.
func (l *simLane) turns() (n int, err error) {
	err = l.do(map[string]any{"turns": true}, &n)
	return n, err
}

func (l *simLane) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}
