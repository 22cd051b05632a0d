SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

MODULES := shared migrations firmware-config gate-agent control-server
# The linter's version; "make lint" builds it into .cache on first use.
GOLANGCI := v2.15.0

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## fetch what the project needs: Debian packages, models, sample pictures
	@deploy/setup.sh

.PHONY: build
build: setup ## build both binaries into bin/
	@go build -o bin/ ./control-server/cmd/control-server ./gate-agent/cmd/gate-agent

.PHONY: demo
demo: build ## run a whole venue here; ONCE=1 plays the checked script, CAMERA=/dev/video0 uses your camera
	@bin/control-server demo $(if $(ONCE),--once) $(if $(CAMERA),--camera $(CAMERA))

.PHONY: test
test: setup ## run every test with the race detector
	@go test -race -timeout 20m work

.PHONY: bench
bench: build ## measure speed against other software, where it is installed
	@bin/gate-agent bench

.PHONY: peers
peers: ## fetch the software that bench compares with: FAISS and usearch
	@deploy/bench-peers.sh

.PHONY: fuzz
fuzz: setup ## fuzz every decoder for a few seconds; TIME=1m for longer
	@deploy/fuzz.sh $(or $(TIME),5s)

.PHONY: golden
golden: setup ## write the golden files anew; read the difference before you commit it
	@go test -run Golden work -update

.PHONY: lint
lint: .cache/bin/golangci-lint-$(GOLANGCI) ## gofmt, go vet, tidy modules, and the linters
	@unformatted="$$(git ls-files -z '*.go' | xargs -0 gofmt -l)"; \
		if [ -n "$$unformatted" ]; then echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; fi
	@go vet work
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy -diff && GOWORK=off go build ./...); done
	@for m in $(MODULES); do (cd $$m && ../$< run --config ../.golangci.yml ./...); done

.cache/bin/golangci-lint-$(GOLANGCI):
	@echo "building golangci-lint $(GOLANGCI), once"
	@mkdir -p .cache/bin
	@GOBIN=$(CURDIR)/.cache/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	@mv .cache/bin/golangci-lint $@

.PHONY: tidy
tidy: ## tidy every module
	@go work sync
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy); done

.PHONY: clean
clean: ## remove what was built and fetched
	@rm -rf bin build .cache deploy/models/*.onnx deploy/models/lib
