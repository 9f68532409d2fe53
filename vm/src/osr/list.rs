//! Lists and tuples of numbers for compiled loops: items are read, replaced and
//! appended through the interpreter's own types, one call each.
//!
//! # Unsafe contract
//! The addresses that compiled code hands to the functions of [`ROWS`] are
//! those of list or tuple objects which the entry put into slots and keeps alive while
//! the loop runs; `out` has room for 8 bytes.

use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt, PyList, PyTuple},
};
use taipan_jit::{hir::types::DType, lower::list::{CLASSES, END}, symbol_rows, symbols};

/// Lets compiled code call the functions below.
pub fn install() {
    symbols::register(ROWS);
}

const ROWS: symbols::Rows = symbol_rows! {
    call taipan_list_next(Ptr, I64, I64, Ptr) -> I32 = taipan_list_next;
    call taipan_list_append(Ptr, I64, I64) -> I32 = taipan_list_append;
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

/// Calls `f` with the items of an exact list, which is held meanwhile, or tuple.
fn with_items<R>(object: &PyObject, f: impl FnOnce(&[PyObjectRef]) -> Option<R>) -> Option<R> {
    let types = &Context::genesis().types;
    if object.class().is(types.list_type) {
        return f(&object.downcast_ref::<PyList>()?.borrow_vec());
    }
    object.class().is(types.tuple_type).then(|| f(object.downcast_ref::<PyTuple>()?.as_slice()))?
}

/// What the items of a list or tuple are, judged by some of them.
pub fn class_of(list: &PyObject) -> Option<DType> {
    with_items(list, |items| {
        let (first, _) = number(items.first()?)?;
        let others = [items.len() / 2, items.len() - 1];
        others.iter().all(|n| number(&items[*n]).is_some_and(|(d, _)| d == first)).then_some(first)
    })
}

/// The same of a list or tuple of such.
pub fn class_of_rows(list: &PyObject) -> Option<DType> {
    with_items(list, |rows| {
        let first = class_of(rows.first()?)?;
        let others = [rows.len() / 2, rows.len() - 1];
        others.iter().all(|n| class_of(&rows[*n]) == Some(first)).then_some(first)
    })
}

/// The list or tuple that an iterator walks, and the number of items it gave;
/// `None` at its end.
pub fn of_iterator(iterator: &PyObject, vm: &VirtualMachine) -> Option<(PyObjectRef, usize)> {
    let types = &vm.ctx.types;
    let known = [(types.list_iterator_type, types.list_type), (types.tuple_iterator_type, types.tuple_type)];
    let (_, walked) = known.iter().find(|(class, _)| iterator.class().is(*class))?;
    let state = vm.call_method(iterator, "__reduce__", ()).ok()?.downcast::<PyTuple>().ok()?;
    let [_, list, position] = state.as_slice() else { return None };
    let list = list.downcast_ref::<PyTuple>()?.first()?.clone();
    let position = usize::try_from(position.downcast_ref::<PyInt>()?.as_bigint()).ok()?;
    list.class().is(*walked).then_some((list, position))
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
unsafe fn object<'a>(list: *const u8) -> &'a PyObject {
    // SAFETY: contract of the callers.
    unsafe { &*(list as *const PyObject) }
}

/// Index from the start, if there is such an item.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = length as i64;
    let at = if index < 0 { index.checked_add(length)? } else { index };
    (0..length).contains(&at).then_some(at as usize)
}

/// Calls `f` with row `index` and its position, while the outer list is held.
///
/// # Safety
/// See the file head.
unsafe fn with_row<R>(list: *const u8, index: i64, f: impl FnOnce(&PyObject, usize) -> Option<R>) -> Option<R> {
    // SAFETY: contract of the callers.
    with_items(unsafe { object(list) }, |rows| {
        let at = position(index, rows.len())?;
        // A list inside itself cannot be locked twice.
        let itself = std::ptr::eq(&*rows[at] as *const PyObject as *const u8, list);
        if itself { None } else { f(&rows[at], at) }
    })
}

/// The bits of an item of class number `class`.
fn get(list: &PyObject, index: i64, class: i64) -> Option<u64> {
    with_items(list, |items| {
        let (d, bits) = number(&items[position(index, items.len())?])?;
        (CLASSES.get(class as usize) == Some(&d)).then_some(bits)
    })
}

/// Number of items.
fn length(list: &PyObject) -> Option<i64> {
    with_items(list, |items| Some(items.len() as i64))
}

/// The list to change: tuples refuse.
fn list_of(object: &PyObject) -> Option<&Py<PyList>> {
    let exact = object.class().is(Context::genesis().types.list_type);
    exact.then(|| object.downcast_ref::<PyList>())?
}

/// A number of class number `class`.
fn new_number(class: i64, bits: i64) -> Option<PyObjectRef> {
    let context = Context::genesis();
    Some(match CLASSES.get(class as usize)? {
        DType::I64 => context.new_int(bits).into(),
        DType::F64 => context.new_float(f64::from_bits(bits as u64)).into(),
        _ => context.new_bool(bits & 1 != 0).into(),
    })
}

/// Replaces a number by another; the old one.
fn set(list: &PyObject, index: i64, class: i64, bits: i64) -> Option<PyObjectRef> {
    let new = new_number(class, bits)?;
    let mut items = list_of(list)?.borrow_vec_mut();
    let at = position(index, items.len())?;
    let slot = items.get_mut(at)?;
    // Letting go of other objects may run code of the program.
    number(slot)?;
    Some(std::mem::replace(slot, new))
}

/// Puts the bits of the item at a position into `out`: 0; behind the last one
/// [`END`]; 1 if it is not of class number `class`.
unsafe extern "C" fn taipan_list_next(list: *const u8, position: i64, class: i64, out: *mut u64) -> i32 {
    // SAFETY: contract of this file.
    let status = with_items(unsafe { object(list) }, |items| {
        let Some(item) = items.get(position as usize) else { return Some(END as i32) };
        let (d, bits) = number(item)?;
        (CLASSES.get(class as usize) == Some(&d)).then(|| {
            // SAFETY: contract of this file.
            unsafe { *out = bits };
            0
        })
    });
    status.unwrap_or(1)
}

/// Appends a number; 1 if that is no list.
unsafe extern "C" fn taipan_list_append(list: *const u8, class: i64, bits: i64) -> i32 {
    // SAFETY: contract of this file.
    let appended = list_of(unsafe { object(list) }).zip(new_number(class, bits)).map(|(list, number)| {
        list.borrow_vec_mut().push(number);
    });
    i32::from(appended.is_none())
}

/// Puts the bits of item `index` into `out`; 1 if there is none of class number
/// `class`.
unsafe extern "C" fn taipan_list_get(list: *const u8, index: i64, class: i64, out: *mut u64) -> i32 {
    // SAFETY: contract of this file.
    match get(unsafe { object(list) }, index, class) {
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
    let old = set(unsafe { object(list) }, index, class, bits);
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
    unsafe { with_row(list, index, |row, _| length(row)) }.unwrap_or(-1)
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
    length(unsafe { object(list) }).unwrap_or(0)
}
