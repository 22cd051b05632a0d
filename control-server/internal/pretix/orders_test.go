package pretix

import (
	"encoding/json"
	"testing"
)

// Whatever a shop answers, only a paid, uncancelled and unblocked position is
// pushed.
func FuzzOrders(f *testing.F) {
	f.Add([]byte(`{"count":1,"next":null,"results":[{"code":"A","status":"p","testmode":false,"positions":[{"positionid":1,"item":1,"secret":"s","blocked":null,"valid_from":"2026-06-01T18:00:00+02:00"}]}]}`))
	f.Add([]byte(`{"results":[{"status":"n","positions":[{"item":1,"blocked":[],"canceled":true}]}]}`))
	f.Add([]byte(`{"results":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p page[order]
		if json.Unmarshal(data, &p) != nil {
			return
		}
		for _, o := range p.Results {
			for _, pos := range o.Positions {
				if unwanted(o, pos, map[int]bool{1: true}, 0) != "" {
					continue
				}
				if o.Status != paid || o.Testmode || pos.Canceled || pos.Blocked != nil || pos.AddonTo != nil || pos.Item != 1 {
					t.Errorf("wanted %+v of %+v", pos, o)
				}
				if got := pos.push(o.Code); len(got.Tickets) != 1 || got.Tickets[0].Secret != pos.Secret {
					t.Errorf("push %+v of %+v", got, pos)
				}
			}
		}
	})
}
