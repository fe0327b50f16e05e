# haochaping: `make run` and `make test` do all of their own set-up; `make help`
# lists the rest. Nothing here asks a question or reads standard input.

GO ?= go
NPM ?= npm
NODE ?= node

# Pinned in a module of their own, so that they never move the product's versions.
GOLANGCI_LINT = $(GO) tool -modfile=tools.mod golangci-lint
GOFUMPT = $(GO) tool -modfile=tools.mod gofumpt

GO_FILES = $$(find . \( -name node_modules -o -name '.?*' -o -name testdata \) -prune -o -name '*.go' -print)
INSTALLED = node_modules/.installed

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: run build deps assets binary test check fmt fmt-check vet lint lint-go lint-web \
	test-go test-docker test-browser crash crash-short screens bench-dashboard bench-evaluate bench-intake clean help

run: build ## build everything, then show the product with demo data on http://127.0.0.1:8080 (more flags: ARGS=…)
	@exec bin/haochaping demo $(ARGS)

build: deps assets binary ## npm packages, pages and bin/haochaping

deps: $(INSTALLED) ## npm packages, as the lock file says

$(INSTALLED): package.json package-lock.json .npmrc
	@scripts/preflight.sh npm disk
	@$(NPM) ci --no-progress </dev/null || { \
		echo 'haochaping: the npm packages could not be installed: see what npm says above, check the way to its registry and the free disk, and run make again.' >&2; \
		exit 1; }
	@touch $@

assets: deps ## scripts, style sheets, fonts and the folding table that the binary embeds
	@$(NODE) web/build.mjs

binary: ## bin/haochaping alone, from assets that are there
	@scripts/preflight.sh go disk
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/haochaping ./cmd/haochaping

test: check test-browser ## the whole gate
	@echo 'make test: the whole gate passed'

check: build fmt-check vet lint test-go crash-short test-docker ## the gate without the browser tests

fmt: ## rewrite Go files the way the gate wants them
	@$(GOFUMPT) -w $(GO_FILES)

fmt-check:
	@echo '== format'
	@unformatted="$$($(GOFUMPT) -l $(GO_FILES))" || exit 1; \
	if [ -n "$$unformatted" ]; then \
		echo "$$unformatted"; \
		echo 'haochaping: the Go files above are not formatted: run make fmt.' >&2; \
		exit 1; \
	fi

vet: ## go vet
	@echo '== vet'
	@$(GO) vet ./...

lint: lint-go lint-web ## golangci-lint and the TypeScript compiler's checks

lint-go:
	@echo '== golangci-lint'
	@$(GOLANGCI_LINT) run ./...

lint-web: deps
	@echo '== tsc'
	@$(NODE) node_modules/typescript/bin/tsc --project web

test-go: ## Go tests under the race detector
	@echo '== go test'
	@scripts/preflight.sh go race
	@# the longest rooms first, so that no core waits for them at the end
	@CGO_ENABLED=1 $(GO) test -race -timeout 20m ./cmd/haochaping ./warehouse ./dashboard ./app ./... </dev/null
	@# over twenty seeds, and commands one after the other, which would take too long under the detector
	@CGO_ENABLED=0 $(GO) test -timeout 20m -run 'StoriesAreFound|TestPlainScripts' ./demo ./cmd/haochaping </dev/null

test-docker: ## Dockerfile and compose.yaml, read by BuildKit's own parser and linter
	@echo '== Dockerfile'
	@# -count=1: the test cache does not notice changes outside the test's own module
	@cd scripts/dockercheck && $(GO) vet ./... && $(GO) test -count=1 ./... </dev/null

test-browser: build ## tests in headless Chromium
	@echo '== browser tests'
	@scripts/browser-deps.sh
	@# one demo for all of them, which is filled once
	@DEMO_DATA="$$(mktemp -d)" && export DEMO_DATA && trap 'rm -rf "$$DEMO_DATA"' EXIT && \
		$(NODE) --test --test-concurrency=1 browser/*.test.mjs </dev/null

crash: deps ## break the running product at random for minutes and prove that it keeps its word (docs/crash.md)
	@echo '== crash'
	@$(GO) build -o bin/crash ./crash
	@bin/crash -kills 200 -outage 2m -calm 1500ms -bound 9m -settle 3m $(ARGS) </dev/null

crash-short: deps ## the same with 20 kills; part of the gate
	@echo '== crash, short'
	@$(GO) build -o bin/crash ./crash
	@bin/crash -kills 20 -outage 10s $(ARGS) </dev/null

screens: build ## the pictures of docs/screens: every page at three widths in both languages, from demo data
	@scripts/browser-deps.sh
	@$(NODE) browser/screens.mjs

bench-intake: build ## speed, memory and honesty of the intake, about half an hour (more flags: ARGS=-short)
	@$(GO) build -trimpath -o bin/bench-intake ./bench/intake
	@exec bin/bench-intake $(ARGS)

bench-evaluate: build ## counting and scoring against bare queries of the same run, about 15 min (more flags: ARGS=-short)
	@$(GO) build -trimpath -o bin/bench-evaluate ./bench/evaluate
	@exec bin/bench-evaluate $(ARGS)

bench-dashboard: build ## the pages with 50 readers over 25 million cases, about 25 min (more flags: ARGS=-short)
	@$(GO) build -trimpath -o bin/bench-dashboard ./bench/dashboard
	@exec bin/bench-dashboard $(ARGS)

bench-%: ## Go benchmarks of one room, e.g. bench-collector
	@CGO_ENABLED=0 $(GO) test -run '^$$' -bench . -benchmem ./$*/... </dev/null

clean: ## remove what was built; npm packages and data stay
	rm -rf bin
	find . -name node_modules -prune -o -path '*/dist/*' ! -name .gitkeep -type f -exec rm -f {} +

help: ## this list
	@sed -n 's/^\([a-z][a-z%-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
