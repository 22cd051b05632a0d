module github.com/openstile/stile/control-server

go 1.26.0

require (
	github.com/chromedp/chromedp v0.23.0
	github.com/gofiber/fiber/v2 v2.52.15
	github.com/mattn/go-sqlite3 v1.14.53
	github.com/nats-io/nats-server/v2 v2.15.2
	github.com/nats-io/nats.go v1.55.0
	github.com/openstile/stile/migrations v0.0.0
	github.com/openstile/stile/shared v0.0.0
	golang.org/x/crypto v0.58.0
)

replace github.com/openstile/stile/shared => ../shared

replace github.com/openstile/stile/migrations => ../migrations
