package app

import (
	"context"

	"github.com/openstile/stile/control-server/internal/purge"
	"github.com/openstile/stile/shared/checkin"
)

// closing is what goes with an event that closes, besides its key and its rows.
type closing struct{ app *App }

var _ purge.Gallery = closing{}

func (c closing) Close(ctx context.Context, event checkin.EventID) error {
	c.app.desk.Forget(event)
	return c.app.publisher.Close(ctx, event)
}
