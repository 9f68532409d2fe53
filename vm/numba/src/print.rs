//! `print` in compiled code writes to the program's `sys.stdout`.

use rustpython_vm::vm::thread::{current_vm_is_set, with_current_vm};
use std::io::Write;

/// Sends compiled code's lines to Python.
pub fn install() {
    taipan_runtime::print::set_print_hook(line);
}

/// Prints a line, its end included. Threads of a parallel region belong to no
/// interpreter: they write to the process's standard output.
fn line(text: &str) -> Result<(), ()> {
    if !current_vm_is_set() {
        return std::io::stdout().write_all(text.as_bytes()).map_err(|_| ());
    }
    with_current_vm(|vm| {
        let out = vm.sys_module.get_attr("stdout", vm)?;
        vm.call_method(&out, "write", (text.to_owned(),))
    })
    .map(|_| ())
    .map_err(|_| ())
}
