//! Iteration over the first axis of an array.

use crate::interop::{PyNdArray, scalar_to_py};
use crate::exceptions::OrRaise;
use rustpython_vm::{
    Py, PyPayload, PyRef, PyResult, VirtualMachine,
    protocol::PyIterReturn,
    pyclass,
    types::{IterNext, Iterable, SelfIter},
};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Iterator over the first axis of an array.
#[pyclass(module = "numpy", name = "array_iterator")]
#[derive(Debug, PyPayload)]
pub struct PyArrayIter {
    owner: PyRef<PyNdArray>,
    next: AtomicUsize,
}

impl PyArrayIter {
    /// An iterator at the start of `owner`, which has at least one axis.
    pub fn new(owner: PyRef<PyNdArray>) -> Self {
        Self {
            owner,
            next: AtomicUsize::new(0),
        }
    }

    /// The array it walks.
    pub fn owner(&self) -> &PyRef<PyNdArray> {
        &self.owner
    }

    /// Number of items given so far.
    pub fn position(&self) -> usize {
        self.next.load(Ordering::Relaxed)
    }

    /// Goes on as if it had given so many items.
    pub fn set_position(&self, position: usize) {
        self.next.store(position, Ordering::Relaxed);
    }
}

#[pyclass(with(Iterable, IterNext))]
impl PyArrayIter {
    #[pymethod]
    fn __length_hint__(zelf: &Py<Self>) -> usize {
        let len = zelf.owner.array().shape().first().copied().unwrap_or(0);
        len.saturating_sub(zelf.next.load(Ordering::Relaxed))
    }
}

impl SelfIter for PyArrayIter {}

impl IterNext for PyArrayIter {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let array = zelf.owner.array();
        let i = zelf.next.fetch_add(1, Ordering::Relaxed);
        let Some(&len) = array.shape().first() else {
            return Ok(PyIterReturn::StopIteration(None));
        };
        if i >= len {
            zelf.next.store(len, Ordering::Relaxed);
            return Ok(PyIterReturn::StopIteration(None));
        }
        if array.ndim() == 1 {
            let value = array.get(&[i]).or_raise(vm)?;
            return Ok(PyIterReturn::Return(scalar_to_py(array.dtype(), value)));
        }
        let row = PyNdArray::derive(&zelf.owner, array.row(i as i64).or_raise(vm)?, vm);
        Ok(PyIterReturn::Return(row))
    }
}
