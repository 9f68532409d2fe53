//! Gives the linker the script that defers LLVM's static constructors, and
//! has it link at a fixed address: every start would read and write the pages
//! of 60,000 relocations, a tenth of its time.

fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/llvm-constructors.ld");
    println!("cargo:rerun-if-changed={script}");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg=-Wl,-T,{script}");
    println!("cargo:rustc-link-arg-bins=-no-pie");
}
