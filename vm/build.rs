//! Gives the linker the script that defers LLVM's static constructors, and
//! has it pack the relocations: 3 MB that every start would read.

fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/llvm-constructors.ld");
    println!("cargo:rerun-if-changed={script}");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg=-Wl,-T,{script}");
    println!("cargo:rustc-link-arg=-Wl,-z,pack-relative-relocs");
}
