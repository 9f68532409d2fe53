//! Python objects as compile-time constants.

use super::{exceptions, identity};
use crate::dispatcher::CpuDispatcher;
use crate::types::{self, type_of::dtype_like};
use rustpython_vm::{
    AsObject, Py, PyObject, VirtualMachine,
    builtins::{PyCode, PyComplex, PyEllipsis, PyFloat, PyInt, PyModule, PySlice, PyStr, PyTuple, PyType},
};
use std::borrow::Borrow;
use std::sync::Arc;
use taipan_jit::bytecode::Code;
use taipan_jit::hir::value::{ConstValue, Global};
use taipan_numpy::interop::{as_array, scalar_value};
use taipan_numpy::Num;
use taipan_runtime::array::Order;

/// What `obj` is to the compiler. Always something: objects it cannot use are
/// opaque, and using them is a typing error that names their type.
pub fn constant(obj: &PyObject, vm: &VirtualMachine) -> ConstValue {
    number(obj, vm)
        .or_else(|| plain(obj, vm))
        .unwrap_or_else(|| ConstValue::Global(Arc::new(global(obj, vm))))
}

fn number(obj: &PyObject, vm: &VirtualMachine) -> Option<ConstValue> {
    use num_traits::ToPrimitive;
    if obj.class().is(vm.ctx.types.bool_type) {
        return Some(ConstValue::Bool(obj.is(&vm.ctx.true_value)));
    }
    if !obj.class().is(vm.ctx.types.float_type)
        && !obj.class().is(vm.ctx.types.int_type)
        && let Some(v) = scalar_value(obj, vm)
    {
        let value = match v.num {
            Num::Bool(b) => ConstValue::Bool(b),
            Num::Int(i) => ConstValue::Int(i),
            Num::UInt(u) => i64::try_from(u).map_or(ConstValue::UInt(u), ConstValue::Int),
            Num::Float(f) => ConstValue::Float(f),
            Num::Complex(re, im) => ConstValue::Complex(re, im),
        };
        return Some(ConstValue::Scalar(v.dtype, Box::new(value)));
    }
    if let Some(i) = obj.downcast_ref::<PyInt>() {
        let i = i.as_bigint();
        return i.to_i64().map(ConstValue::Int).or_else(|| i.to_u64().map(ConstValue::UInt));
    }
    if let Some(f) = obj.downcast_ref::<PyFloat>() {
        return Some(ConstValue::Float(f.to_f64()));
    }
    obj.downcast_ref::<PyComplex>().map(|c| {
        let c = c.to_complex64();
        ConstValue::Complex(c.re, c.im)
    })
}

fn plain(obj: &PyObject, vm: &VirtualMachine) -> Option<ConstValue> {
    if vm.is_none(obj) {
        return Some(ConstValue::None);
    }
    if let Some(s) = obj.downcast_ref::<PyStr>() {
        return s.to_str().map(|s| ConstValue::Str(s.into()));
    }
    if let Some(t) = obj.downcast_ref_if_exact::<PyTuple>(vm) {
        return Some(ConstValue::Tuple(t.iter().map(|x| constant(x, vm)).collect()));
    }
    if obj.downcast_ref::<PyEllipsis>().is_some() {
        return Some(ConstValue::Ellipsis);
    }
    if let Some(s) = obj.downcast_ref::<PySlice>() {
        // `None` and integers only: the compiler folds no other slices.
        let part = |v: &PyObject| match constant(v, vm) {
            ConstValue::None => Some(None),
            ConstValue::Int(i) => Some(Some(i)),
            _ => None,
        };
        let start = s.start.as_deref().map_or(Some(None), part)?;
        let step = s.step.as_deref().map_or(Some(None), part)?;
        return Some(ConstValue::Slice([start, part(&s.stop)?, step]));
    }
    obj.downcast_ref::<PyCode>().map(|c| ConstValue::Code(decode(c, vm)))
}

fn global(obj: &PyObject, vm: &VirtualMachine) -> Global {
    if let Some(d) = obj.downcast_ref::<CpuDispatcher>() {
        return Global::Function(d.function());
    }
    if let Some(a) = as_array(obj)
        // Compiled code sees the elements as they are now.
        && let Ok(mut copy) = a.copy(Order::K)
    {
        copy.set_writeable(false);
        return Global::Array(Arc::new(copy));
    }
    if let Some(d) = dtype_like(obj) {
        return Global::DType(d);
    }
    if let Some(t) = types::compiled(obj) {
        return Global::NumbaType(t.clone());
    }
    if let Some(m) = obj.downcast_ref::<PyModule>() {
        let name = m.as_object().get_attr("__name__", vm).ok();
        if let Some(name) = name.as_ref().and_then(|n| super::text_of(n)) {
            return Global::Module(name.into());
        }
    }
    if let Some(class) = obj.downcast_ref::<PyType>()
        && let Some(g) = exceptions::class_constant(class, vm)
    {
        return g;
    }
    match identity::path_of(obj, vm) {
        Some(path) => Global::Library(path),
        None => Global::Opaque {
            type_name: obj.class().name().to_string().into(),
            id: obj.get_id() as u64,
        },
    }
}

/// The decoded bytecode of a code object. Bytecode that cannot be decoded (a
/// tracing tool replaced instructions) becomes a function without instructions,
/// which no pipeline accepts.
pub fn decode(code: &Py<PyCode>, vm: &VirtualMachine) -> Arc<Code> {
    let consts: Vec<ConstValue> = code.code.constants.iter().map(|c| constant(c.borrow(), vm)).collect();
    match Code::decode(&code.code, consts) {
        Ok(decoded) => Arc::new(decoded),
        Err(_) => Arc::new(Code {
            name: code.code.obj_name.as_str().into(),
            qualname: code.code.qualname.as_str().into(),
            file: code.source_path().as_str().into(),
            first_line: code.code.first_line_number.map_or(0, |l| l.get() as u32),
            arg_count: code.code.arg_count,
            posonly_arg_count: 0,
            kwonly_arg_count: 0,
            has_varargs: false,
            has_varkeywords: false,
            is_generator: false,
            is_coroutine: false,
            locals: vec![],
            is_cell: vec![],
            is_free: vec![],
            names: vec![],
            consts: vec![],
            instrs: vec![],
            handlers: vec![],
            max_stack: 0,
        }),
    }
}
