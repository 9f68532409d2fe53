//! The native module `_numpy`.

pub(crate) use _numpy::module_def;

#[rustpython_vm::pymodule]
mod _numpy {
    /// The NumPy release whose behaviour this package follows.
    #[pyattr]
    const VERSION: &str = "2.4.6";
}
