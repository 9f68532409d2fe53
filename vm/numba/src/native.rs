//! The native module `_numba`.

pub(crate) use _numba::module_def;

#[rustpython_vm::pymodule]
mod _numba {
    /// The Numba release whose behaviour this package follows.
    #[pyattr]
    const VERSION: &str = "0.68.0";
}
