# make help lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup build generate plugin demo test test-qgis soak cluster bench docs screenshots lint

GO ?= go

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install PostgreSQL and PostGIS where they are missing (part of demo, test and bench)
	@scripts/setup

build: ## Build bin/lizsync
	$(GO) build -o bin/lizsync ./cmd/lizsync

generate: setup build ## Write docs/processing, docs/database and the plugin's catalogue anew
	bin/lizsync docs --out docs --catalogue qgis-plugin/lizsync/catalogue.json

plugin: ## Write the ZIP files of the QGIS plugin into dist/; SYSTEM=pure or linux-amd64 … chooses one
	@scripts/setup qgis
	@scripts/plugin $(SYSTEM)

demo: setup build ## Show a synchronisation of three databases; KEEP=1 leaves them running
	@exec bin/lizsync demo $(if $(filter-out 0,$(KEEP)),--keep)

test: ## Run all the tests, on one throw-away server; RUN=regexp chooses some
	@scripts/setup test
	$(GO) build -o bin/testcluster ./internal/testcluster
	@exec bin/testcluster $(GO) test -timeout 60m $(if $(RUN),-run '$(RUN)') ./...

test-qgis: setup build ## Run the tests of the QGIS plugin; RUN=tests.test_run chooses some
	@scripts/setup qgis
	$(GO) build -o bin/testcluster ./internal/testcluster
	@scripts/plugin pure
	@cd qgis-plugin && exec ../bin/testcluster /usr/bin/python3 -m unittest $(if $(RUN),$(RUN),discover -t . -s tests)

soak: setup ## Play random histories for an hour; HISTORIES=n SEED=n chooses others
	$(GO) test ./algorithms/internal/history -run TestRandomHistoriesLoseNothing -v -timeout 0 \
		-histories $(or $(HISTORIES),1000000) -seed $(or $(SEED),$$(date +%s)) $(if $(HISTORIES),,-for 1h)

cluster: setup ## Keep a server for tests until Ctrl-C, to look at the databases of failed ones
	@$(GO) build -o bin/testcluster ./internal/testcluster
	@exec bin/testcluster

bench: setup build ## Measure; the table is printed at the end
	$(GO) run ./internal/bench

docs: generate ## Write the generated pages and build all into site/; a broken link fails
	@scripts/setup docs
	mkdocs build --strict --quiet
	@if grep -rnoE '(src=|<link [^>]*href=|url\(|@import )["'"'"']?https?://[^"'"'"' >)]*' site --include=*.html --include=*.css; then \
		echo "the pages would fetch that from elsewhere" >&2; exit 1; fi

screenshots: setup build ## Take the pictures of docs/images from a real QGIS
	@scripts/setup qgis
	@scripts/screenshots

lint: ## Check the format, go vet and staticcheck
	@unformatted=$$(gofmt -l .) && if [ -n "$$unformatted" ]; then \
		echo "gofmt -w is needed on:" >&2; echo "$$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
