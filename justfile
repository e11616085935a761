# Recipes for everyday work. CONTRIBUTING.md explains them.

# List the recipes
default:
    @just --list

# Build the program
build:
    cargo build

# Run tasks on the sandbox: just sandbox list -e main
[positional-arguments]
@sandbox *ARGS:
    cargo run --quiet -- --context sandbox "$@"

# Run all tests, or those whose name contains a word
test *NAME:
    cargo test {{NAME}}

# Accept changed snapshots of the tests whose name contains a word, with cargo-insta; read the difference afterwards
snapshots NAME:
    cargo insta test --accept --test all -- {{NAME}}
    git diff --stat tests

# Update docs/commands.md, the help of every command
commands:
    TASKS_UPDATE_DOCS=1 cargo test --test all commands_reference

# Update the pictures of terminal sessions in docs/pictures
pictures:
    TASKS_UPDATE_PICTURES=1 cargo test --test all pictures

# Format all code
fmt:
    cargo fmt --all
    cargo fmt --manifest-path tests/fuzz/Cargo.toml

# Run clippy as the checks do
lint:
    cargo clippy --all-targets --all-features -- -D warnings
    cargo clippy --package lagoon-tasks --no-default-features --features cli -- -D warnings
    cargo clippy --package lagoon-tasks --no-default-features -- -D warnings

# Run all checks, as the workflow does
check:
    .ci/run

# Build each package and use it; takes longer than the checks
packages:
    .ci/run --packages

# Check the shell scripts and the workflow files
lint-scripts:
    .ci/lint

# Check that the oldest supported Rust can build the program
msrv:
    .ci/msrv

# Fuzz for so many minutes per target
fuzz MINUTES="10" *TARGETS:
    tests/fuzz/run {{MINUTES}} {{TARGETS}}

# Run the fault campaign with so many invocations
campaign INVOCATIONS="10000":
    TASKS_CAMPAIGN={{INVOCATIONS}} cargo test campaign

# Compare the speed with curl's
bench *SUBJECTS:
    cargo bench -- {{SUBJECTS}}

# Count the lines of code and of doc comments per module
lines *FOLDERS:
    .ci/lines {{FOLDERS}}

# Open the documentation of the library
doc:
    cargo doc --no-deps --open
