//! The `taipan` binary: allocator, then the command line (`cli`).

mod cli;
mod frozen_pages;
mod modules;
mod osr;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ! {
    cli::main()
}
