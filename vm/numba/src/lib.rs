//! The `numba` package of Taipan.
//!
//! Two layers: the native module `_numba` (dispatcher, types, boxing) and the
//! Python sources under `py/numba/`, compiled to bytecode at build time and
//! frozen into the binary. The `taipan` binary registers both through
//! [`module_defs`] and [`frozen_modules`].

mod argument;
mod dispatcher;
mod inspect;
pub mod interrupt;
mod native;
mod outside;
mod print;
mod python_layer;
mod raise;
mod result;
mod traceback;
mod types;

use rustpython_vm::{Context, builtins::PyModuleDef, frozen::FrozenLib, py_freeze};

/// The native modules of this crate, to be registered before the VM is built.
pub fn module_defs(ctx: &Context) -> Vec<&'static PyModuleDef> {
    vec![native::module_def(ctx)]
}

/// The frozen Python layer: every module under `py/` with its dotted name.
pub fn frozen_modules() -> &'static FrozenLib {
    const FROZEN: &FrozenLib = py_freeze!(dir = "../py");
    FROZEN
}
