//! Lists of numbers for compiled loops: items are read and replaced through
//! the interpreter's own list type, one call each.
//!
//! # Unsafe contract
//! The addresses that compiled code hands to the functions of [`ROWS`] are
//! those of list objects which the entry put into slots and keeps alive while
//! the loop runs; `out` has room for 8 bytes.

use rustpython_vm::{
    AsObject, Context, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt, PyList, PyTuple},
};
use taipan_jit::{hir::types::DType, lower::list::CLASSES, symbol_rows, symbols};

/// Lets compiled code call the functions below.
pub fn install() {
    symbols::register(ROWS);
}

const ROWS: symbols::Rows = symbol_rows! {
    call taipan_list_get(Ptr, I64, I64, Ptr) -> I32 = taipan_list_get;
    call taipan_list_set(Ptr, I64, I64, I64) -> I32 = taipan_list_set;
    call taipan_list_length(Ptr) -> I64 = taipan_list_length;
};

/// Class of a number that compiled code can hold, and its bits.
fn number(object: &PyObject) -> Option<(DType, u64)> {
    let types = &Context::genesis().types;
    let class = object.class();
    if class.is(types.float_type) {
        return object.downcast_ref::<PyFloat>().map(|f| (DType::F64, f.to_f64().to_bits()));
    }
    let int = || i64::try_from(object.downcast_ref::<PyInt>()?.as_bigint()).ok();
    if class.is(types.int_type) {
        return int().map(|i| (DType::I64, i as u64));
    }
    if class.is(types.bool_type) {
        return int().map(|i| (DType::Bool, i as u64));
    }
    None
}

/// What the items of a list are, judged by some of them.
pub fn class_of(list: &PyObject, vm: &VirtualMachine) -> Option<DType> {
    let items = list.downcast_ref_if_exact::<PyList>(vm)?.borrow_vec();
    let (first, _) = number(items.first()?)?;
    let others = [items.len() / 2, items.len() - 1];
    others.iter().all(|n| number(&items[*n]).is_some_and(|(d, _)| d == first)).then_some(first)
}

/// The list that a list iterator walks, and the number of items it gave;
/// `None` at its end.
pub fn of_iterator(iterator: &PyObject, vm: &VirtualMachine) -> Option<(PyObjectRef, usize)> {
    if !iterator.class().is(vm.ctx.types.list_iterator_type) {
        return None;
    }
    let state = vm.call_method(iterator, "__reduce__", ()).ok()?.downcast::<PyTuple>().ok()?;
    let [_, list, position] = state.as_slice() else { return None };
    let list = list.downcast_ref::<PyTuple>()?.first()?.clone();
    let position = usize::try_from(position.downcast_ref::<PyInt>()?.as_bigint()).ok()?;
    list.class().is(vm.ctx.types.list_type).then_some((list, position))
}

/// Makes an iterator go on as if it had given so many items.
pub fn set_position(iterator: &PyObject, position: usize, vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(iterator, "__setstate__", (position,)).map(|_| ())
}

/// As [`set_position`]; the number of items it moved on.
pub fn advance(iterator: &PyObject, position: i64, vm: &VirtualMachine) -> PyResult<u64> {
    let before = of_iterator(iterator, vm).map_or(0, |(_, n)| n);
    let position = usize::try_from(position).unwrap_or(before);
    set_position(iterator, position, vm)?;
    Ok(position.saturating_sub(before) as u64)
}

/// # Safety
/// See the file head.
unsafe fn items<'a>(list: *const u8) -> Option<&'a rustpython_vm::Py<PyList>> {
    // SAFETY: contract of the callers.
    unsafe { &*(list as *const PyObject) }.downcast_ref::<PyList>()
}

/// Index from the start, if there is such an item.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = length as i64;
    let at = if index < 0 { index.checked_add(length)? } else { index };
    (0..length).contains(&at).then_some(at as usize)
}

/// Puts the bits of item `index` into `out`; 1 if there is none of class number
/// `class`.
unsafe extern "C" fn taipan_list_get(list: *const u8, index: i64, class: i64, out: *mut u64) -> i32 {
    // SAFETY: contract of this file.
    let Some(list) = (unsafe { items(list) }) else { return 1 };
    let items = list.borrow_vec();
    let found = position(index, items.len()).and_then(|at| number(&items[at]));
    match found {
        Some((d, bits)) if CLASSES.get(class as usize) == Some(&d) => {
            // SAFETY: contract of this file.
            unsafe { *out = bits };
            0
        }
        _ => 1,
    }
}

/// Replaces item `index` by a number; 1 if that is not a plain matter.
unsafe extern "C" fn taipan_list_set(list: *const u8, index: i64, class: i64, bits: i64) -> i32 {
    // SAFETY: contract of this file.
    let Some(list) = (unsafe { items(list) }) else { return 1 };
    let context = Context::genesis();
    let new: PyObjectRef = match CLASSES.get(class as usize) {
        Some(DType::I64) => context.new_int(bits).into(),
        Some(DType::F64) => context.new_float(f64::from_bits(bits as u64)).into(),
        Some(DType::Bool) => context.new_bool(bits & 1 != 0).into(),
        _ => return 1,
    };
    let mut items = list.borrow_vec_mut();
    let length = items.len();
    let Some(slot) = position(index, length).and_then(|at| items.get_mut(at)) else { return 1 };
    // Letting go of other objects may run code of the program.
    if number(slot).is_none() {
        return 1;
    }
    let old = std::mem::replace(slot, new);
    drop(items);
    drop(old);
    0
}

/// Number of items.
unsafe extern "C" fn taipan_list_length(list: *const u8) -> i64 {
    // SAFETY: contract of this file.
    unsafe { items(list) }.map_or(0, |list| list.borrow_vec().len() as i64)
}
