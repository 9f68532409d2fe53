//! What happens before the program, and what is put off until it asks.

pub mod deferred;
pub mod late;
pub mod library;
pub mod native;
pub mod site;
pub mod site_builtins;

use rustpython_vm::{InterpreterBuilder, VirtualMachine};

/// Builds the interpreter without looking for garbage: all that it makes for
/// itself is there to stay.
pub fn begin(builder: InterpreterBuilder) -> InterpreterBuilder {
    builder.init_hook(|vm| vm.state.gc.disable())
}

/// From here on there may be garbage. What is there already is left out of
/// every later look for it, as `gc.freeze` does: the objects of the interpreter,
/// two thousand, would be walked three times at the end of each program.
pub fn finish(vm: &VirtualMachine) {
    vm.state.gc.freeze();
    vm.state.gc.enable();
}
