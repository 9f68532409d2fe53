//! The Python class `numpy.ndarray`.

pub mod attributes;
pub mod buffer;
pub mod flags;
pub mod flat;
pub mod index;
pub mod iterator;
pub mod methods;
pub mod number;

use crate::interop::PyNdArray;
use rustpython_vm::{Context, Py, builtins::PyType, class::PyClassImpl};
use std::sync::OnceLock;

static READY: OnceLock<()> = OnceLock::new();

/// Makes the class and its companions; called once when `_numpy` is imported.
pub fn init() {
    READY.get_or_init(|| {
        let ctx = Context::genesis();
        let _ = flags::PyFlags::make_static_type();
        let _ = flat::PyFlatIter::make_static_type();
        let _ = iterator::PyArrayIter::make_static_type();
        let _ = PyNdArray::make_static_type();
        let array: &'static Py<PyType> = crate::interop::ndarray_class();
        array.extend_methods(methods::SHARED, ctx);
        array.extend_methods(methods::ARRAY_ONLY, ctx);
        let generic = crate::scalar::types().generic();
        generic.extend_methods(methods::SHARED, ctx);
    });
}
