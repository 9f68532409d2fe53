//! Which native and frozen modules the interpreter knows.
//!
//! The one place where a crate that provides modules is registered: add its
//! `module_defs` and `frozen_modules` to [`register`].

use crate::{frozen_pages, osr, start};
use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

/// Adds the standard library and Taipan's own packages to `builder`.
pub fn register(builder: InterpreterBuilder) -> InterpreterBuilder {
    let library = rustpython::pylib::FROZEN_STDLIB;
    let builder = frozen_pages::one_by_one(&library.bytes, || builder.init_stdlib());
    let native = [
        taipan_numpy::module_defs(&builder.ctx),
        taipan_numba::module_defs(&builder.ctx),
        start::late::module_defs(&builder.ctx),
        vec![osr::module_def(&builder.ctx), start::site_builtins::module_def(&builder.ctx)],
    ]
    .concat();
    builder
        .add_native_modules(&native)
        .add_frozen_modules(taipan_numpy::frozen_modules())
        .add_frozen_modules(taipan_numba::frozen_modules())
}
