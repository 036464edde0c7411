# The front door: each target does all set-up that it needs.

SWIFT ?= swift
WINDTUNNEL := .build/release/windtunnel
PACKAGES := libopenblas-dev liblapacke-dev libgsl-dev libsqlite3-dev libssl-dev zlib1g-dev libcurl4 librsvg2-bin pkg-config python3
# What the reference trainer needs.
TRAINER := python3-torch python3-numpy linux-doc-6.1 python3.11-doc
OUT := .build/demo
SITE := .build/docs

.PHONY: help demo loop test bench pilot tune example docs outputs setup build lint

help:
	@echo "make demo    fit the pilot runs and plan a budget, with pictures under $(OUT), then make loop"
	@echo "make loop    pilot runs, a prediction, and the run it is of, on real training (about three minutes)"
	@echo "make test    run all tests, the README and the notebooks"
	@echo "make bench   time fits beside scipy and searches beside Optuna"
	@echo "make pilot   train the pilot runs again (more than an hour on one core)"
	@echo "make tune    search the reference trainer's learning rate and shape on real training"
	@echo "make example build and run the package that uses the libraries"
	@echo "make docs    build the reference of the libraries as a site under $(SITE)"
	@echo "make outputs run the commands of the README and the notebooks again and keep their output"

# Installs the system packages that are missing.
setup:
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "install ok installed" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=""; else sudo="sudo"; fi; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$missing >/dev/null; \
	fi

build: setup
	@$(SWIFT) build -c release --product windtunnel

demo: build
	@mkdir -p $(OUT)
	$(WINDTUNNEL) fit Fits/pilot/runs.csv --bootstrap 2000 --output $(OUT)/fit.json --plot $(OUT)/fit.svg
	$(WINDTUNNEL) plan --fit $(OUT)/fit.json --budget "1e14 FLOP" --sweep 1e12:1e15:4 --output $(OUT)/plan.json --plot $(OUT)/plan.svg
	@echo
	@echo "Written: $(OUT)/fit.json and plan.json, the pictures fit.svg and plan.svg beside them."
	@echo
	@$(MAKE) --no-print-directory loop

# The whole circle on real training. What was made is kept: to make it again, take runs/loop away first.
loop: PACKAGES += $(TRAINER)
loop: setup
	@test -x $(WINDTUNNEL) || $(MAKE) build
	@mkdir -p $(OUT)
	$(WINDTUNNEL) loop Experiments/loop.yaml --plot $(OUT)/loop.svg

# swift test builds the command line as well, with other flags than swift build: building first would build twice.
# What waits for real engines comes after the rest, which leaves them no processor.
ENGINES := \.(SlurmTests|RayTests)/
test: setup
	$(SWIFT) test -c release --parallel --skip '$(ENGINES)'
	$(SWIFT) test -c release --filter '$(ENGINES)'
	python3 Tests/Docs/test_run_markdown.py
	python3 Tests/Docs/run_markdown.py --check README.md Notebooks-text/*.md

bench: setup
	@python3 -c "import numpy, scipy, optuna" 2>/dev/null || python3 -m pip install --quiet numpy scipy optuna
	$(SWIFT) run -c release windtunnel-bench

# Finished runs are kept: to train them again, take the tables away first.
pilot: PACKAGES := python3-yaml $(TRAINER)
pilot: setup
	/usr/bin/python3 Experiments/reference-trainer/sweep.py Experiments/pilot.yaml

# A search on real training, in about a minute.
tune: PACKAGES += $(TRAINER)
tune: setup
	@test -x $(WINDTUNNEL) || $(MAKE) build
	rm -rf runs/trainer runs/shape
	$(WINDTUNNEL) search run Experiments/search-trainer.yaml
	$(WINDTUNNEL) search run Experiments/search-shape.yaml

example: setup
	$(SWIFT) run --package-path Experiments/library example

# Any link that leads nowhere is an error; public symbols without documentation are counted.
docs: setup
	@$(SWIFT) build
	python3 Tests/Docs/run_markdown.py --check Sources/*/*.docc/*.md
	python3 Tests/Docs/build_site.py $(SITE)

outputs: build
	python3 Tests/Docs/run_markdown.py --write README.md Notebooks-text/*.md

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests
