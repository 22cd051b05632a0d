package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// GateState is a gate and its newest heartbeat, if it was heard.
type GateState struct {
	checkin.Gate
	Heard  time.Time    `json:"heard,omitzero"`
	Silent bool         `json:"silent"`
	Status *wire.Status `json:"status,omitempty"`
}

func (a *API) pair(c *fiber.Ctx) error {
	var req wire.PairRequest
	if err := decodeBody(c, &req); err != nil {
		return err
	}
	reply, err := a.Gates.Pair(c.UserContext(), req)
	if err != nil {
		return err
	}
	return c.JSON(reply)
}

func (a *API) addGate(c *fiber.Ctx) error {
	var body struct {
		Name  string          `json:"name"`
		Event checkin.EventID `json:"event"`
	}
	if err := decodeBody(c, &body); err != nil {
		return err
	}
	gate, code, expires, err := a.Gates.AddGate(c.UserContext(), body.Name, body.Event, actor(c))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"gate": gate, "code": code, "expires": expires})
}

func (a *API) newCode(c *fiber.Ctx) error {
	code, expires, err := a.Gates.NewCode(c.UserContext(), checkin.GateID(c.Params("gate")), actor(c))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"code": code, "expires": expires})
}

func (a *API) assignGate(c *fiber.Ctx) error {
	var body struct {
		Event checkin.EventID `json:"event"`
	}
	if err := decodeBody(c, &body); err != nil {
		return err
	}
	if err := a.Gates.AssignGate(c.UserContext(), checkin.GateID(c.Params("gate")), body.Event, actor(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (a *API) listGates(c *fiber.Ctx) error {
	gates, err := a.Gates.GateStates(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"gates": gates})
}
