# Everything a user or developer types. The flag --ignore-rust-version is
# needed because some pinned crates declare rustc 1.96 and compile on 1.95
# (docs/ARCHITECTURE.md, "Pins"); it is wrapped here and in .cargo/config.toml.

CARGO    := cargo
FLAGS    := --ignore-rust-version
BIN      := target/release/taipan
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Where LLVM 22 is in Debian 12: its security suite.
PACKAGES := build-essential llvm-22-dev libpolly-22-dev libzstd-dev zlib1g-dev libffi-dev
# Only `dist` needs these; a target triple keeps the flags from build scripts.
HOST     = $(shell rustc -vV | sed -n 's/^host: //p')
PROFILE  := $(CURDIR)/target/profile
DIST     = $(CARGO) build $(FLAGS) --profile dist -p taipan --target $(HOST)
NEXTEST  := $(shell command -v cargo-nextest 2>/dev/null)

.PHONY: all run setup build dist test bless clippy

## Set up, build and run the tutorial: the one command of the README.
all run: setup build
	$(BIN) examples/tutorial.py

## Install the Debian packages that are missing.
setup:
	@missing=; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  $(SUDO) apt-get update -q && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	fi

## The binary, for daily work.
build:
	$(CARGO) build $(FLAGS) --release

## The binary as shipped, target/dist/taipan: slower to build (twice, the second
## time with a profile of the first), faster to run.
dist: setup
	rm -rf $(PROFILE)/raw
	RUSTFLAGS="-Cprofile-generate=$(PROFILE)/raw --cfg taipan_profile" $(DIST) --target-dir $(PROFILE)
	LLVM_PROFILE_FILE=$(PROFILE)/raw/%m.profraw benches/profile/train $(PROFILE)/$(HOST)/dist/taipan
	llvm-profdata-22 merge -o $(PROFILE)/merged.profdata $(PROFILE)/raw
	RUSTFLAGS="-Cprofile-use=$(PROFILE)/merged.profdata" $(DIST)
	install -D $(CURDIR)/target/$(HOST)/dist/taipan target/dist/taipan

## All tests, with the real binary.
test: setup build
ifeq ($(NEXTEST),)
	$(CARGO) test $(FLAGS) --release --workspace
else
	$(CARGO) nextest run $(FLAGS) --release --workspace --no-tests=pass
endif

## Rewrite what golden scripts and IR files expect, then look at git diff.
bless: build
	BLESS=1 $(CARGO) test $(FLAGS) --release -p taipan-tests --test golden --test ir --test hir

clippy:
	$(CARGO) clippy $(FLAGS) --release --workspace --all-targets
