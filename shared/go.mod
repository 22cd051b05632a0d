module github.com/openstile/stile/shared

go 1.26.0

require (
	github.com/google/uuid v1.6.0
	github.com/nats-io/nkeys v0.4.17
	github.com/yalue/onnxruntime_go v1.27.0
	go.yaml.in/yaml/v3 v3.0.6
	gocv.io/x/gocv v0.31.0
	golang.org/x/sys v0.49.0
)

require golang.org/x/crypto v0.58.0 // indirect
