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
    call taipan_lists_row(Ptr, I64) -> I64 = taipan_lists_row;
    call taipan_lists_length(Ptr, I64) -> I64 = taipan_lists_length;
    call taipan_lists_get(Ptr, I64, I64, I64, Ptr) -> I32 = taipan_lists_get;
    call taipan_lists_set(Ptr, I64, I64, I64, I64) -> I32 = taipan_lists_set;
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

/// The same of a list of lists of numbers.
pub fn class_of_rows(list: &PyObject, vm: &VirtualMachine) -> Option<DType> {
    let rows = list.downcast_ref_if_exact::<PyList>(vm)?.borrow_vec();
    let first = class_of(rows.first()?, vm)?;
    let others = [rows.len() / 2, rows.len() - 1];
    others.iter().all(|n| class_of(&rows[*n], vm) == Some(first)).then_some(first)
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

/// Calls `f` with row `index` of a list of exact lists, while the outer list is
/// held.
///
/// # Safety
/// See the file head.
unsafe fn with_row<R>(list: *const u8, index: i64, f: impl FnOnce(&rustpython_vm::Py<PyList>, usize) -> Option<R>) -> Option<R> {
    // SAFETY: contract of the callers.
    let rows = unsafe { items(list) }?.borrow_vec();
    let at = position(index, rows.len())?;
    let row = rows[at].downcast_ref::<PyList>()?;
    // A list inside itself cannot be locked twice.
    let itself = std::ptr::eq(row.as_object() as *const PyObject as *const u8, list);
    if itself || !row.class().is(Context::genesis().types.list_type) {
        return None;
    }
    f(row, at)
}

/// The bits of an item of class number `class`.
fn get(list: &rustpython_vm::Py<PyList>, index: i64, class: i64) -> Option<u64> {
    let items = list.borrow_vec();
    let (d, bits) = number(&items[position(index, items.len())?])?;
    (CLASSES.get(class as usize) == Some(&d)).then_some(bits)
}

/// Replaces a number by another; the old one.
fn set(list: &rustpython_vm::Py<PyList>, index: i64, class: i64, bits: i64) -> Option<PyObjectRef> {
    let context = Context::genesis();
    let new: PyObjectRef = match CLASSES.get(class as usize)? {
        DType::I64 => context.new_int(bits).into(),
        DType::F64 => context.new_float(f64::from_bits(bits as u64)).into(),
        _ => context.new_bool(bits & 1 != 0).into(),
    };
    let mut items = list.borrow_vec_mut();
    let at = position(index, items.len())?;
    let slot = items.get_mut(at)?;
    // Letting go of other objects may run code of the program.
    number(slot)?;
    Some(std::mem::replace(slot, new))
}

/// Puts the bits of item `index` into `out`; 1 if there is none of class number
/// `class`.
unsafe extern "C" fn taipan_list_get(list: *const u8, index: i64, class: i64, out: *mut u64) -> i32 {
    // SAFETY: contract of this file.
    match unsafe { items(list) }.and_then(|list| get(list, index, class)) {
        Some(bits) => {
            // SAFETY: contract of this file.
            unsafe { *out = bits };
            0
        }
        None => 1,
    }
}

/// Replaces item `index` by a number; 1 if that is not a plain matter.
unsafe extern "C" fn taipan_list_set(list: *const u8, index: i64, class: i64, bits: i64) -> i32 {
    // SAFETY: contract of this file.
    let old = unsafe { items(list) }.and_then(|list| set(list, index, class, bits));
    i32::from(old.is_none())
}

/// Position from the start of row `index`; -1 if there is no such list.
unsafe extern "C" fn taipan_lists_row(list: *const u8, index: i64) -> i64 {
    // SAFETY: contract of this file.
    unsafe { with_row(list, index, |_, at| Some(at as i64)) }.unwrap_or(-1)
}

/// Length of row `index`; -1 if there is no such list.
unsafe extern "C" fn taipan_lists_length(list: *const u8, index: i64) -> i64 {
    // SAFETY: contract of this file.
    unsafe { with_row(list, index, |row, _| Some(row.borrow_vec().len() as i64)) }.unwrap_or(-1)
}

/// As `taipan_list_get`, of row `row`.
unsafe extern "C" fn taipan_lists_get(list: *const u8, row: i64, index: i64, class: i64, out: *mut u64) -> i32 {
    // SAFETY: contract of this file.
    match unsafe { with_row(list, row, |row, _| get(row, index, class)) } {
        Some(bits) => {
            // SAFETY: contract of this file.
            unsafe { *out = bits };
            0
        }
        None => 1,
    }
}

/// As `taipan_list_set`, of row `row`.
unsafe extern "C" fn taipan_lists_set(list: *const u8, row: i64, index: i64, class: i64, bits: i64) -> i32 {
    // SAFETY: contract of this file.
    let old = unsafe { with_row(list, row, |row, _| set(row, index, class, bits)) };
    i32::from(old.is_none())
}

/// Number of items.
unsafe extern "C" fn taipan_list_length(list: *const u8) -> i64 {
    // SAFETY: contract of this file.
    unsafe { items(list) }.map_or(0, |list| list.borrow_vec().len() as i64)
}
