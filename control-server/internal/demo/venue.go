package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Config says what the demo runs, and where.
type Config struct {
	Server  string // the control-server binary
	Gate    string // the gate-agent binary
	Models  string // the models' manifest
	Samples string // the folder of the sample pictures
	HTTP    string // host:port of the console; port 0 takes a free one
	Camera  string // URL of the visitor's own camera, or empty
	Out     io.Writer
	// Prepare makes the data folder that the configuration names, with an
	// operator and an API key.
	Prepare func(ctx context.Context, config string) (login, password, key string, err error)
}

// venue is the running processes and how to speak with them.
type venue struct {
	cfg      Config
	dir      string
	http     string
	login    string
	password string
	api      *client
	lanes    []*simLane
	procs    []*process
}

// process is one of the demo's own.
type process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{}
	log  string
}

const (
	startTimeout = time.Minute
	stopTimeout  = 10 * time.Second
	lookEvery    = 25 * time.Millisecond
)

// gateConfig is the configuration of a demo gate. The first has the simplest
// board there is, without inputs; the second one that tells of passages.
const gateConfig = `version: 1
data: %[1]s
models: %[2]s
lanes:
  - id: %[3]s
    name: %[4]s
    camera: "%[5]s"
    barrier: "sim://?board=%[6]s"
    display: %[7]s
    hold: 1s
`

var gates = []struct{ name, lane, title, board string }{
	{"North", "north-1", "North 1", "lcus-2&wiring=open-loop"},
	{"South", "south-1", "South 1", "waveshare-8ch&wiring=tripod-pulse"},
}

// open starts the control server and waits until it answers.
func open(ctx context.Context, cfg Config) (_ *venue, err error) {
	dir, err := os.MkdirTemp("", "stile-demo-")
	if err != nil {
		return nil, err
	}
	v := &venue{cfg: cfg, dir: dir}
	defer func() {
		if err != nil {
			err = v.end(err)
		}
	}()
	if v.http, err = freeAddress(cfg.HTTP); err != nil {
		return nil, err
	}
	bus, err := freeAddress("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "control-server.yaml")
	text := fmt.Sprintf("version: 1\ndata: %s\nhttp: %s\nbus: %s\nmodels: %s\n", filepath.Join(dir, "server"), v.http, bus, cfg.Models)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	login, password, key, err := cfg.Prepare(ctx, config)
	if err != nil {
		return nil, err
	}
	v.login, v.password, v.api = login, password, newClient("http://"+v.http, key)
	if err := v.start("control-server", cfg.Server, "serve", "--config", config); err != nil {
		return nil, err
	}
	return v, v.until(ctx, startTimeout, "the control server answers", func() (bool, error) {
		_, err := v.api.gates(ctx)
		return err == nil, nil
	})
}

// addGates pairs and starts the gates, which serve event.
func (v *venue) addGates(ctx context.Context, event checkin.EventID) error {
	for i, g := range gates {
		socket := filepath.Join(v.dir, g.lane+".sock")
		camera, simulated := "sim://"+socket, true
		if i == 1 && v.cfg.Camera != "" {
			camera, simulated = v.cfg.Camera, false
		}
		display, err := freeAddress("127.0.0.1:0")
		if err != nil {
			return err
		}
		config := filepath.Join(v.dir, g.lane+".yaml")
		text := fmt.Sprintf(gateConfig, filepath.Join(v.dir, g.lane), v.cfg.Models, g.lane, g.title, camera, g.board, display)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return err
		}
		id, code, err := v.api.addGate(ctx, g.name, event)
		if err != nil {
			return err
		}
		pair := exec.CommandContext(ctx, v.cfg.Gate, "pair", "--config", config, "--server", "http://"+v.http, code)
		if out, err := pair.CombinedOutput(); err != nil {
			return fmt.Errorf("pair gate %s: %w: %s", g.name, err, out)
		}
		if err := v.start("gate-"+string(id), v.cfg.Gate, "run", "--config", config); err != nil {
			return err
		}
		v.lanes = append(v.lanes, &simLane{
			Gate: id, Title: g.title, Display: "http://" + display, socket: socket, simulated: simulated,
			closedLoop: i == 1, api: v.api,
		})
	}
	return nil
}

func (v *venue) start(name, binary string, args ...string) error {
	log, err := os.Create(filepath.Join(v.dir, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	p := &process{name: name, cmd: exec.Command(binary, args...), done: make(chan struct{}), log: log.Name()}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = append(os.Environ(), "TMPDIR="+v.dir) // nothing stays of one that is killed
	// Ctrl-C reaches only the demo, which stops the others in order; and they
	// stop with it, however it ends.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // its log says how it ended
	}()
	v.procs = append(v.procs, p)
	return nil
}

// until asks again until ok, a process has died, or the time is over.
func (v *venue) until(ctx context.Context, limit time.Duration, what string, ok func() (bool, error)) error {
	deadline := time.Now().Add(limit)
	for {
		if err := v.died(); err != nil {
			return err
		}
		done, err := ok()
		if done || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s in vain until %s", limit, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}

// died reports a process that has ended by itself, with its last words.
func (v *venue) died() error {
	for _, p := range v.procs {
		select {
		case <-p.done:
			return fmt.Errorf("%s has ended (%s); its last words:\n%s", p.name, p.cmd.ProcessState, tail(p.log))
		default:
		}
	}
	return nil
}

func (v *venue) say(format string, args ...any) { fmt.Fprintf(v.cfg.Out, format+"\n", args...) }

// end stops the processes, the gates first, and removes what they wrote; after a
// failure the logs stay. A process that died explains a failure better than what
// followed from it.
func (v *venue) end(failed error) error {
	if died := v.died(); failed != nil && died != nil {
		failed = died
	}
	errs := []error{failed}
	for i := len(v.procs) - 1; i >= 0; i-- {
		p := v.procs[i]
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			errs = append(errs, fmt.Errorf("stop %s: %w", p.name, err))
		}
		select {
		case <-p.done:
		case <-time.After(stopTimeout):
			errs = append(errs, fmt.Errorf("%s did not stop in %s and was killed", p.name, stopTimeout), p.cmd.Process.Kill())
		}
	}
	for _, l := range v.lanes {
		l.hangUp()
	}
	if failed == nil {
		return errors.Join(append(errs, os.RemoveAll(v.dir))...)
	}
	entries, err := os.ReadDir(v.dir)
	errs = append(errs, err)
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".log" {
			errs = append(errs, os.RemoveAll(filepath.Join(v.dir, e.Name())))
		}
	}
	return errors.Join(append(errs, fmt.Errorf("the logs are in %s", v.dir))...)
}

// freeAddress returns addr, with a free port in the place of 0 or of a taken
// one.
func freeAddress(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		host, _, splitErr := net.SplitHostPort(addr)
		if splitErr != nil {
			return "", splitErr
		}
		if l, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			return "", err
		}
	}
	return l.Addr().String(), l.Close()
}

// tail returns the end of a log.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}
