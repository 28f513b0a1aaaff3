# `make help` lists the targets. Requires Go, and a C compiler for the race detector.
# Other tools are built when they are needed, in the versions pinned in e2e/tools.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION    ?= $(patsubst v%,%,$(shell git describe --tags --always --dirty 2>/dev/null || echo unknown))
REVISION   ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
BRANCH     ?= $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)
BUILD_USER ?= $(shell id -un)@$(shell uname -n)
BUILD_DATE ?= $(shell date -u +%Y%m%d-%H:%M:%S)
# A number of inputs: a target that is stopped by the clock now and then fails with
# "context deadline exceeded".
FUZZTIME   ?= 50000x
SOAKTIME   ?= 3m

variables := github.com/prometheus/common/version
ldflags    = -s -w -X $(variables).Version=$(VERSION) -X $(variables).Revision=$(REVISION) -X $(variables).Branch=$(BRANCH) \
             -X $(variables).BuildUser=$(BUILD_USER) -X $(variables).BuildDate=$(BUILD_DATE)
golangci   = go tool -modfile=$(CURDIR)/e2e/tools/golangci-lint/go.mod golangci-lint run --config=$(CURDIR)/.golangci.yml
covered    = inbox inbox/filter inbox/paging inbox/transport config config/internal/strictyaml # each at least 90 %

# The race detector needs cgo, which Go disables without a C compiler.
race = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the static binary ./botpenguin_exporter, of VERSION=1.2.3 if given
	CGO_ENABLED=0 go build -trimpath -ldflags '$(ldflags)' -o botpenguin_exporter .

.PHONY: demo
demo: ## run the exporter on a simulated inbox
	go run . demo

.PHONY: test
test: vet ## run the tests, with the race detector if there is a C compiler
	go test $(race) -timeout 30m $$(go list ./... | grep -v /faults)
	go test $(race) -timeout 30m -count=1 ./faults # never cached, because they run a build of the program
	go -C e2e test -short -count=1 ./...

.PHONY: vet
vet: ## check formatting, and run go vet
	@unformatted=$$(gofmt -l .); if [[ -n $$unformatted ]]; then echo "not formatted, run gofmt -w on:" $$unformatted; exit 1; fi
	go vet ./...
	go -C e2e vet ./...

.PHONY: lint
lint: vet ## run the linters of .golangci.yml, and check that go.mod is tidy
	go mod tidy -diff
	go -C e2e mod tidy -diff
	$(golangci)
	cd e2e && $(golangci)

.PHONY: cover
cover: ## print the coverage per package; inbox, filter, paging, transport, config and strictyaml must reach 90 %
	@go test -short -cover -timeout 30m $$(go list ./... | grep -v /faults) | awk -v covered='$(covered)' ' \
	  BEGIN { for (n = split(covered, names, " "); n; n--) missing[names[n]] } \
	  { print; name = $$0; sub(/.*botpenguin_exporter\//, "", name); sub(/[ \t].*/, "", name) } \
	  name in missing && match($$0, /[0-9.]+% of/) { delete missing[name]; if (substr($$0, RSTART) + 0 < 90) low = low " " name } \
	  END { for (name in missing) none = none " " name; if (none) print "no coverage of:" none; if (low) print "below 90 %:" low; exit none low != "" }'

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: model
model: ## count in every kind of inbox that the model knows, and print how often and how far numbers are off
	@go test -run '^TestModel$$' -count=1 -timeout 30m -v ./inbox/paging -model | sed -n '/^ *scenario/,/^[^ ]/p' | grep '^ '; exit $${PIPESTATUS[0]}

.PHONY: soak
soak: ## scrape with random faults for SOAKTIME, 3m by default
	SOAKTIME=$(SOAKTIME) go test -v -tags soak -run '^TestSoak$$' -count=1 -timeout 0 ./faults

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME, 50000x by default
	@go list ./... | while read -r package; do \
	  go test -list '^Fuzz' $$package </dev/null | sed -n '/^Fuzz/p' | while read -r target; do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package </dev/null; \
	  done; \
	done

.PHONY: e2e
e2e: ## test with a real Prometheus, Alertmanager and promtool, which are built first
	go -C e2e test -count=1 -v -timeout 45m ./...
