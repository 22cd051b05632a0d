package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// line is the far end of a serial cable: a pseudo-terminal in raw mode behind a
// symbolic link, so that a replugged device has the path that it had before.
type line struct {
	dir     string
	path    string
	receive func(in []byte) (rest, reply []byte)

	mu     sync.Mutex
	master *os.File // nil while unplugged
	slave  *os.File // held open, or reads of master fail while nobody has path open
	served chan struct{}
}

func newLine(receive func(in []byte) (rest, reply []byte)) (*line, error) {
	dir, err := os.MkdirTemp("", "stile-sim-")
	if err != nil {
		return nil, err
	}
	l := &line{dir: dir, path: filepath.Join(dir, "simulated-turnstile"), receive: receive}
	if err := l.plug(); err != nil {
		_ = os.RemoveAll(dir) // the first error tells more
		return nil, err
	}
	return l, nil
}

// plug makes path a device again; plugged in already, it does nothing.
func (l *line) plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.master != nil {
		return nil
	}
	master, slave, err := openPTY()
	if err != nil {
		return fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	err = setRaw(slave)
	if err == nil {
		err = os.Symlink(slave.Name(), l.path)
	}
	if err != nil {
		_ = master.Close()
		_ = slave.Close()
		return err
	}
	l.master, l.slave, l.served = master, slave, make(chan struct{})
	go l.serve(master, l.served)
	return nil
}

// unplug hangs up on whoever has path open and waits until nothing more is
// received.
func (l *line) unplug() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.master == nil {
		return
	}
	_ = os.Remove(l.path)
	_ = l.master.Close()
	_ = l.slave.Close()
	<-l.served
	l.master, l.slave = nil, nil
}

func (l *line) close() error {
	l.unplug()
	return os.RemoveAll(l.dir)
}

// write sends bytes to whoever has path open. Bytes that nobody reads are lost
// once the terminal's buffer is full, and all are while unplugged.
func (l *line) write(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.master != nil {
		send(l.master, b)
	}
}

func (l *line) serve(master *os.File, served chan<- struct{}) {
	defer close(served)
	var in []byte
	buf := make([]byte, 256)
	for {
		n, err := master.Read(buf)
		if err != nil {
			return
		}
		rest, reply := l.receive(append(in, buf[:n]...))
		in = append([]byte(nil), rest...)
		if len(reply) > 0 {
			send(master, reply)
		}
	}
}

// send gives up on a reader that lets the terminal's buffer fill.
func send(master *os.File, b []byte) {
	_ = master.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	_, _ = master.Write(b)
}

// openPTY returns a pseudo-terminal whose master obeys deadlines and whose
// reads end on Close, which needs a descriptor that does not block.
func openPTY() (master, slave *os.File, err error) {
	blocking, slave, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	defer blocking.Close()
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		_ = slave.Close()
		return nil, nil, err
	}
	return os.NewFile(uintptr(fd), blocking.Name()), slave, nil
}

// setRaw stops the terminal from echoing and from touching bytes.
func setRaw(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var ioctl error
	err = conn.Control(func(fd uintptr) {
		var t *unix.Termios
		if t, ioctl = unix.IoctlGetTermios(int(fd), unix.TCGETS); ioctl != nil {
			return
		}
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B9600
		ioctl = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	if err != nil {
		return err
	}
	return ioctl
}
