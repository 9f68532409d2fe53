//! The Python layer under `py/` is compiled into the crate by a macro, which
//! cargo cannot see: name it as an input here.
fn main() {
    println!("cargo:rerun-if-changed=py");
}
