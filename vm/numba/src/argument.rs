//! Arguments: Python objects to the 8-byte slots of compiled code.
//!
//! # Unsafe contract
//! Slots of arrays hold borrowed pointers: the caller keeps the argument
//! objects alive until the compiled function has returned.

use crate::types::type_of::{array_type, dtype_like};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyComplex, PyFloat, PyInt, PyList, PySlice, PyStr, PyTuple},
};
use smallvec::SmallVec;
use taipan_jit::hir::{
    types::{DType, Type},
    value::Global,
};
use taipan_numpy::interop::{as_array, scalar_value};
use taipan_numpy::{Num, ScalarValue};
use taipan_runtime::buffer::BufferRef;
use taipan_runtime::{list, text};

/// Slots of arguments, and what is alive only because they point to it.
#[derive(Clone, Default)]
pub struct Slots {
    words: SmallVec<[u64; 24]>,
    texts: SmallVec<[BufferRef; 2]>,
    lists: SmallVec<[ListArgument; 1]>,
}

/// A Python list and the list of compiled code that stands for it.
#[derive(Clone)]
struct ListArgument {
    object: PyObjectRef,
    list: BufferRef,
    item: Type,
}

impl Slots {
    /// None.
    pub fn new() -> Self {
        Slots::default()
    }
    /// Empties them.
    #[inline]
    pub fn clear(&mut self) {
        self.words.clear();
        self.texts.clear();
        self.lists.clear();
    }
    /// Gives Python lists the items that compiled code left in theirs.
    ///
    /// # Errors
    /// Items that have no Python object.
    #[inline]
    pub fn reflect(&self, vm: &VirtualMachine) -> PyResult<()> {
        for l in &self.lists {
            let raw = l.list.as_ptr();
            // SAFETY: a list that this call made, alive here, with items of this type.
            unsafe {
                if list::is_dirty(raw) {
                    let items = crate::result::list_items(&l.item, raw, vm)?;
                    list::clean(raw);
                    if let Some(target) = l.object.downcast_ref::<PyList>() {
                        *target.borrow_vec_mut() = items;
                    }
                }
            }
        }
        Ok(())
    }
    /// Appends those of `other`, which stays alive.
    #[inline]
    pub fn append(&mut self, other: &Slots) {
        self.words.extend_from_slice(&other.words);
    }
}

impl std::fmt::Debug for Slots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.words.fmt(f)
    }
}

impl std::ops::Deref for Slots {
    type Target = SmallVec<[u64; 24]>;
    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.words
    }
}

impl std::ops::DerefMut for Slots {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.words
    }
}

/// What a parameter takes: values of exactly one type, possibly converted.
#[derive(Clone, Debug)]
pub struct Accept {
    /// The type a value must have.
    pub source: Type,
    /// The type compiled code expects; differs in closed signatures only.
    pub target: Type,
}

impl Accept {
    /// Appends the slots of `obj`; false when the object is not of the source
    /// type (slots may then hold a partial value).
    #[inline]
    pub fn unbox(&self, obj: &PyObject, out: &mut Slots, vm: &VirtualMachine) -> bool {
        match (&self.source, &self.target) {
            (Type::Scalar(s), Type::Scalar(t)) if s == t => unbox_scalar(*s, obj, out, vm),
            (Type::Scalar(s), Type::Scalar(t)) => match number(*s, obj, vm) {
                Some(n) => {
                    push_number(ScalarValue::new(*t, n), out);
                    true
                }
                None => false,
            },
            (s, t) => unbox_other(s, t, obj, out, vm),
        }
    }
}

#[inline]
fn unbox_scalar(d: DType, obj: &PyObject, out: &mut Slots, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    let class = obj.class();
    match d {
        DType::I64 if class.is(types.int_type) => {
            let Some(i) = obj.downcast_ref::<PyInt>().and_then(int_slot) else { return false };
            out.push(i as u64);
            true
        }
        DType::F64 if class.is(types.float_type) => {
            let Some(f) = obj.downcast_ref::<PyFloat>() else { return false };
            out.push(f.to_f64().to_bits());
            true
        }
        DType::Bool if class.is(types.bool_type) => {
            out.push(u64::from(obj.is(&vm.ctx.true_value)));
            true
        }
        _ => match number(d, obj, vm) {
            Some(num) => {
                push_number(ScalarValue { dtype: d, num }, out);
                true
            }
            None => false,
        },
    }
}

#[inline]
fn int_slot(i: &rustpython_vm::Py<PyInt>) -> Option<i64> {
    use num_traits::ToPrimitive;
    i.as_bigint().to_i64()
}

/// The number in `obj` if its Numba type is exactly `d`.
fn number(d: DType, obj: &PyObject, vm: &VirtualMachine) -> Option<Num> {
    use num_traits::ToPrimitive;
    let class = obj.class();
    let types = &vm.ctx.types;
    if class.is(types.bool_type) {
        return (d == DType::Bool).then(|| Num::Bool(obj.is(&vm.ctx.true_value)));
    }
    // NumPy's float64 is a subclass of float: ask for its own type first.
    if !class.is(types.int_type)
        && !class.is(types.float_type)
        && let Some(v) = scalar_value(obj, vm)
    {
        return (v.dtype == d).then_some(v.num);
    }
    match d {
        DType::I64 => obj.downcast_ref::<PyInt>()?.as_bigint().to_i64().map(Num::Int),
        DType::U64 => {
            let i = obj.downcast_ref::<PyInt>()?.as_bigint();
            // Smaller ints are int64.
            if i.to_i64().is_some() { None } else { i.to_u64().map(Num::UInt) }
        }
        DType::F64 => obj.downcast_ref::<PyFloat>().map(|f| Num::Float(f.to_f64())),
        DType::C128 => obj.downcast_ref::<PyComplex>().map(|c| {
            let c = c.to_complex64();
            Num::Complex(c.re, c.im)
        }),
        _ => None,
    }
}

/// Appends the slots of a number.
pub fn push_number(v: ScalarValue, out: &mut Slots) {
    let bytes = v.to_bytes();
    let part = |at: usize, n: usize| {
        let mut slot = [0u8; 8];
        slot[..n].copy_from_slice(&bytes[at..at + n]);
        u64::from_le_bytes(slot)
    };
    if v.dtype.is_complex() {
        let half = v.dtype.itemsize() / 2;
        out.push(part(0, half));
        out.push(part(half, half));
    } else {
        out.push(part(0, v.dtype.itemsize()));
    }
}

fn unbox_other(source: &Type, target: &Type, obj: &PyObject, out: &mut Slots, vm: &VirtualMachine) -> bool {
    match (source, target) {
        (Type::Array(want), Type::Array(_)) => {
            let Some(a) = as_array(obj) else { return false };
            if a.dtype() != want.dtype || a.ndim() != usize::from(want.ndim) || !a.is_aligned() {
                return false;
            }
            if array_type(a) != *want {
                return false;
            }
            out.push(a.buffer().as_ptr() as u64);
            out.push(a.data() as u64);
            out.extend(a.shape().iter().map(|n| *n as u64));
            out.extend(a.strides().iter().map(|n| *n as u64));
            true
        }
        (Type::Tuple(sources), Type::Tuple(targets)) => {
            let Some(t) = obj.downcast_ref_if_exact::<PyTuple>(vm) else { return false };
            t.len() == sources.len()
                && t.iter().zip(sources.iter().zip(targets.iter())).all(|(x, (s, t))| {
                    Accept { source: s.clone(), target: t.clone() }.unbox(x, out, vm)
                })
        }
        (Type::ReflectedList(item), Type::ReflectedList(to)) if item == to => unbox_list(item, obj, out, vm),
        (Type::Str, Type::Str) => {
            let Some(s) = obj.downcast_ref_if_exact::<PyStr>(vm) else { return false };
            let points: SmallVec<[u32; 32]> = s.as_wtf8().code_points().map(|c| c.to_u32()).collect();
            let Some(b) = text::buffer(&points) else { return false };
            out.extend([b.as_ptr() as u64, b.data() as u64, points.len() as u64]);
            out.texts.push(b);
            true
        }
        (Type::None, Type::None) => vm.is_none(obj),
        (Type::None, Type::Optional(t)) => {
            let absent = vm.is_none(obj);
            out.extend(std::iter::repeat_n(0, 1 + taipan_jit::abi::flatten(t).len()));
            absent
        }
        (s, Type::Optional(t)) => {
            out.push(1);
            Accept { source: s.clone(), target: (**t).clone() }.unbox(obj, out, vm)
        }
        (Type::Slice { .. }, Type::Slice { .. }) => unbox_slice(source, obj, out, vm),
        (Type::Ellipsis, Type::Ellipsis) => {
            obj.downcast_ref::<rustpython_vm::builtins::PyEllipsis>().is_some()
        }
        (Type::Global(g), Type::Global(_)) => is_global(g, obj, vm),
        _ => false,
    }
}

/// A list of compiled code with the items of a Python list; one object that
/// is passed twice is one list.
fn unbox_list(item: &Type, obj: &PyObject, out: &mut Slots, vm: &VirtualMachine) -> bool {
    let Some(source) = obj.downcast_ref_if_exact::<PyList>(vm) else { return false };
    if let Some(known) = out.lists.iter().find(|l| l.object.is(obj)) {
        let raw = known.list.as_ptr() as u64;
        out.push(raw);
        return true;
    }
    let Ok((width, refs)) = taipan_jit::lower::reflected::item_layout(item) else { return false };
    let objects = source.borrow_vec().to_vec();
    let raw = list::taipan_reflected_new(width as i64, refs as i64);
    // SAFETY: the new list's only reference.
    let Some(made) = (unsafe { BufferRef::from_raw(raw) }) else { return false };
    let accept = Accept { source: item.clone(), target: item.clone() };
    let mut slots = Slots::new();
    for object in &objects {
        slots.clear();
        if !accept.unbox(object, &mut slots, vm) || slots.len() != width {
            return false;
        }
        // SAFETY: the slots are the words of one item; the list counts what they refer to.
        if unsafe { list::taipan_reflected_append(raw, slots.as_ptr()) } == 0 {
            return false;
        }
    }
    // SAFETY: the list is alive.
    unsafe { list::clean(raw) };
    out.push(raw as u64);
    out.lists.push(ListArgument { object: obj.to_owned(), list: made, item: item.clone() });
    true
}

fn unbox_slice(source: &Type, obj: &PyObject, out: &mut Slots, vm: &VirtualMachine) -> bool {
    let (Type::Slice { start, stop, step }, Some(s)) = (source, obj.downcast_ref::<PySlice>()) else {
        return false;
    };
    let first = s.start.clone().unwrap_or_else(|| vm.ctx.none());
    let last = s.step.clone().unwrap_or_else(|| vm.ctx.none());
    [(first, *start), (s.stop.clone(), *stop), (last, *step)].into_iter().all(|(member, present)| {
        if vm.is_none(&member) {
            return !present;
        }
        let Some(i) = member.downcast_ref::<PyInt>().and_then(int_slot) else { return false };
        out.push(i as u64);
        present
    })
}

/// Is `obj` the compile-time object `g`?
fn is_global(g: &Global, obj: &PyObject, _vm: &VirtualMachine) -> bool {
    match g {
        Global::Function(f) => {
            obj.downcast_ref::<crate::dispatcher::CpuDispatcher>().is_some_and(|d| d.id() == f.id())
        }
        Global::DType(d) => dtype_like(obj) == Some(*d),
        Global::NumbaType(t) => crate::types::compiled(obj) == Some(t),
        Global::ExceptionClass { id, .. } => crate::outside::exceptions::class_id(obj) == Some(*id),
        _ => false,
    }
}

/// The names of the argument types, as `No matching definition` lists them.
pub fn names_of_types(args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<String> {
    let mut names = Vec::with_capacity(args.len());
    for a in args {
        names.push(match crate::types::type_of::type_of(a, vm) {
            Ok(t) => t.to_string(),
            Err(_) => "pyobject".to_owned(),
        });
    }
    Ok(names.join(", "))
}
