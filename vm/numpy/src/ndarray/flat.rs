//! `ndarray.flat`: the elements in C order as one sequence.

use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, scalar_to_py};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    protocol::{PyIterReturn, PyMappingMethods},
    pyclass,
    types::{AsMapping, IterNext, Iterable, SelfIter},
};
use std::sync::atomic::{AtomicUsize, Ordering};
use taipan_runtime::{Array, DType, Order};

/// The elements of an array in C order as one sequence.
#[pyclass(module = "numpy", name = "flatiter")]
#[derive(Debug, PyPayload)]
pub struct PyFlatIter {
    owner: PyRef<PyNdArray>,
    next: AtomicUsize,
}

/// The index of the element numbered `flat` in C order.
fn unravel(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (slot, &n) in index.iter_mut().zip(shape).rev() {
        *slot = flat % n.max(1);
        flat /= n.max(1);
    }
    index
}

impl PyFlatIter {
    /// An iterator at the start of `owner`.
    pub fn new(owner: PyRef<PyNdArray>) -> Self {
        Self {
            owner,
            next: AtomicUsize::new(0),
        }
    }

    fn element(&self, flat: usize, vm: &VirtualMachine) -> PyResult {
        let array = self.owner.array();
        let value = array.get(&unravel(flat, array.shape())).or_raise(vm)?;
        Ok(scalar_to_py(array.dtype(), value))
    }

    fn get(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let flat = self.owner.array().reshape(&[-1], Order::C).or_raise(vm)?;
        let item = PyNdArray::get_item(&PyNdArray::from_array(flat, vm), key, vm)?;
        match crate::interop::as_array(&item) {
            // A copy even where the selection is a view of the owner.
            Some(array) => {
                let copy = array.copy(Order::C).or_raise(vm)?;
                Ok(PyNdArray::from_array(copy, vm).into())
            }
            None => Ok(item),
        }
    }

    /// `a.flat[key] = value`; short values repeat.
    pub fn set(&self, key: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let array = self.owner.array();
        array.check_writeable().or_raise(vm)?;
        let numbers: Vec<i64> = (0..array.size() as i64).collect();
        let numbers = PyNdArray::from_array(Array::from_vec(&numbers).or_raise(vm)?, vm);
        let chosen = PyNdArray::get_item(&numbers, key, vm)?;
        let chosen = crate::convert::array_from_object(&chosen, Some(DType::I64), vm)?;
        let chosen = chosen.to_vec::<i64>().or_raise(vm)?;
        let values = crate::convert::array_from_object(value, Some(array.dtype()), vm)?;
        let values = values.reshape(&[-1], Order::C).or_raise(vm)?;
        if values.size() == 0 {
            return Ok(());
        }
        for (i, flat) in chosen.into_iter().enumerate() {
            let item = values.get(&[i % values.size()]).or_raise(vm)?;
            array.set(&unravel(flat as usize, array.shape()), item).or_raise(vm)?;
        }
        Ok(())
    }
}

impl AsMapping for PyFlatIter {
    fn as_mapping() -> &'static PyMappingMethods {
        static MAPPING: PyMappingMethods = PyMappingMethods {
            length: Some(|m, _| Ok(PyFlatIter::mapping_downcast(m).owner.array().size())),
            subscript: Some(|m, key, vm| PyFlatIter::mapping_downcast(m).get(key, vm)),
            ass_subscript: Some(|m, key, value, vm| match value {
                Some(value) => PyFlatIter::mapping_downcast(m).set(key, &value, vm),
                None => Err(vm.new_value_error("cannot delete array elements")),
            }),
        };
        &MAPPING
    }
}

#[pyclass(with(Iterable, IterNext, AsMapping))]
impl PyFlatIter {
    #[pygetset]
    fn base(zelf: &Py<Self>) -> PyObjectRef {
        zelf.owner.as_object().to_owned()
    }

    #[pygetset]
    fn index(zelf: &Py<Self>) -> usize {
        zelf.next.load(Ordering::Relaxed)
    }

    #[pygetset]
    fn coords(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let flat = zelf.next.load(Ordering::Relaxed);
        crate::args::shape_object(&unravel(flat, zelf.owner.array().shape()), vm)
    }

    #[pymethod]
    fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let array = zelf.owner.array().copy(Order::C).or_raise(vm)?;
        let array = array.reshape(&[-1], Order::C).or_raise(vm)?;
        Ok(PyNdArray::from_array(array, vm).into())
    }

    #[pymethod]
    fn __array__(zelf: &Py<Self>, args: rustpython_vm::function::FuncArgs, vm: &VirtualMachine) -> PyResult {
        drop(args);
        Self::copy(zelf, vm)
    }
}

impl SelfIter for PyFlatIter {}

impl IterNext for PyFlatIter {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let i = zelf.next.fetch_add(1, Ordering::Relaxed);
        if i >= zelf.owner.array().size() {
            zelf.next.store(zelf.owner.array().size(), Ordering::Relaxed);
            return Ok(PyIterReturn::StopIteration(None));
        }
        zelf.element(i, vm).map(PyIterReturn::Return)
    }
}
