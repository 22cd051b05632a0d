package sim

import (
	"encoding/json"
	"errors"
	"time"
)

// walk: somebody comes to the gate and stays there until leave or the next
// walk. The answer comes after the given seconds.
func (c *Camera) doWalk(_ string, arg json.RawMessage) (any, error) {
	cmd := struct {
		Walk    string  `json:"walk"`
		Seconds float64 `json:"seconds"`
		Face    float64 `json:"face"`
	}{Seconds: 2.5, Face: 0.5}
	if err := strictly(arg, &cmd); err != nil {
		return nil, err
	}
	if cmd.Face < 0.2 || cmd.Face > 1 {
		return nil, errors.New("face is outside 0.2 to 1")
	}
	length, err := seconds(cmd.Seconds)
	if err != nil {
		return nil, err
	}
	s, err := person(cmd.Walk, cmd.Face, c.width)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.walk = &walk{sprite: s, begun: time.Now(), length: length}
	c.mu.Unlock()
	return nil, c.wait(length)
}

// show: a QR code is held in front of the camera for the given seconds.
func (c *Camera) doShow(_ string, arg json.RawMessage) (any, error) {
	cmd := struct {
		Show    string  `json:"show"`
		Seconds float64 `json:"seconds"`
	}{Seconds: 1.5}
	if err := strictly(arg, &cmd); err != nil {
		return nil, err
	}
	length, err := seconds(cmd.Seconds)
	if err != nil {
		return nil, err
	}
	s, err := card(cmd.Show, c.height)
	if err != nil {
		return nil, err
	}
	mine := &showing{sprite: s, begun: time.Now()}
	c.mu.Lock()
	c.card = mine
	c.mu.Unlock()
	err = c.wait(length)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.card == mine {
		c.card = nil
	}
	return nil, err
}

// leave: whoever is there goes away, with what they hold. The answer comes when
// the gate is empty.
func (c *Camera) doLeave(_ string, arg json.RawMessage) (any, error) {
	if err := strictly(arg, &struct {
		Leave bool `json:"leave"`
	}{}); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.card = nil
	leaving := c.walk
	if leaving != nil {
		leaving.left = time.Now()
	}
	c.mu.Unlock()
	if leaving == nil {
		return nil, nil
	}
	err := c.wait(leaveTime)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.walk == leaving {
		c.walk = nil
	}
	return nil, err
}

// off, on: the camera is unplugged, and plugged in again.
func (c *Camera) doSwitch(name string, arg json.RawMessage) (any, error) {
	if err := strictly(arg, &struct {
		Off bool `json:"off"`
		On  bool `json:"on"`
	}{}); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = name == "off"
	return nil, nil
}

func (c *Camera) wait(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-c.stopped:
		return errors.New("the simulation has ended")
	}
}

func seconds(s float64) (time.Duration, error) {
	if !(s > 0 && s <= 600) {
		return 0, errors.New("seconds is outside 0 to 600")
	}
	return time.Duration(s * float64(time.Second)), nil
}
