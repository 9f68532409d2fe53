//! The `taipan` binary: allocator, then the command line (`cli`).

mod cli;
mod floor_division;
mod memory;
mod modules;
mod osr;
mod out_of_memory;
mod recursion;
mod sizes;
mod start;
mod waits;

#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::Allocator;

fn main() -> ! {
    cli::main()
}
