//! The `taipan` binary.

mod modules;

use rustpython::InterpreterBuilder;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    rustpython::run(modules::register(InterpreterBuilder::new()))
}
