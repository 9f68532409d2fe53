//! Making arrays from Python objects: numbers, nested sequences, buffers,
//! objects with `__array__`.
//!
//! `unsafe` room: arrays over the memory of exported buffers. The export is
//! owned by the array's block, so the exporter keeps the memory in place.

use crate::exceptions::OrRaise;
use crate::interop::{array_from_value, as_array, to_runtime};
use crate::scalar::value::FromNum;
use crate::scalar::{Operand, ScalarValue, classify, construct};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, TryFromBorrowedObject, VirtualMachine,
    builtins::{
        PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMemoryView, PyRange, PySet, PyStr,
        PyTuple,
    },
    protocol::PyBuffer,
};
use taipan_runtime::dtype::{DType, Kind as NumberKind, promote_types};
use taipan_runtime::{Array, BufferRef, Casting, Order};

/// Deepest nesting of sequences (NumPy's limit of dimensions).
const MAX_DEPTH: usize = 64;

/// An array of the contents of `obj`; arrays are not copied. With `dtype`, the
/// elements are converted as by `np.array(obj, dtype)`.
///
/// # Errors
/// As `np.array`; `NotImplementedError` where NumPy would make an array of
/// objects or strings.
pub fn array_from_object(obj: &PyObject, dtype: Option<DType>, vm: &VirtualMachine) -> PyResult<Array> {
    if let Some(array) = as_array(obj) {
        return convert_array(array.clone(), dtype, vm);
    }
    match classify(obj, vm) {
        Operand::Other => {}
        operand => {
            let dtype = match dtype {
                Some(dtype) => dtype,
                None => number_dtype(&operand, vm)?,
            };
            let value = item(obj, dtype, vm)?.ok_or_else(|| vm.new_type_error("not a number"))?;
            return array_from_value(value, vm);
        }
    }
    if let Some(array) = from_protocol(obj, vm)? {
        return convert_array(array, dtype, vm);
    }
    from_sequence(obj, dtype, vm)
}

/// `array` with elements of `dtype`, the same handle if it has them already.
fn convert_array(array: Array, dtype: Option<DType>, vm: &VirtualMachine) -> PyResult<Array> {
    match dtype {
        Some(dtype) if dtype != array.dtype() => astype(&array, dtype, Order::K, Casting::Unsafe, vm),
        _ => Ok(array),
    }
}

/// `array.astype(dtype)` with the warnings Python users see.
pub fn astype(
    array: &Array,
    dtype: DType,
    order: Order,
    casting: Casting,
    vm: &VirtualMachine,
) -> PyResult<Array> {
    if array.dtype().is_complex() && !dtype.is_complex() && dtype != DType::Bool && casting == Casting::Unsafe {
        crate::warnings::complex_warning(vm)?;
    }
    let (result, raised) = array.astype(dtype, order, casting).or_raise(vm)?;
    crate::errstate::report(raised.0, "cast", vm)?;
    Ok(result)
}

/// The dtype a number takes on its own in `np.array([...])`.
fn number_dtype(operand: &Operand, vm: &VirtualMachine) -> PyResult<DType> {
    Ok(match operand {
        Operand::Strong(value) => value.dtype,
        Operand::WeakInt(_) => DType::I64,
        Operand::WeakBig(big) => {
            if big.as_bigint().to_u64().is_none() {
                return Err(object_array("int too large for 64 bits", vm));
            }
            DType::U64
        }
        Operand::WeakFloat(_) => DType::F64,
        Operand::WeakComplex(..) => DType::C128,
        Operand::Other => DType::F64,
    })
}

fn object_array(what: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_not_implemented_error(format!(
        "arrays of Python objects are not available in this version ({what})"
    ))
}

/// Whether `obj` is an array or converts to one with dimensions.
pub fn is_array_like(obj: &PyObject, vm: &VirtualMachine) -> bool {
    as_array(obj).is_some()
        || is_sequence(obj, vm)
        || obj.downcastable::<PyMemoryView>()
        || obj.get_attr("__array__", vm).is_ok()
}

/// Whether `np.array` looks into `obj` as a sequence.
fn is_sequence(obj: &PyObject, vm: &VirtualMachine) -> bool {
    if obj.downcastable::<PyList>() || obj.downcastable::<PyTuple>() || obj.downcastable::<PyRange>() {
        return true;
    }
    if obj.downcastable::<PyStr>()
        || obj.downcastable::<PyBytes>()
        || obj.downcastable::<PyDict>()
        || obj.downcastable::<PySet>()
    {
        return false;
    }
    let slots = obj.class().slots();
    let has_len = slots.as_sequence.length.load().is_some() || slots.as_mapping.length.load().is_some();
    let has_item = slots.as_sequence.item.load().is_some() || slots.as_mapping.subscript.load().is_some();
    let mapping_only = slots.as_sequence.item.load().is_none();
    // A length that raises is none.
    has_len && has_item && !mapping_only && obj.length(vm).is_ok()
}

/// Arrays that other objects offer: the buffer protocol and `__array__`.
fn from_protocol(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Array>> {
    if obj.downcastable::<PyList>() || obj.downcastable::<PyTuple>() || obj.downcastable::<PyRange>() {
        return Ok(None);
    }
    if !obj.downcastable::<PyBytes>()
        && !obj.downcastable::<PyStr>()
        && let Ok(buffer) = PyBuffer::try_from_borrowed_object(vm, obj)
    {
        return from_buffer(buffer, vm).map(Some);
    }
    if let Some(method) = vm.get_attribute_opt(obj, vm.ctx.intern_str("__array__"))? {
        let made = method.call((), vm)?;
        return match as_array(&made) {
            Some(array) => Ok(Some(array.clone())),
            None => Err(vm.new_value_error("object __array__ method not producing an array")),
        };
    }
    Ok(None)
}

/// Element type of a `struct` format character.
fn format_dtype(format: &str) -> Option<DType> {
    let code = format.trim_start_matches(['@', '=', '<']);
    Some(match code {
        "?" => DType::Bool,
        "b" => DType::I8,
        "B" | "c" => DType::U8,
        "h" => DType::I16,
        "H" => DType::U16,
        "i" => DType::I32,
        "I" => DType::U32,
        "l" | "q" | "n" => DType::I64,
        "L" | "Q" | "N" => DType::U64,
        "e" => DType::F16,
        "f" => DType::F32,
        "d" => DType::F64,
        "Zf" => DType::C64,
        "Zd" => DType::C128,
        _ => return None,
    })
}

/// A view of the exporter's memory.
fn from_buffer(buffer: PyBuffer, vm: &VirtualMachine) -> PyResult<Array> {
    let desc = buffer.desc.clone();
    let dtype = format_dtype(&desc.format).ok_or_else(|| {
        vm.new_value_error(format!("'{}' is not a valid PEP 3118 buffer format string", desc.format))
    })?;
    let shape: Vec<usize> = desc.dim_desc.iter().map(|d| d.0).collect();
    let strides: Vec<isize> = desc.dim_desc.iter().map(|d| d.1).collect();
    let contiguous = buffer.desc.is_contiguous();
    if !contiguous {
        // Rare: gather the bytes in C order.
        let mut bytes = Vec::new();
        buffer.append_to(&mut bytes);
        return array_from_bytes(&bytes, dtype, &shape, vm);
    }
    let readonly = desc.readonly;
    let data = match buffer.as_contiguous() {
        Some(bytes) => bytes.as_ptr().cast_mut(),
        None => return Err(vm.new_value_error("buffer is not contiguous")),
    };
    let nbytes = desc.len;
    // SAFETY: exporters keep an exported block in place until the export (held by
    // the owner box) is released; writes only happen if the exporter allows them.
    let block = unsafe { BufferRef::foreign(data, nbytes, Box::new(ExportedBuffer(buffer))) };
    Array::from_buffer(block, 0, dtype, &shape, &strides, !readonly).or_raise(vm)
}

/// Keeps an exporter's block alive for a foreign buffer.
struct ExportedBuffer(PyBuffer);

impl Drop for ExportedBuffer {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// A new array of elements whose bytes lie one after the other in C order.
pub fn array_from_bytes(
    bytes: &[u8],
    dtype: DType,
    shape: &[usize],
    vm: &VirtualMachine,
) -> PyResult<Array> {
    let raw = Array::from_vec(bytes).or_raise(vm)?;
    let typed = raw.view_as(dtype).or_raise(vm)?;
    let wanted: Vec<isize> = shape.iter().map(|&n| n as isize).collect();
    typed.reshape(&wanted, Order::C).or_raise(vm)
}

/// What is known about a nested sequence while looking through it.
#[derive(Default)]
struct Discovery {
    shape: Vec<usize>,
    dtype: Option<DType>,
    /// Depth at which numbers (or the end of nesting) were found.
    leaf_depth: Option<usize>,
    ragged_at: Option<usize>,
    /// A leaf that is no number.
    foreign: Option<PyObjectRef>,
}

impl Discovery {
    fn promote(&mut self, dtype: DType) {
        self.dtype = Some(match self.dtype {
            Some(old) => promote_types(old, dtype),
            None => dtype,
        });
    }

    fn ragged(&mut self, depth: usize) {
        self.ragged_at = Some(self.ragged_at.map_or(depth, |d| d.min(depth)));
    }

    /// Records that at `depth` there is a sequence of `len` items.
    fn level(&mut self, depth: usize, len: usize) {
        if self.leaf_depth.is_some_and(|leaf| leaf <= depth) {
            self.ragged(depth);
        } else if self.shape.len() == depth {
            self.shape.push(len);
        } else if self.shape[depth] != len {
            self.ragged(depth);
        }
    }

    fn leaf(&mut self, depth: usize) {
        match self.leaf_depth {
            None if self.shape.len() == depth => self.leaf_depth = Some(depth),
            Some(leaf) if leaf == depth => {}
            _ => self.ragged(depth.min(self.shape.len())),
        }
    }

    fn look(&mut self, obj: &PyObject, depth: usize, vm: &VirtualMachine) -> PyResult<()> {
        if let Some(array) = as_array(obj) {
            for (i, &n) in array.shape().iter().enumerate() {
                self.level(depth + i, n);
            }
            self.leaf(depth + array.ndim());
            self.promote(array.dtype());
            return Ok(());
        }
        match classify(obj, vm) {
            Operand::Other => {}
            operand => {
                let dtype = number_dtype(&operand, vm)?;
                self.promote(dtype);
                self.leaf(depth);
                return Ok(());
            }
        }
        if is_sequence(obj, vm) {
            if depth >= MAX_DEPTH {
                return Err(vm.new_value_error(format!(
                    "setting an array element with a sequence. The requested array would exceed \
                     the maximum number of dimension of {MAX_DEPTH}."
                )));
            }
            return with_items(obj, vm, |items| {
                self.level(depth, items.len());
                for item in items {
                    self.look(item, depth + 1, vm)?;
                }
                Ok(())
            });
        }
        if let Some(array) = from_protocol(obj, vm)? {
            for (i, &n) in array.shape().iter().enumerate() {
                self.level(depth + i, n);
            }
            self.leaf(depth + array.ndim());
            self.promote(array.dtype());
            return Ok(());
        }
        self.leaf(depth);
        self.foreign.get_or_insert_with(|| obj.to_owned());
        Ok(())
    }
}

/// Calls `body` with the items of a sequence.
fn with_items<R>(
    obj: &PyObject,
    vm: &VirtualMachine,
    body: impl FnOnce(&[PyObjectRef]) -> PyResult<R>,
) -> PyResult<R> {
    if let Some(tuple) = obj.downcast_ref::<PyTuple>() {
        return body(tuple.as_slice());
    }
    // A list may change while its items' methods run: take the references first.
    let items: Vec<PyObjectRef> = match obj.downcast_ref::<PyList>() {
        Some(list) => list.borrow_vec().to_vec(),
        None => vm.extract_elements_with(obj, Ok)?,
    };
    body(&items)
}

fn shape_tuple(shape: &[usize]) -> String {
    let dims: Vec<String> = shape.iter().map(usize::to_string).collect();
    match dims.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", dims.join(", ")),
    }
}

fn from_sequence(obj: &PyObject, dtype: Option<DType>, vm: &VirtualMachine) -> PyResult<Array> {
    if let Some(array) = flat_numbers(obj, dtype, vm)? {
        return Ok(array);
    }
    let mut found = Discovery::default();
    found.look(obj, 0, vm)?;
    if let Some(depth) = found.ragged_at {
        return Err(vm.new_value_error(format!(
            "setting an array element with a sequence. The requested array has an inhomogeneous \
             shape after {depth} dimensions. The detected shape was {} + inhomogeneous part.",
            shape_tuple(&found.shape[..depth])
        )));
    }
    let dtype = match (dtype, &found.foreign) {
        (Some(dtype), _) => dtype,
        (None, Some(foreign)) => {
            let name = foreign.class().name().to_string();
            return Err(object_array(&format!("element of type {name}"), vm));
        }
        (None, None) => found.dtype.unwrap_or(DType::F64),
    };
    let count: usize = found.shape.iter().product();
    with_element!(dtype, T => {
        let mut leaves: Vec<T> = Vec::with_capacity(count);
        collect::<T>(obj, dtype, found.shape.len(), &mut leaves, vm)?;
        if leaves.len() != count {
            return Err(vm.new_value_error("sequence changed while it was converted"));
        }
        Array::from_slice(&found.shape, &leaves).or_raise(vm)
    })
}

/// Appends the numbers of `obj`, which nests `depth` levels, to `out`.
fn collect<T: FromNum>(
    obj: &PyObject,
    dtype: DType,
    depth: usize,
    out: &mut Vec<T>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(array) = as_array(obj) {
        let array = convert_array(array.clone(), Some(dtype), vm)?;
        out.extend(array.to_vec::<T>().or_raise(vm)?);
        return Ok(());
    }
    if depth > 0 && is_sequence(obj, vm) {
        return with_items(obj, vm, |items| {
            for item in items {
                collect(item, dtype, depth - 1, out, vm)?;
            }
            Ok(())
        });
    }
    match item(obj, dtype, vm)? {
        Some(value) => out.push(T::from_num(value.num)),
        None => {
            let array = array_from_object(obj, Some(dtype), vm)?;
            out.extend(array.to_vec::<T>().or_raise(vm)?);
        }
    }
    Ok(())
}

/// Fast path: a list or tuple of nothing but floats, or nothing but ints.
fn flat_numbers(obj: &PyObject, dtype: Option<DType>, vm: &VirtualMachine) -> PyResult<Option<Array>> {
    let items: Vec<PyObjectRef>;
    let slice: &[PyObjectRef] = match (obj.downcast_ref::<PyTuple>(), obj.downcast_ref::<PyList>()) {
        (Some(tuple), _) => tuple.as_slice(),
        (None, Some(list)) => {
            items = list.borrow_vec().to_vec();
            &items
        }
        _ => return Ok(None),
    };
    let float = vm.ctx.types.float_type;
    let int = vm.ctx.types.int_type;
    let Some(first) = slice.first() else {
        return Ok(None);
    };
    if first.class().is(float) && dtype.is_none_or(|d| d == DType::F64) {
        let mut values = Vec::with_capacity(slice.len());
        for item in slice {
            match item.downcast_ref_if_exact::<PyFloat>(vm) {
                Some(value) => values.push(value.to_f64()),
                None => return Ok(None),
            }
        }
        return Array::from_vec(&values).or_raise(vm).map(Some);
    }
    if first.class().is(int) && dtype.is_none_or(|d| d == DType::I64) {
        let mut values = Vec::with_capacity(slice.len());
        for item in slice {
            let value = item
                .downcast_ref_if_exact::<PyInt>(vm)
                .and_then(|i| i.as_bigint().to_i64());
            match value {
                Some(value) => values.push(value),
                None => return Ok(None),
            }
        }
        return Array::from_vec(&values).or_raise(vm).map(Some);
    }
    Ok(None)
}

/// The value to be stored into an array of `dtype` by `a[...] = obj`, when
/// `obj` is a single number.
pub fn number_for(obj: &PyObject, dtype: DType, vm: &VirtualMachine) -> PyResult<Option<ScalarValue>> {
    if as_array(obj).is_some() || is_sequence(obj, vm) || obj.downcastable::<PyByteArray>() {
        return Ok(None);
    }
    item(obj, dtype, vm)
}

/// A number as an element of dtype `dtype`. Signed integers take NumPy's numbers as they take
/// Python's: only what fits; unsigned ones cast them, as NumPy has it.
fn item(obj: &PyObject, dtype: DType, vm: &VirtualMachine) -> PyResult<Option<ScalarValue>> {
    if dtype.kind() == NumberKind::Signed
        && let Operand::Strong(value) = classify(obj, vm)
        && matches!(value.dtype.kind(), NumberKind::Float | NumberKind::Signed | NumberKind::Unsigned)
    {
        to_runtime(value).to_int_for(dtype).or_raise(vm)?;
    }
    construct::convert(obj, dtype, vm)
}

/// The memory behind an array or buffer as a one-dimensional byte array
/// (`np.frombuffer`, `np.ndarray(buffer=…)`).
pub fn memory_of(obj: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    if let Some(array) = as_array(obj) {
        if !array.is_c_contiguous() {
            return Err(vm.new_value_error("ndarray is not C-contiguous"));
        }
        let flat = array.reshape(&[-1], Order::C).or_raise(vm)?;
        return flat.view_as(DType::U8).or_raise(vm);
    }
    let buffer = PyBuffer::try_from_borrowed_object(vm, obj)?;
    let readonly = buffer.desc.readonly;
    let (data, nbytes) = match buffer.as_contiguous() {
        Some(bytes) => (bytes.as_ptr().cast_mut(), bytes.len()),
        None => return Err(vm.new_value_error("buffer is not contiguous")),
    };
    // SAFETY: as in `from_buffer`: the export held by the owner keeps the block in place.
    let block = unsafe { BufferRef::foreign(data, nbytes, Box::new(ExportedBuffer(buffer))) };
    Array::from_buffer(block, 0, DType::U8, &[nbytes], &[1], !readonly).or_raise(vm)
}
