//! How the binary is linked, for a short start:
//!
//! - the linker is given the script that defers LLVM's static constructors;
//! - at a fixed address: every start would read and write the pages of 60,000
//!   relocations, a tenth of its time;
//! - with the static forms of the libraries that LLVM and Rust need, where they
//!   are installed: finding and mapping seven shared ones is another tenth.

use std::{env, error::Error, fs, os::unix::fs::symlink, path::Path, process::Command};

/// What is linked under the first name, and the archive that has its content.
const LIBRARIES: &[(&str, &str)] = &[
    ("libffi.a", "libffi.a"),
    ("libgcc_s.a", "libgcc_eh.a"),
    ("libstdc++.a", "libstdc++.a"),
    ("libz.a", "libz.a"),
    ("libzstd.a", "libzstd.a"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/llvm-constructors.ld");
    println!("cargo:rerun-if-changed={script}");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg=-Wl,-T,{script}");
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // A directory of their own: the linker takes what it finds in the first
    // directory that has a library in either form.
    let directory = Path::new(&env::var("OUT_DIR")?).join("static");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    for (name, archive) in LIBRARIES {
        let found = Command::new("cc").arg(format!("-print-file-name={archive}")).output()?;
        let path = String::from_utf8(found.stdout)?;
        let path = Path::new(path.trim());
        // The compiler repeats the name of what it does not find.
        if path.is_absolute() {
            symlink(path, directory.join(name))?;
        }
    }
    println!("cargo:rustc-link-search=native={}", directory.display());
    Ok(())
}
