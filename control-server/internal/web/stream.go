package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// flushLimit is how long one event may take to leave. A reader that is slower
// is dropped; its browser connects again.
const flushLimit = 10 * time.Second

// Events writes the events of one stream.
type Events struct {
	w    *bufio.Writer
	conn net.Conn
}

// Send writes one server-sent event. An error means that the reader is gone,
// which is never noticed otherwise: send a heartbeat.
func (e *Events) Send(event, data string) error {
	fmt.Fprint(e.w, "event: "+event+"\n") // an error stays with w until Flush
	for line := range strings.Lines(data) {
		fmt.Fprint(e.w, "data: "+strings.TrimRight(line, "\r\n")+"\n")
	}
	if data == "" {
		fmt.Fprint(e.w, "data:\n")
	}
	fmt.Fprint(e.w, "\n")
	return errors.Join(e.conn.SetWriteDeadline(time.Now().Add(flushLimit)), e.w.Flush())
}

// Stream answers with server-sent events until write returns. ctx ends when the
// server stops. write runs after the handler has returned, so it must not use c.
func Stream(c *fiber.Ctx, write func(ctx context.Context, events *Events)) error {
	server := c.Locals(serverKey).(*Server)
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no")          // nginx would hold events back
	c.Context().Response.SetConnectionClose() // its write deadline is the stream's
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithCancel(server.streams)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				server.log.Error("stream failed", "err", p, "stack", string(debug.Stack()))
			}
		}()
		write(ctx, &Events{w, conn})
	})
	return nil
}
