//! Which native and frozen modules the interpreter knows.
//!
//! The one place where a crate that provides modules is registered: add its
//! `module_defs` and `frozen_modules` to [`register`].

use rustpython::{InterpreterBuilder, pylib};
use rustpython_stdlib::stdlib_module_defs;
use rustpython_vm::common::rc::PyRc;

use crate::{osr, start};

/// Adds the standard library and Taipan's own packages to `builder`.
pub fn register(builder: InterpreterBuilder) -> InterpreterBuilder {
    let native = [
        stdlib_module_defs(&builder.ctx),
        taipan_numpy::module_defs(&builder.ctx),
        taipan_numba::module_defs(&builder.ctx),
        start::late::module_defs(&builder.ctx),
        vec![osr::module_def(&builder.ctx), start::site_builtins::module_def(&builder.ctx)],
    ]
    .concat();
    builder
        .add_native_modules(&native)
        .add_frozen_modules(start::library::MODULES.iter().copied())
        .add_frozen_modules(taipan_numpy::frozen_modules())
        .add_frozen_modules(taipan_numba::frozen_modules())
        .init_hook(|vm| {
            // What `sys._stdlib_dir` tells.
            if let Some(state) = PyRc::get_mut(&mut vm.state) {
                state.config.paths.stdlib_dir = Some(pylib::LIB_PATH.to_owned());
            }
        })
}
