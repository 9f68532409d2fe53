//! The Numba type of a Python value (`numba.typeof`, argument types).

use crate::dispatcher::CpuDispatcher;
use crate::outside::exceptions;
use rustpython_vm::{
    AsObject, PyObject, VirtualMachine,
    builtins::{PyComplex, PyEllipsis, PyFloat, PyInt, PyList, PySlice, PyStr, PyTuple, PyType},
};
use std::sync::Arc;
use taipan_jit::hir::{
    types::{ArrayType, DType, Type},
    value::Global,
};
use taipan_numpy::PyDType;
use taipan_numpy::interop::{as_array, scalar_value};
use taipan_runtime::array::Array;

/// The type of an array.
pub fn array_type(a: &Array) -> ArrayType {
    ArrayType::of(a)
}

/// The dtype that a class or `np.dtype` object stands for as a dtype argument.
pub fn dtype_like(obj: &PyObject) -> Option<DType> {
    if let Some(d) = obj.downcast_ref::<PyDType>() {
        return Some(d.element());
    }
    let class = obj.downcast_ref::<PyType>()?;
    taipan_numpy::scalar_classes().dtype_of(class)
}

/// The type of a value.
///
/// # Errors
/// Why it has none, as `numba.typeof` words it.
pub fn type_of(obj: &PyObject, vm: &VirtualMachine) -> Result<Type, String> {
    type_at(obj, 0, vm)
}

/// Deepest nesting of tuples and lists: a list may contain itself.
const DEEPEST: usize = 200;

/// The type of an item of what is nested `depth` deep.
fn nested(obj: &PyObject, depth: usize, vm: &VirtualMachine) -> Result<Type, String> {
    if depth >= DEEPEST {
        return Err(format!("tuples and lists that nest more than {DEEPEST} deep are not supported"));
    }
    type_at(obj, depth + 1, vm)
}

fn type_at(obj: &PyObject, depth: usize, vm: &VirtualMachine) -> Result<Type, String> {
    if let Some(t) = type_of_number(obj, vm)? {
        return Ok(t);
    }
    if let Some(a) = as_array(obj) {
        if !a.is_aligned() {
            return Err("arrays that are not aligned are not supported".to_owned());
        }
        return Ok(Type::Array(array_type(a)));
    }
    if let Some(t) = obj.downcast_ref::<PyTuple>() {
        if !t.class().is(vm.ctx.types.tuple_type) {
            return Err(unknown(obj, vm));
        }
        let items = t.iter().map(|x| nested(x, depth, vm)).collect::<Result<Vec<_>, _>>()?;
        return Ok(Type::Tuple(items.into()));
    }
    if let Some(l) = obj.downcast_ref_if_exact::<PyList>(vm) {
        let items = l.borrow_vec().to_vec();
        let Some(first) = items.first() else { return Err("Cannot type empty list".to_owned()) };
        let t = nested(first, depth, vm)?;
        for x in &items[1..] {
            if nested(x, depth, vm)? != t {
                let (a, b) = (first.class().name().to_string(), x.class().name().to_string());
                return Err(format!("can't unbox heterogeneous list: {a} != {b}"));
            }
        }
        if matches!(t, Type::ReflectedList(_)) {
            return Err("lists of lists are not supported as arguments".to_owned());
        }
        return Ok(Type::ReflectedList(t.into()));
    }
    if vm.is_none(obj) {
        return Ok(Type::None);
    }
    if obj.downcast_ref::<PyStr>().is_some() {
        return Ok(Type::Str);
    }
    if obj.downcast_ref::<PyEllipsis>().is_some() {
        return Ok(Type::Ellipsis);
    }
    if let Some(f) = obj.downcast_ref::<CpuDispatcher>() {
        return Ok(Type::Global(Arc::new(Global::Function(f.function()))));
    }
    if let Some(d) = dtype_like(obj) {
        return Ok(Type::Global(Arc::new(Global::DType(d))));
    }
    if let Some(t) = super::compiled(obj) {
        return Ok(Type::Global(Arc::new(Global::NumbaType(t.clone()))));
    }
    if let Some(s) = obj.downcast_ref::<PySlice>() {
        let given = |m: Option<&rustpython_vm::PyObjectRef>| m.is_some_and(|m| !vm.is_none(m));
        let (start, step) = (given(s.start.as_ref()), given(s.step.as_ref()));
        return Ok(Type::Slice { start, stop: given(Some(&s.stop)), step });
    }
    if let Some(class) = obj.downcast_ref::<PyType>()
        && let Some(g) = exceptions::class_constant(class, vm)
    {
        return Ok(Type::Global(Arc::new(g)));
    }
    Err(unknown(obj, vm))
}

/// The type of a Python or NumPy number; `None` for other objects.
fn type_of_number(obj: &PyObject, vm: &VirtualMachine) -> Result<Option<Type>, String> {
    let types = &vm.ctx.types;
    if obj.class().is(types.bool_type) {
        return Ok(Some(Type::BOOL));
    }
    if let Some(v) = scalar_value(obj, vm) {
        return Ok(Some(Type::Scalar(v.dtype)));
    }
    if let Some(i) = obj.downcast_ref::<PyInt>() {
        use num_traits::ToPrimitive;
        let i = i.as_bigint();
        return match (i.to_i64(), i.to_u64()) {
            (Some(_), _) => Ok(Some(Type::INT)),
            (_, Some(_)) => Ok(Some(Type::Scalar(DType::U64))),
            _ => Err(format!("Int value is too large: {i}")),
        };
    }
    if obj.downcast_ref::<PyFloat>().is_some() {
        return Ok(Some(Type::FLOAT));
    }
    if obj.downcast_ref::<PyComplex>().is_some() {
        return Ok(Some(Type::COMPLEX));
    }
    Ok(None)
}

fn unknown(obj: &PyObject, vm: &VirtualMachine) -> String {
    let class = obj.class().as_object().repr(vm);
    format!("Cannot determine Numba type of {}", class.map_or_else(|_| "?".to_owned(), |s| s.to_string()))
}
