//! Between Python objects and the 8-byte slots of compiled loops.
//!
//! `unsafe` room: range iterators are read and set through `frame_access.rs`,
//! with the layout that the probe found.

use std::{collections::HashMap, sync::Arc};

use rustpython_vm::{
    AsObject, Context, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt},
};
use smallvec::SmallVec;
use taipan_jit::{
    hir::types::{ArrayType, DType},
    ordinary::{EntryKind, Restore},
    typing::numpy_scalar::is_supported,
};
use taipan_numpy::interop::{self, PyArrayIter, PyNdArray};
use taipan_runtime::Array;

use super::{
    frame_access::{self, Layout, RangeParts},
    library, list, zip,
};

/// Slots of one entry or exit.
pub type Slots = SmallVec<[u64; 24]>;

/// What `object` (or no object) is to the compiler.
pub fn kind_of(object: Option<&PyObject>, layout: &Layout, vm: &VirtualMachine) -> EntryKind {
    let Some(object) = object else {
        return EntryKind::Unbound;
    };
    let class = object.class();
    let types = &vm.ctx.types;
    if class.is(types.int_type) {
        if int_of(object).is_some() { EntryKind::Int } else { EntryKind::Other }
    } else if class.is(types.float_type) {
        EntryKind::Float
    } else if class.is(types.bool_type) {
        EntryKind::Bool
    } else if class.is(types.range_iterator_type) {
        // SAFETY: the class was just checked; the layout is probed.
        match range_slots(unsafe { frame_access::read_range(object, layout) }) {
            Some(_) => EntryKind::RangeIter,
            None => EntryKind::Other,
        }
    } else if class.is(types.list_type) || class.is(types.tuple_type) {
        let (flat, nested): (fn(DType) -> EntryKind, fn(DType) -> EntryKind) = match class.is(types.list_type) {
            true => (EntryKind::List, EntryKind::Lists),
            false => (EntryKind::Tuple, EntryKind::Tuples),
        };
        let numbers = list::class_of(object).map(flat);
        numbers.or_else(|| list::class_of_rows(object).map(nested)).unwrap_or(EntryKind::Other)
    } else if class.is(types.list_iterator_type) || class.is(types.tuple_iterator_type) {
        let class = list::of_iterator(object, vm).and_then(|(list, _)| list::class_of(&list));
        class.map_or(EntryKind::Other, EntryKind::ListIter)
    } else if zip::is_zip(object, vm) {
        zip::kind_of(object, layout, vm)
    } else if let Some(array) = array_of(object) {
        EntryKind::Array(ArrayType::of(array))
    } else if let Some((array, _)) = array_iterator(object) {
        EntryKind::ArrayIter(ArrayType::of(array))
    } else if let Some(value) = interop::exact_scalar(object, vm).filter(|v| is_supported(v.dtype)) {
        EntryKind::Numpy(value.dtype)
    } else {
        library::path_of(object, vm).map_or(EntryKind::Other, EntryKind::Library)
    }
}

/// The array of an exact `ndarray` whose elements compiled code can read in
/// place.
fn array_of(object: &PyObject) -> Option<&Array> {
    let array = object.downcast_ref::<PyNdArray>()?.array();
    let plain = object.class().is(interop::ndarray_class()) && array.is_aligned();
    (plain && array.ndim() > 0 && is_supported(array.dtype())).then_some(array)
}

/// The array of an iterator over numbers, and the number of items it gave.
fn array_iterator(object: &PyObject) -> Option<(&Array, usize)> {
    let iterator = object.downcast_ref::<PyArrayIter>()?;
    let array = array_of(iterator.owner().as_object())?;
    (array.ndim() == 1).then(|| (array, iterator.position().min(array.shape()[0])))
}

/// The slots of an array of this type; false if it is of another.
fn array_slots(array: &Array, of: ArrayType, slots: &mut impl Extend<u64>) -> bool {
    if ArrayType::of(array) != of {
        return false;
    }
    slots.extend([array.buffer().as_ptr() as u64, array.data() as u64]);
    slots.extend(array.shape().iter().map(|n| *n as u64));
    slots.extend(array.strides().iter().map(|n| *n as u64));
    true
}

fn int_of(object: &PyObject) -> Option<i64> {
    i64::try_from(object.downcast_ref::<PyInt>()?.as_bigint()).ok()
}

/// Next value, stop, step; `None` if the stop does not fit 64 bits.
fn range_slots(range: RangeParts) -> Option<[u64; 3]> {
    let at = |index: u64| {
        let value = i128::from(range.start) + i128::from(index) * i128::from(range.step);
        i64::try_from(value).ok()
    };
    // next() goes on counting behind the end.
    let next = at(range.index.min(range.length))?;
    Some([next as u64, at(range.length)? as u64, range.step as u64])
}

fn first_word(bytes: &[u8; 16]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(word)
}

/// A NumPy scalar from its slot, of which only the bytes of the dtype count.
fn numpy_scalar(dtype: DType, slot: u64) -> PyObjectRef {
    let slot = if dtype == DType::Bool { slot & 1 } else { slot };
    interop::scalar_bits_to_py(dtype, &slot.to_le_bytes())
}

/// Appends the slots of `object` if it is of `kind`; false if it is not.
/// `required` is the library object that `kind` names.
pub fn append(
    object: Option<&PyObject>,
    kind: &EntryKind,
    required: Option<&PyObjectRef>,
    layout: &Layout,
    slots: &mut Slots,
    vm: &VirtualMachine,
) -> bool {
    let types = &vm.ctx.types;
    let exact = |class| object.filter(|o: &&PyObject| o.class().is(class));
    let slot = match kind {
        EntryKind::Int => exact(types.int_type).and_then(int_of).map(|i| i as u64),
        EntryKind::Float => exact(types.float_type)
            .and_then(|o| o.downcast_ref::<PyFloat>())
            .map(|f| f.to_f64().to_bits()),
        EntryKind::Bool => exact(types.bool_type).map(|o| u64::from(o.is(&vm.ctx.true_value))),
        EntryKind::Numpy(d) => object
            .and_then(|o| interop::exact_scalar(o, vm))
            .filter(|v| v.dtype == *d)
            .map(|v| first_word(&v.to_bytes())),
        EntryKind::Array(a) => {
            return object.and_then(array_of).is_some_and(|array| array_slots(array, *a, slots));
        }
        EntryKind::ArrayIter(a) => {
            let Some((array, position)) = object.and_then(array_iterator) else { return false };
            let fits = array_slots(array, *a, slots);
            slots.extend([position as u64]);
            return fits;
        }
        EntryKind::List(_) | EntryKind::Lists(_) => exact(types.list_type).map(|o| o as *const PyObject as u64),
        EntryKind::Tuple(_) | EntryKind::Tuples(_) => exact(types.tuple_type).map(|o| o as *const PyObject as u64),
        EntryKind::ListIter(_) => {
            let found = object.and_then(|o| list::of_iterator(o, vm));
            let Some((list, position)) = found else { return false };
            slots.extend([&*list as *const PyObject as u64, position as u64]);
            return true;
        }
        EntryKind::Zip { enumerate, parts } => {
            return object.is_some_and(|o| zip::append(o, *enumerate, parts, layout, slots, vm));
        }
        EntryKind::Unbound => object.is_none().then_some(0),
        EntryKind::Other => Some(0),
        EntryKind::Library(_) | EntryKind::Function(_) => object.zip(required).filter(|(o, r)| o.is(*r)).map(|_| 0),
        EntryKind::RangeIter => {
            let parts = exact(types.range_iterator_type)
                // SAFETY: the class was just checked; the layout is probed.
                .and_then(|o| range_slots(unsafe { frame_access::read_range(o, layout) }));
            if let Some(parts) = parts {
                slots.extend(parts);
            }
            return parts.is_some();
        }
    };
    slots.extend(slot);
    slot.is_some()
}

/// What an exit takes its objects from.
pub struct Source<'a> {
    pub results: &'a [u64],
    /// Library objects by path.
    pub library: &'a HashMap<Arc<str>, PyObjectRef>,
    /// Objects of the entry, by parameter: those that an exit may give back.
    pub entry: &'a [Option<PyObjectRef>],
}

/// Is `object` the int or float that `restore` describes?
pub fn is_same_number(object: &PyObject, restore: &Restore, source: &Source<'_>) -> bool {
    let types = &Context::genesis().types;
    match restore {
        Restore::Int(n) => {
            object.class().is(types.int_type) && int_of(object) == Some(source.results[*n as usize] as i64)
        }
        Restore::Float(n) => {
            let float = object.downcast_ref::<PyFloat>().filter(|_| object.class().is(types.float_type));
            float.is_some_and(|f| f.to_f64().to_bits() == source.results[*n as usize])
        }
        _ => false,
    }
}

/// Makes the object that `restore` describes. `None` is no object: an unbound
/// variable, NULL on the stack.
///
/// `Restore::EntryIter` is not a new object and must not be given here.
pub fn make(restore: &Restore, source: &Source<'_>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Source { results, library, entry } = source;
    let held = |n: u32| {
        let object = entry.get(n as usize).cloned().flatten();
        object.ok_or_else(|| vm.new_system_error("an object of the entry is missing".to_owned()))
    };
    let int = |n: u32| results[n as usize] as i64;
    let new_range = |n: u32| -> PyResult {
        let class: PyObjectRef = vm.ctx.types.range_type.to_owned().into();
        class.call((int(n), int(n + 1), int(n + 2)), vm)
    };
    Ok(Some(match restore {
        Restore::Int(n) => vm.ctx.new_int(int(*n)).into(),
        Restore::Float(n) => vm.ctx.new_float(f64::from_bits(results[*n as usize])).into(),
        Restore::Bool(n) => vm.ctx.new_bool(results[*n as usize] & 1 != 0).into(),
        Restore::Numpy(dtype, n) => numpy_scalar(*dtype, results[*n as usize]),
        Restore::Entry(n) => held(*n)?,
        Restore::Append(n) => held(*n)?.get_attr("append", vm)?,
        Restore::Item(n, index) => held(*n)?.get_item(vm.ctx.new_int(int(*index)).as_object(), vm)?,
        Restore::NewItemIter(n, position) => {
            let position = results[*position as usize] as usize;
            match held(*n)?.downcast::<PyNdArray>() {
                Ok(array) => {
                    let iterator = PyArrayIter::new(array);
                    iterator.set_position(position);
                    iterator.into_pyobject(vm)
                }
                Err(list) => {
                    let iterator: PyObjectRef = list.get_iter(vm)?.into();
                    list::set_position(&iterator, position, vm)?;
                    iterator
                }
            }
        }
        Restore::Unbound | Restore::Null => return Ok(None),
        Restore::None => vm.ctx.none(),
        Restore::NewRange(n) => new_range(*n)?,
        Restore::NewRangeIter(n) => new_range(*n)?.get_iter(vm)?.into(),
        Restore::Library(path) => library
            .get(path)
            .cloned()
            .ok_or_else(|| vm.new_system_error(format!("no library object {path}")))?,
        Restore::Tuple(items) => {
            let mut objects = Vec::with_capacity(items.len());
            for item in items {
                objects.push(make(item, source, vm)?.ok_or_else(|| {
                    vm.new_system_error("an unbound value inside a tuple".to_owned())
                })?);
            }
            vm.ctx.new_tuple(objects).into()
        }
        Restore::EntryIter(_) => {
            return Err(vm.new_system_error("the loop's own iterator is not a new object".to_owned()));
        }
    }))
}

/// Sets an iterator of `kind`, over one range, array or list, to the position
/// that an exit gave; the number of items it moved on.
pub fn advance(iterator: &PyObject, kind: &EntryKind, position: i64, layout: &Layout, vm: &VirtualMachine) -> PyResult<Option<u64>> {
    Ok(match kind {
        // SAFETY: its class was checked on the way in.
        EntryKind::RangeIter => Some(unsafe { advance_in_range(iterator, position, layout) }),
        EntryKind::ListIter(_) => Some(list::advance(iterator, position, vm)?),
        _ => advance_in_array(iterator, position),
    })
}

/// Sets the loop's own iterator to give `next` as its next value; the number of
/// items it moved on.
///
/// # Safety
/// `iterator` is an exact range iterator; `layout` was probed.
unsafe fn advance_in_range(iterator: &PyObject, next: i64, layout: &Layout) -> u64 {
    // SAFETY: contract of this function.
    let parts = unsafe { frame_access::read_range(iterator, layout) };
    // A range's step is never 0, and `next` is one of its items or its end.
    let passed = (i128::from(next) - i128::from(parts.start)) / i128::from(parts.step);
    let index = u64::try_from(passed).unwrap_or(0).min(parts.length);
    // SAFETY: contract of this function.
    unsafe { frame_access::set_range_index(iterator, index, layout) };
    index.saturating_sub(parts.index)
}

/// Sets the loop's own iterator over an array to have given `position` items;
/// the number of items it moved on.
fn advance_in_array(iterator: &PyObject, position: i64) -> Option<u64> {
    let iterator = iterator.downcast_ref::<PyArrayIter>()?;
    let position = usize::try_from(position).ok()?;
    let moved = position.saturating_sub(iterator.position());
    iterator.set_position(position);
    Some(moved as u64)
}
