# `make` alone lists the goals.

SCRATCH ?= .build
PREFIX ?= /usr/local
export SCRATCH PREFIX

.DEFAULT_GOAL := help
.PHONY: help deps build install test test-kernels test-devices test-long test-pages demo bench format lint docs clean

help: ## list the goals
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install missing system libraries (apt-get, through sudo where needed)
	@Scripts/install-dependencies

build: deps ## build for release; leaves .build/release/kalsae
	swift build -c release --scratch-path $(SCRATCH)

install: build ## install command, completions and manual pages; PREFIX=/usr/local, DESTDIR=
	@Scripts/install $(SCRATCH)/release/kalsae

demo: build ## train a network on built-in data
	$(SCRATCH)/release/kalsae train iris

test: deps ## run the whole suite in release; FILTER=name runs a part
	@Scripts/run-tests $(if $(FILTER),--filter '$(FILTER)')

test-kernels: ## test the C kernels alone; SANITIZE=1 for memory faults, ARCH=aarch64 emulated
	@Scripts/test-kernels $(if $(SANITIZE),--sanitize) $(if $(ARCH),--arch $(ARCH))

test-long: deps ## run what takes minutes or much memory: long graphs, damaged files, each pass left out, all at lower ISA levels, AMX in software
	@KALSAE_LONG_TESTS=1 Scripts/run-tests --filter LongRunTests
	@KALSAE_FUZZ=$(or $(FUZZ),1000000) Scripts/run-tests --filter FuzzTests
	@Scripts/test-passes --each
	@Scripts/test-isa --all
	@Scripts/test-isa --all --emulated

test-ranks: deps ## test trainings on several ranks and on two hosts of this machine, where it has Open MPI
	@KALSAE_RANK_TESTS=1 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=1 \
		Scripts/run-tests --filter 'MPITrainingTests|TwoHostsTests'

test-devices: deps ## test operations, layers and steps on OpenCL, where it is, and an emulated CUDA card; DEVICE=name takes one
	@Scripts/test-devices $(DEVICE)

test-pages: build ## test the live page in headless Chromium, where there is one
	@Scripts/test-pages

bench: build ## time training steps of the benchmark networks; NET=name takes one
	$(SCRATCH)/release/kalsae bench steps --net $(or $(NET),all)

format: ## rewrite the sources in the project's format
	swift format format --in-place --parallel --recursive Sources Tests Examples Package.swift

lint: ## check the format and change nothing
	swift format lint --strict --parallel --recursive Sources Tests Examples Package.swift

docs: build ## build the reference pages; warnings are errors
	@Scripts/build-docs

clean: ## remove everything that was built
	rm -rf $(SCRATCH)
