//! The `numpy` package of Taipan.
//!
//! Two layers: the native module `_numpy` (types, kernels' Python face) and the
//! Python sources under `py/numpy/`, compiled to bytecode at build time and
//! frozen into the binary. The `taipan` binary registers both through
//! [`module_defs`] and [`frozen_modules`].
//!
//! Other crates go between Python objects and runtime arrays through [`interop`].

#[macro_use]
mod scalar;

mod args;
mod array_cell;
mod convert;
mod counting;
mod creation;
mod dtype;
mod errstate;
mod exceptions;
pub mod interop;
mod joining;
mod linear;
mod native;
mod ndarray;
mod object_operands;
mod printing;
mod products;
mod queries;
mod random;
mod reductions;
mod registry;
mod selection;
mod text;
mod ufunc;
mod warnings;

pub use dtype::{PyDType, dtype_from_object, dtype_object};
pub use errstate::report as report_conditions;
pub use exceptions::{OrRaise, raise};
pub use scalar::{Num, ScalarValue, types as scalar_classes};

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
