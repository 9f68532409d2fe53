//! The way between Python objects and the runtime's arrays and numbers, for
//! this crate and for the dispatcher of compiled functions.

use crate::array_cell::ArrayCell;
use crate::exceptions::raise;
use crate::scalar::{Num, ScalarValue};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::PyTypeRef, class::StaticType, pyclass,
};
use taipan_runtime::{Array, DType, Scalar};

pub use crate::ndarray::iterator::PyArrayIter;
pub use crate::scalar::{Operand, classify, scalar_value};

/// An n-dimensional array of elements of one type.
#[pyclass(module = "numpy", name = "ndarray", unhashable = true)]
#[derive(PyPayload)]
pub struct PyNdArray {
    cell: ArrayCell,
    base: Option<PyObjectRef>,
}

impl std::fmt::Debug for PyNdArray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let array = self.array();
        write!(f, "ndarray({:?}, {})", array.shape(), array.dtype())
    }
}

impl PyNdArray {
    /// The array this object stands for. The reference stays valid while the
    /// object lives; setting `shape` or `dtype` puts another handle in its place.
    #[inline(always)]
    pub fn array(&self) -> &Array {
        self.cell.get()
    }

    /// Puts another handle in place (in-place change of shape, dtype or flags).
    pub fn replace(&self, array: Array) {
        self.cell.replace(array);
    }

    /// The object that owns the memory, for views.
    pub fn base(&self) -> Option<&PyObjectRef> {
        self.base.as_ref()
    }

    /// A new `ndarray` object that owns its elements.
    pub fn from_array(array: Array, vm: &VirtualMachine) -> PyRef<Self> {
        let payload = Self {
            cell: ArrayCell::new(array),
            base: None,
        };
        payload.into_ref(&vm.ctx)
    }

    /// As [`PyNdArray::from_array`], of a subclass of `ndarray`.
    pub fn from_array_of(array: Array, class: PyTypeRef, vm: &VirtualMachine) -> PyResult<PyRef<Self>> {
        let payload = Self {
            cell: ArrayCell::new(array),
            base: None,
        };
        payload.into_ref_with_type(vm, class)
    }

    /// A new `ndarray` object whose elements belong to `owner`. If `owner` is
    /// itself a view, the object it is a view of becomes the base.
    pub fn view_of(array: Array, owner: &PyObject, vm: &VirtualMachine) -> PyRef<Self> {
        let ultimate = owner
            .downcast_ref::<Self>()
            .and_then(|parent| parent.base.as_ref())
            .map_or_else(|| owner.to_owned(), Clone::clone);
        let payload = Self {
            cell: ArrayCell::new(array),
            base: Some(ultimate),
        };
        payload.into_ref(&vm.ctx)
    }
}

/// The array behind an `ndarray` object (or one of a subclass), else `None`.
#[inline]
pub fn as_array(obj: &PyObject) -> Option<&Array> {
    obj.downcast_ref::<PyNdArray>().map(|a| a.array())
}

/// Whether `obj` is an `ndarray`.
#[inline]
pub fn is_array(obj: &PyObject) -> bool {
    as_array(obj).is_some()
}

/// The class `numpy.ndarray`.
pub fn ndarray_class() -> &'static Py<rustpython_vm::builtins::PyType> {
    PyNdArray::static_type()
}

/// The scalar object of the one element of a zero-dimensional array, or the
/// array object itself when it has dimensions.
pub fn array_or_scalar(array: Array, vm: &VirtualMachine) -> PyResult {
    if array.ndim() == 0 {
        return first_element(&array, vm);
    }
    Ok(PyNdArray::from_array(array, vm).into())
}

/// The scalar object of the first element.
pub fn first_element(array: &Array, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    match array.first() {
        Some(scalar) => Ok(scalar_to_py(array.dtype(), scalar)),
        None => Err(vm.new_value_error("array has no elements")),
    }
}

/// A NumPy scalar object of dtype `dtype` holding `value`.
#[inline]
pub fn scalar_to_py(dtype: DType, value: Scalar) -> PyObjectRef {
    crate::scalar::to_object(from_runtime(dtype, value))
}

/// A NumPy scalar object from the little-endian bytes of an array element
/// (at least `dtype.itemsize()` of them).
pub fn scalar_bits_to_py(dtype: DType, bytes: &[u8]) -> PyObjectRef {
    crate::scalar::to_object(ScalarValue::from_bytes(dtype, bytes))
}

/// The dtype and element bytes (first `itemsize` bytes) of a NumPy scalar
/// object; `None` for anything else, Python numbers included.
pub fn classify_scalar(obj: &PyObject, vm: &VirtualMachine) -> Option<(DType, [u8; 16])> {
    scalar_value(obj, vm).map(|v| (v.dtype, v.to_bytes()))
}

/// The value of an object whose class is one of NumPy's scalar classes itself,
/// not one derived from it.
pub fn exact_scalar(obj: &PyObject, vm: &VirtualMachine) -> Option<ScalarValue> {
    let class = obj.class();
    let types = &vm.ctx.types;
    let python = [types.int_type, types.float_type, types.bool_type, types.complex_type];
    if python.iter().any(|t| class.is(*t)) {
        return None;
    }
    let value = scalar_value(obj, vm)?;
    class.is(crate::scalar::types().of(value.dtype)).then_some(value)
}

/// Is every way of computing allowed to underflow without a word, as it is
/// unless `np.errstate` says otherwise?
pub fn ignores_underflow() -> bool {
    crate::errstate::ignores_underflow()
}

/// The name of a ufunc object.
pub fn ufunc_name(obj: &PyObject) -> Option<&'static str> {
    obj.downcast_ref::<crate::ufunc::PyUFunc>().map(|u| u.name())
}

/// A runtime scalar as a value of `dtype`, which it came from.
#[inline]
pub fn from_runtime(dtype: DType, value: Scalar) -> ScalarValue {
    let num = match value {
        Scalar::Bool(b) => Num::Bool(b),
        Scalar::Int(i) if i > i128::from(i64::MAX) => Num::UInt(i as u64),
        Scalar::Int(i) => Num::Int(i as i64),
        Scalar::Float(f) => Num::Float(f),
        Scalar::Complex(c) => Num::Complex(c.re, c.im),
    };
    let num = match (num, dtype) {
        (Num::Int(i), DType::U8 | DType::U16 | DType::U32 | DType::U64) => Num::UInt(i as u64),
        (num, _) => num,
    };
    ScalarValue { dtype, num }
}

/// A value as the runtime's scalar.
pub fn to_runtime(value: ScalarValue) -> Scalar {
    match value.num {
        Num::Bool(b) => Scalar::Bool(b),
        Num::Int(i) => Scalar::Int(i128::from(i)),
        Num::UInt(u) => Scalar::Int(i128::from(u)),
        Num::Float(f) => Scalar::Float(f),
        Num::Complex(re, im) => Scalar::Complex(num_complex::Complex::new(re, im)),
    }
}

/// A zero-dimensional array holding `value`.
pub fn array_from_value(value: ScalarValue, vm: &VirtualMachine) -> PyResult<Array> {
    let array = Array::empty(&[], value.dtype, taipan_runtime::Order::C).map_err(|e| raise(e, vm))?;
    array.set(&[], to_runtime(value)).map_err(|e| raise(e, vm))?;
    Ok(array)
}
