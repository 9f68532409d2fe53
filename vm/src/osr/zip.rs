//! `zip` and `enumerate` as the iterators of compiled loops: they are taken to
//! pieces, the parts are walked in step, and the parts are moved on.
//!
//! Their fields are private to the interpreter: the pieces come from
//! `__reduce__`. The parts of a `zip` are moved in place. An `enumerate` cannot
//! be given another count, so a new one takes its place on the value stack,
//! which must be the only place where the old one is.

use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyTuple},
};
use smallvec::SmallVec;
use taipan_jit::ordinary::EntryKind;

use super::{frame_access::Layout, list, values};

/// Counts up to here cannot overflow however many items follow.
const MAX_COUNT: i64 = 1 << 62;
/// Most parts: more are rare, and each costs entries time.
const MAX_PARTS: usize = 6;
/// References to an iterator that only the value stack and the caller have.
const STACK_AND_CALLER: usize = 2;

/// The pieces of a `zip` or `enumerate`.
struct Pieces {
    /// The next count of an `enumerate`.
    count: Option<i64>,
    parts: SmallVec<[PyObjectRef; 2]>,
}

/// Is it an exact `zip` or `enumerate`?
pub fn is_zip(object: &PyObject, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    object.class().is(types.zip_type) || object.class().is(types.enumerate_type)
}

/// `None` if it is neither, or one that cannot be continued elsewhere.
fn pieces(object: &PyObject, vm: &VirtualMachine) -> Option<Pieces> {
    let types = &vm.ctx.types;
    let zip = object.class().is(types.zip_type);
    // Another holder of an `enumerate` would see it stand still.
    if !zip && (!object.class().is(types.enumerate_type) || object.strong_count() > STACK_AND_CALLER) {
        return None;
    }
    let state = vm.call_method(object, "__reduce__", ()).ok()?.downcast::<PyTuple>().ok()?;
    let inner = state.as_slice().get(1)?.downcast_ref::<PyTuple>()?;
    let (parts, count) = if zip {
        (inner.as_slice(), None)
    } else {
        let [iterator, count] = inner.as_slice() else { return None };
        let count = i64::try_from(count.downcast_ref::<PyInt>()?.as_bigint()).ok()?;
        if count.unsigned_abs() > MAX_COUNT as u64 {
            return None;
        }
        (std::slice::from_ref(iterator), Some(count))
    };
    // Two parts that are one iterator would take items from each other.
    let distinct = (1..parts.len()).all(|n| !parts[..n].iter().any(|other| other.is(&parts[n])));
    let fits = distinct && (1..=MAX_PARTS).contains(&parts.len());
    fits.then(|| Pieces { count, parts: parts.iter().cloned().collect() })
}

/// What a `zip` or `enumerate` is to the compiler.
pub fn kind_of(object: &PyObject, layout: &Layout, vm: &VirtualMachine) -> EntryKind {
    let Some(pieces) = pieces(object, vm) else { return EntryKind::Other };
    let mut parts = Vec::new();
    for part in &pieces.parts {
        let kind = match is_zip(part, vm) {
            true => EntryKind::Other,
            false => values::kind_of(Some(part), layout, vm),
        };
        if !matches!(kind, EntryKind::RangeIter | EntryKind::ArrayIter(_) | EntryKind::ListIter(_)) {
            return EntryKind::Other;
        }
        parts.push(kind);
    }
    EntryKind::Zip { enumerate: pieces.count.is_some(), parts }
}

/// Appends the slots of `object` if its parts are of these kinds; false if not.
pub fn append(
    object: &PyObject,
    enumerate: bool,
    kinds: &[EntryKind],
    layout: &Layout,
    slots: &mut values::Slots,
    vm: &VirtualMachine,
) -> bool {
    let Some(pieces) = is_zip(object, vm).then(|| pieces(object, vm)).flatten() else { return false };
    slots.extend(pieces.count.map(|count| count as u64));
    pieces.count.is_some() == enumerate
        && pieces.parts.len() == kinds.len()
        && pieces.parts.iter().zip(kinds).all(|(part, kind)| values::append(Some(part), kind, None, layout, slots, vm))
}

/// The lists that an iterator walks: it lets go of them at their end.
pub fn walked(iterator: &PyObject, vm: &VirtualMachine) -> SmallVec<[PyObjectRef; 2]> {
    let of = |iterator: &PyObject| list::of_iterator(iterator, vm).map(|(list, _)| list);
    match is_zip(iterator, vm) {
        true => pieces(iterator, vm).iter().flat_map(|pieces| &pieces.parts).filter_map(|part| of(part)).collect(),
        false => of(iterator).into_iter().collect(),
    }
}

/// Moves the parts on to `positions`, which begin with the count of an
/// `enumerate`. The iterator to go on with, and the number of items.
pub fn advance(
    iterator: &PyObjectRef,
    kinds: &[EntryKind],
    positions: &[u64],
    layout: &Layout,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, u64)> {
    let Some(pieces) = pieces(iterator, vm) else {
        return Err(vm.new_system_error("the iterator of a loop has changed".to_owned()));
    };
    let own = if pieces.count.is_some() { &positions[1..] } else { positions };
    let mut moved = 0;
    for ((part, kind), position) in pieces.parts.iter().zip(kinds).zip(own) {
        moved = values::advance(part, kind, *position as i64, layout, vm)?.unwrap_or(0);
    }
    if pieces.count.is_none() || moved == 0 {
        return Ok((iterator.clone(), moved));
    }
    let class: PyObjectRef = vm.ctx.types.enumerate_type.to_owned().into();
    let next = class.call((pieces.parts[0].clone(), positions[0] as i64), vm)?;
    Ok((next, moved))
}
