# Logis. `make help` lists what can be made; `make run` and `make test` are all
# that a new machine needs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

GO      ?= go
NPM     ?= npm
LINT    := .cache/bin/golangci-lint
# npm leaves this file when everything is installed, so it dates the folder.
DONE    := node_modules/.package-lock.json
# The laboratories with real programs of others, each with its locked npm packages.
LABS    := $(wildcard edge/radio/*/*lab/package-lock.json dispatch/*/*lab/package-lock.json access/*lab/package-lock.json)
POSTGRES := migrations/privatepg
GOFILES := $(shell git ls-files '*.go' 2>/dev/null)
APP     := $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ── run ────────────────────────────────────────────────────────────────────────

.PHONY: run
run: build postgresql ## set up what is missing, then serve a demo home on http://localhost:8080
	@exec bin/logis-server run --demo-edge bin/logis-edge --demo-edge-args "--simulated --simulated-past 504h" # three weeks

.PHONY: build
build: web ## build bin/logis-server, with the web app inside, bin/logis-edge, bin/logis-verify and bin/logis
	$(GO) build -trimpath -o bin/logis-server ./cmd/server
	$(GO) build -trimpath -o bin/logis-edge ./cmd/edge
	$(GO) build -trimpath -o bin/logis-verify ./cmd/verify
	$(GO) build -trimpath -o bin/logis ./cmd/logis

.PHONY: web
web: web/dist/index.html ## build the web app into web/dist
web/dist/index.html: web/$(DONE) $(APP)
	cd web && $(NPM) run --silent build
	@touch $@

.PHONY: postgresql
postgresql:
	@deploy/tools/has-postgresql || $(MAKE) --no-print-directory $(POSTGRES)/$(DONE)

%/$(DONE): %/package-lock.json
	@deploy/tools/has-node
	cd $* && $(NPM) ci --ignore-scripts --no-fund --no-audit
	@touch $@

# ── test ───────────────────────────────────────────────────────────────────────

.PHONY: test
test: programs build $(POSTGRES)/$(DONE) $(LABS:package-lock.json=$(DONE)) lint verify ## everything: rules, Go, web, browser, real radios, chaos
	$(GO) test -timeout 15m $$($(GO) list ./... | grep -v /bench/)
	$(GO) test -timeout 15m -p 1 ./bench/... # each of these wants the machine for itself
	cd web && $(NPM) run --silent lint && $(NPM) test --silent

.PHONY: programs
programs: ## install Chromium and Mosquitto, which the tests use (Debian, as root), or say how
	@deploy/tools/install-programs

.PHONY: check
check: ## the quick loop: format, vet, build, and tests whose code changed
	@test -z "$$(gofmt -l $(GOFILES))" || { echo "gofmt would change:"; gofmt -l $(GOFILES); exit 1; }
	$(GO) vet ./...
	$(GO) test -short ./domain/... ./wire/... ./migrations ./eventstore/... ./projections/... ./history/... ./access/... ./dispatch/... ./hub/... ./api/... .

.PHONY: race
race: ## the Go tests with the race detector
	$(GO) test -race -timeout 30m ./...

.PHONY: lint
lint: $(LINT) ## the house rules that a machine can check
	$(LINT) run ./...

# A module of its own keeps what the linter needs out of ours.
$(LINT): deploy/tools/go.mod deploy/tools/go.sum
	cd deploy/tools && $(GO) build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

.PHONY: bench
bench: build ## measure: one JSON line for each figure
	$(GO) run ./bench

.PHONY: chaos
chaos: ## the long form of what `make test` does: kill, fill and pause everything at random, and check what must be true
	LOGIS_CHAOS_RUNS=4 LOGIS_CHAOS_KILLS=20 LOGIS_CHAOS_COMMANDS=3000 $(GO) test -count=1 -timeout 60m -v ./bench/chaos
	LOGIS_PARTITIONS=500 $(GO) test -count=1 -timeout 60m -v ./bench/partition
	LOGIS_KILLS=200 $(GO) test -count=1 -timeout 60m -v -run Killed ./edge

.PHONY: fmt
fmt: $(LINT) ## format the Go files
	$(LINT) fmt ./...

.PHONY: dist
dist: ## build the edge agent for amd64, arm64 and armv7 into dist: programs, .deb, .rpm, checksums
	@deploy/edge/dist

# ── generated files ────────────────────────────────────────────────────────────

.PHONY: generate
generate: web/$(DONE) dispatch/mail/maillab/$(DONE) dispatch/push/pushlab/$(DONE) access/openidlab/$(DONE) access/commonlab/$(DONE) ## write what is made from the code: OpenAPI document, the app's types, README and limits
	@mkdir -p .cache
	$(GO) test ./access -run HashesAreThose -update
	$(GO) test ./api -run Example -update
	$(GO) run ./cmd/server openapi > .cache/openapi.yaml
	cp .cache/openapi.yaml api/openapi.yaml
	$(GO) run ./cmd/server asyncapi > .cache/asyncapi.yaml
	cp .cache/asyncapi.yaml api/asyncapi.yaml
	cd web && $(NPM) run --silent generate
	$(GO) test . -update

.PHONY: verify
verify: web/$(DONE) ## fail when a generated file is not what `make generate` would write
	@mkdir -p .cache
	$(GO) mod verify
	$(GO) run ./cmd/server openapi > .cache/openapi.yaml
	diff -u api/openapi.yaml .cache/openapi.yaml
	$(GO) run ./cmd/server asyncapi > .cache/asyncapi.yaml
	diff -u api/asyncapi.yaml .cache/asyncapi.yaml
	cd web && $(NPM) exec -- openapi-typescript ../api/openapi.yaml --default-non-nullable=false -o ../.cache/schema.d.ts >/dev/null
	diff -u web/src/api/schema.d.ts .cache/schema.d.ts

.PHONY: clean
clean: ## remove what was built; the data in .logis stay
	rm -rf bin .cache web/dist/assets web/dist/index.html
