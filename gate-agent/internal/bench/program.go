package bench

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/openstile/stile/shared/face"
)

//go:embed peers/usearch.js
var usearchScript string

//go:embed peers/faiss.py
var faissScript string

// errAbsent means that a program or its library is not installed.
var errAbsent = errors.New("not installed")

// program is a peer in another language. It says "here" when its library is
// there, reads the rows (float32, little-endian) from its input and says
// "ready"; then it answers each probe with a line: microseconds, and the number
// of the best row. Nothing of it is written to a file.
type program struct {
	label string
	dir   string
	args  []string
}

// programs lists the peers that have to be installed.
func (b *bencher) programs() []program {
	const debianPython = "/usr/bin/python3" // whose FAISS it is
	return []program{
		{"usearch f32", b.Peers, []string{"node", "-e", usearchScript, "f32"}},
		{"usearch i8", b.Peers, []string{"node", "-e", usearchScript, "i8"}},
		{"faiss IndexFlatIP", "", []string{debianPython, "-c", faissScript}},
	}
}

// running is a program that has the rows.
type running struct {
	label string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	buf   []byte
}

// open starts the program and gives it the rows. It fails with errAbsent when
// there is nothing to start.
func (p program) open(ctx context.Context, g *gallery) (*running, error) {
	cmd := exec.CommandContext(ctx, p.args[0], append(p.args[1:], strconv.Itoa(g.len()), strconv.Itoa(dimension))...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errAbsent
	}
	r := &running{label: p.label, cmd: cmd, in: in, out: bufio.NewReader(out)}
	if line, err := r.out.ReadString('\n'); err != nil || line != "here\n" {
		in.Close()
		cmd.Wait() //nolint:errcheck // it has ended because its library is missing
		return nil, errAbsent
	}
	if err := r.give(g); err != nil {
		return nil, errors.Join(fmt.Errorf("give the templates to %s: %w", p.label, err), r.close())
	}
	return r, nil
}

func (r *running) give(g *gallery) error {
	for i := range g.len() {
		if err := r.write(g.row(i)); err != nil {
			return err
		}
	}
	line, err := r.out.ReadString('\n')
	if err == nil && line != "ready\n" {
		err = fmt.Errorf("it says %q instead of ready", line)
	}
	return err
}

func (r *running) write(v face.Vector) error {
	buf, err := binary.Append(r.buf[:0], binary.LittleEndian, []float32(v))
	if err != nil {
		return err
	}
	r.buf = buf
	_, err = r.in.Write(buf)
	return err
}

func (r *running) name() string { return r.label }

func (r *running) search(q face.Vector) (best int, took time.Duration, err error) {
	if err := r.write(q); err != nil {
		return 0, 0, err
	}
	var micros float64
	if _, err := fmt.Fscanln(r.out, &micros, &best); err != nil {
		return 0, 0, fmt.Errorf("read the answer: %w", err)
	}
	return best, time.Duration(micros * float64(time.Microsecond)), nil
}

func (r *running) close() error {
	r.in.Close()
	if err := r.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", r.label, err)
	}
	return nil
}
