//! `a[key]` and `a[key] = value`: Python keys to the runtime's index entries.

use crate::convert::{array_from_object, number_for};
use crate::errstate;
use crate::exceptions::OrRaise;
use crate::interop::{PyNdArray, array_or_scalar, as_array, scalar_to_py, to_runtime};
use crate::scalar::{Num, construct, scalar_value};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PySlice, PyStr, PyTuple},
};
use taipan_runtime::index::Index;
use taipan_runtime::{Array, DType};

/// What a value is refused with when it is no number of the array's type; but a key that does not
/// fit is the first thing to complain about.
fn after_key<T>(result: PyResult<T>, check: impl FnOnce() -> PyResult<()>) -> PyResult<T> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => {
            check()?;
            Err(error)
        }
    }
}

/// A plain integer key: Python `int` or NumPy integer scalar.
#[inline]
fn integer_key(key: &PyObject, vm: &VirtualMachine) -> Option<i64> {
    if let Some(int) = key.downcast_ref_if_exact::<PyInt>(vm) {
        return int.as_bigint().to_i64();
    }
    let value = scalar_value(key, vm)?;
    match value.num {
        Num::Int(i) => Some(i),
        Num::UInt(u) => i64::try_from(u).ok(),
        _ => None,
    }
}

fn slice_part(part: &PyObject, vm: &VirtualMachine) -> PyResult<Option<i64>> {
    if vm.is_none(part) {
        return Ok(None);
    }
    if let Some(i) = integer_key(part, vm) {
        return Ok(Some(i));
    }
    let Some(int) = part.try_index_opt(vm) else {
        return Err(vm.new_type_error(
            "slice indices must be integers or None or have an __index__ method",
        ));
    };
    let int = int?;
    let big = int.as_bigint();
    // Huge bounds saturate, as in every Python slice.
    Ok(Some(big.to_i64().unwrap_or_else(|| {
        if big.to_f64().is_some_and(|f| f < 0.0) { i64::MIN } else { i64::MAX }
    })))
}

fn bad_index(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_index_error(
        "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or \
         boolean arrays are valid indices",
    )
}

fn entry(key: &PyObject, vm: &VirtualMachine) -> PyResult<Index> {
    if let Some(i) = integer_key(key, vm) {
        return Ok(Index::Int(i));
    }
    if let Some(slice) = key.downcast_ref::<PySlice>() {
        let part = |p: &Option<PyObjectRef>| match p {
            Some(p) => slice_part(p, vm),
            None => Ok(None),
        };
        return Ok(Index::Slice {
            start: part(&slice.start)?,
            stop: slice_part(&slice.stop, vm)?,
            step: part(&slice.step)?,
        });
    }
    if vm.is_none(key) {
        return Ok(Index::NewAxis);
    }
    if key.is(vm.ctx.ellipsis.as_object()) {
        return Ok(Index::Ellipsis);
    }
    if key.is(&vm.ctx.true_value) {
        return Ok(Index::Bool(true));
    }
    if key.is(&vm.ctx.false_value) {
        return Ok(Index::Bool(false));
    }
    if let Some(value) = scalar_value(key, vm) {
        return match value.num {
            Num::Bool(b) => Ok(Index::Bool(b)),
            _ => Err(bad_index(vm)),
        };
    }
    if key.downcastable::<PyStr>() {
        return Err(bad_index(vm));
    }
    let array = match as_array(key) {
        Some(array) => array.clone(),
        None => {
            let list = key.downcast_ref::<PyList>().is_some_and(|l| l.borrow_vec().is_empty());
            let tuple = key.downcast_ref::<PyTuple>().is_some_and(|t| t.is_empty());
            if !crate::convert::is_array_like(key, vm) {
                // Anything with __index__ is an integer.
                return match key.try_index_opt(vm) {
                    Some(int) => {
                        let int = int?;
                        let i = int.as_bigint().to_i64();
                        i.map(Index::Int).ok_or_else(|| bad_index(vm))
                    }
                    None => Err(bad_index(vm)),
                };
            }
            // An empty list, nested or not, selects nothing, whatever its dtype.
            let array = array_from_object(key, (list || tuple).then_some(DType::I64), vm)?;
            if array.size() == 0 { array.cast_to(DType::I64).or_raise(vm)? } else { array }
        }
    };
    if array.dtype().is_inexact() {
        return Err(match as_array(key) {
            Some(_) => vm.new_index_error("arrays used as indices must be of integer (or boolean) type"),
            None => bad_index(vm),
        });
    }
    if array.ndim() == 0 {
        let first = array.first().map_or(0, |s| s.to_i128().unwrap_or(0));
        if array.dtype() == DType::Bool {
            return Ok(Index::Bool(first != 0));
        }
        return Ok(Index::Array(array));
    }
    Ok(Index::Array(array))
}

/// The index entries of a key; a tuple gives one per item.
///
/// # Errors
/// `IndexError` for things that are no index.
pub fn parse_key(key: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Index>> {
    match key.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.iter().map(|k| entry(k, vm)).collect(),
        None => Ok(vec![entry(key, vm)?]),
    }
}

fn is_advanced(index: &Index) -> bool {
    matches!(index, Index::Array(_) | Index::Bool(_))
}

/// The positions of a key that is nothing but integers, one per axis.
#[inline]
fn full_integer_key<const N: usize>(
    key: &PyObject,
    ndim: usize,
    buffer: &mut [i64; N],
    vm: &VirtualMachine,
) -> Option<usize> {
    if ndim == 1
        && let Some(i) = integer_key(key, vm)
    {
        buffer[0] = i;
        return Some(1);
    }
    let tuple = key.downcast_ref::<PyTuple>()?;
    if tuple.len() != ndim || ndim > N || ndim == 0 {
        return None;
    }
    for (slot, item) in buffer.iter_mut().zip(tuple.iter()) {
        *slot = integer_key(item, vm)?;
    }
    Some(ndim)
}

/// The rows that a slice selects from an array with axes.
fn sliced(array: &Array, slice: &PySlice, vm: &VirtualMachine) -> PyResult<Array> {
    let part = |p: &Option<PyObjectRef>| match p {
        Some(p) => slice_part(p, vm),
        None => Ok(None),
    };
    let (start, step) = (part(&slice.start)?, part(&slice.step)?);
    array.rows(start, slice_part(&slice.stop, vm)?, step).or_raise(vm)
}

/// `target[...] = value` for an array that is written as a whole.
pub fn assign(target: &Array, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if as_array(value).is_none()
        && let Some(number) = number_for(value, target.dtype(), vm)?
    {
        return target.fill(to_runtime(number)).or_raise(vm);
    }
    let source = assigned_array(value, target.dtype(), vm)?;
    let raised = target.assign(&source).or_raise(vm)?;
    warn_of_lost_parts(&source, target.dtype(), vm)?;
    errstate::report(raised.0, "cast", vm)
}

/// The array of values to be stored into elements of `dtype`.
fn assigned_array(value: &PyObject, dtype: DType, vm: &VirtualMachine) -> PyResult<Array> {
    match as_array(value) {
        Some(array) => Ok(array.clone()),
        None => array_from_object(value, Some(dtype), vm),
    }
}

/// The warning of complex numbers that were stored into real elements.
fn warn_of_lost_parts(source: &Array, dtype: DType, vm: &VirtualMachine) -> PyResult<()> {
    if source.dtype().is_complex() && !dtype.is_complex() && dtype != DType::Bool {
        crate::warnings::complex_warning(vm)?;
    }
    Ok(())
}

impl PyNdArray {
    /// `self[key]`: a scalar object, a view or a copy.
    pub fn get_item(zelf: &Py<Self>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let array = zelf.array();
        let mut positions = [0i64; 4];
        if let Some(n) = full_integer_key(key, array.ndim(), &mut positions, vm) {
            let value = array.get_at(&positions[..n]).or_raise(vm)?;
            return Ok(scalar_to_py(array.dtype(), value));
        }
        if let Some(i) = integer_key(key, vm) {
            let row = array.row(i).or_raise(vm)?;
            return Ok(PyNdArray::derive(zelf, row, vm));
        }
        if let Some(slice) = key.downcast_ref::<PySlice>()
            && array.ndim() > 0
        {
            return Ok(PyNdArray::derive(zelf, sliced(array, slice, vm)?, vm));
        }
        let index = parse_key(key, vm)?;
        let result = array.index(&index).or_raise(vm)?;
        if index.iter().any(is_advanced) {
            // Integer arrays without dimensions select an element, as integers do.
            let keeps = index.iter().any(|i| matches!(i, Index::Ellipsis));
            if result.ndim() == 0 && !keeps {
                return array_or_scalar(result, vm);
            }
            return Ok(PyNdArray::from_array(result, vm).into());
        }
        let full = index.iter().all(|i| matches!(i, Index::Int(_)));
        if result.ndim() == 0 && full && !index.is_empty() {
            return array_or_scalar(result, vm);
        }
        if index.is_empty() && result.ndim() == 0 {
            return array_or_scalar(result, vm);
        }
        Ok(PyNdArray::derive(zelf, result, vm))
    }

    /// `self[key] = value`.
    pub fn set_item(&self, key: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let array = self.array();
        array.check_writeable().or_raise(vm)?;
        let mut positions = [0i64; 4];
        if let Some(n) = full_integer_key(key, array.ndim(), &mut positions, vm) {
            return set_element(array, &positions[..n], value, vm);
        }
        if key.is(vm.ctx.ellipsis.as_object()) {
            return assign(array, value, vm);
        }
        if let Some(slice) = key.downcast_ref::<PySlice>()
            && array.ndim() > 0
        {
            return assign(&sliced(array, slice, vm)?, value, vm);
        }
        let index = parse_key(key, vm)?;
        let check = || array.index(&index).map(drop).or_raise(vm);
        // Unlike a single element, chosen ones cast a NumPy number.
        let scalar = crate::scalar::scalar_value(value, vm);
        if as_array(value).is_none()
            && scalar.is_none()
            && let Some(number) = after_key(number_for(value, array.dtype(), vm), check)?
        {
            let number = Array::from_scalar(to_runtime(number), array.dtype()).or_raise(vm)?;
            array.assign_index(&index, &number).or_raise(vm)?;
            return Ok(());
        }
        let source = match scalar {
            Some(scalar) => Array::from_scalar(to_runtime(scalar), scalar.dtype).or_raise(vm)?,
            None => after_key(assigned_array(value, array.dtype(), vm), check)?,
        };
        let raised = array.assign_index(&index, &source).or_raise(vm)?;
        warn_of_lost_parts(&source, array.dtype(), vm)?;
        errstate::report(raised.0, "cast", vm)
    }

    /// The item of the sequence protocol.
    pub fn item_at(zelf: &Py<Self>, index: isize, vm: &VirtualMachine) -> PyResult {
        let key = vm.ctx.new_int(index);
        Self::get_item(zelf, key.as_object(), vm)
    }
}

fn set_element(array: &Array, positions: &[i64], value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(source) = as_array(value) {
        // Any single element is true or false; a number has to be one without axes.
        if source.size() == 1 && (source.ndim() == 0 || array.dtype() == DType::Bool) {
            let item = crate::interop::first_element(source, vm)?;
            // Cast, where a number by itself would have to fit.
            if let Some(number) = construct::convert(&item, array.dtype(), vm)? {
                return array.set_at(positions, to_runtime(number)).or_raise(vm);
            }
        }
        array.element(positions).or_raise(vm)?;
        if array.dtype().is_complex() {
            return Err(vm.new_type_error("only 0-dimensional arrays can be converted to Python scalars"));
        }
        return Err(vm.new_value_error("setting an array element with a sequence."));
    }
    let check = || array.element(positions).map(drop).or_raise(vm);
    match after_key(number_for(value, array.dtype(), vm), check)? {
        Some(number) => array.set_at(positions, to_runtime(number)).or_raise(vm),
        None => {
            check()?;
            let class = value.class().slot_name().to_string();
            Err(match array.dtype() {
                dtype if dtype.is_complex() => vm.new_type_error(format!("must be real number, not {class}")),
                dtype if dtype.is_integer() && dtype != DType::Bool => vm.new_type_error(format!(
                    "int() argument must be a string, a bytes-like object or a real number, not '{class}'"
                )),
                _ => vm.new_value_error("setting an array element with a sequence."),
            })
        }
    }
}
