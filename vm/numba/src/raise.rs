//! Traps of compiled code and errors of the compiler as Python exceptions.

use crate::outside::identity;
use crate::{interrupt, python_layer, traceback};
use rustpython_vm::common::wtf8::Wtf8Buf;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyType, PyTypeRef},
    function::{FuncArgs, KwArgs},
};
use taipan_jit::error::{Audience, CompileError};
use taipan_jit::hir::types::{DType, Type};
use taipan_jit::hir::value::ConstValue;
use taipan_jit::lower::raise::{RaiseArg, Raised, raised};
use taipan_runtime::trap::{Trap, TrapKind, interned, take_words};

/// The exception for a trap, with one traceback entry for each compiled frame.
/// `trace` lists the call sites that the trap left, innermost first.
pub fn exception(trap: &Trap, trace: &[u32], vm: &VirtualMachine) -> PyBaseExceptionRef {
    let exception = without_traceback(trap, vm);
    traceback::attach(&exception, trap.site, trace, vm);
    exception
}

fn without_traceback(trap: &Trap, vm: &VirtualMachine) -> PyBaseExceptionRef {
    match trap.kind {
        TrapKind::Interrupt => interrupt::take_pending(vm),
        TrapKind::Pending => interrupt::take_stored()
            .unwrap_or_else(|| vm.new_runtime_error(TrapKind::Pending.message().to_owned())),
        TrapKind::Raise => match raised(trap.args[0]) {
            Some(raised) => raised_exception(&raised, trap, vm),
            None => vm.new_system_error("compiled code raised an unknown exception"),
        },
        kind => {
            let message = trap.message();
            let args = if message.is_empty() { vec![] } else { vec![vm.ctx.new_str(message).into()] };
            instance(builtin_class(kind.class(), vm), args, vm)
        }
    }
}

fn builtin_class(name: &str, vm: &VirtualMachine) -> PyTypeRef {
    // Those of NumPy's own that kernels report.
    const NUMPY: [(&str, &str); 2] = [("AxisError", "numpy.exceptions"), ("LinAlgError", "numpy.linalg")];
    let class = match NUMPY.iter().find(|c| c.0 == name) {
        Some((_, module)) => python_layer::attribute(module, name, vm).ok(),
        None => vm.builtins.get_attr(vm.ctx.intern_str(name), vm).ok(),
    };
    class
        .and_then(|c| c.downcast::<PyType>().ok())
        .unwrap_or_else(|| vm.ctx.exceptions.runtime_error.to_owned())
}

fn instance(class: PyTypeRef, args: impl Into<FuncArgs>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    // User classes may do anything in `__init__`: what they raise is the result.
    match class.as_object().call(args.into(), vm) {
        Ok(object) => object
            .downcast::<PyBaseException>()
            .unwrap_or_else(|_| vm.new_type_error("exceptions must derive from BaseException")),
        Err(e) => e,
    }
}

fn raised_exception(raised: &Raised, trap: &Trap, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = identity::object_of(&raised.class, vm).and_then(|c| c.downcast::<PyType>().ok());
    let Some(class) = class else {
        return vm.new_type_error("exceptions must derive from BaseException");
    };
    let mut args = Vec::new();
    let list = raised.args.as_deref().unwrap_or_default();
    let words = match list.iter().any(|a| matches!(a, RaiseArg::Payload { .. })) {
        true => take_words(trap.args[1]),
        false => Vec::new(),
    };
    for arg in list {
        args.push(match arg {
            RaiseArg::Payload { ty, at } => object_of_words(ty, &words, &mut (*at as usize), vm),
            RaiseArg::Const(c) => match object_of_constant(c, vm) {
                Ok(object) => object,
                Err(e) => return e,
            },
            RaiseArg::Runtime { dtype, slot } => number_in_slot(*dtype, trap.args[*slot as usize % 4], vm),
        });
    }
    let first = args.len().saturating_sub(raised.names.len());
    let named = raised.names.iter().map(|n| Wtf8Buf::from_string(n.to_string())).zip(args.split_off(first)).collect();
    instance(class, FuncArgs::new(args, KwArgs::new(named)), vm)
}

/// The value of type `t` whose words start at `at`; moves `at` behind them.
fn object_of_words(t: &Type, words: &[u64], at: &mut usize, vm: &VirtualMachine) -> PyObjectRef {
    let mut next = || {
        *at += 1;
        words.get(*at - 1).copied().unwrap_or(0)
    };
    match t {
        Type::Scalar(d) if d.is_complex() => {
            let (re, im) = (f64::from_bits(next()), f64::from_bits(next()));
            vm.ctx.new_complex(num_complex::Complex64::new(re, im)).into()
        }
        Type::Scalar(d) => number_in_slot(*d, next(), vm),
        Type::Str => vm.ctx.new_str(&*interned(next())).into(),
        Type::Tuple(items) => {
            let items = items.iter().map(|t| object_of_words(t, words, at, vm)).collect();
            vm.ctx.new_tuple(items).into()
        }
        Type::Optional(t) => {
            let present = next() & 1 != 0;
            let value = object_of_words(t, words, at, vm);
            if present { value } else { vm.ctx.none() }
        }
        _ => vm.ctx.none(),
    }
}

/// Integers and bools arrive extended to 64 bits, floats as float64.
fn number_in_slot(dtype: DType, bits: u64, vm: &VirtualMachine) -> PyObjectRef {
    match dtype {
        DType::Bool => vm.ctx.new_bool(bits & 1 != 0).into(),
        d if d.is_float() => vm.ctx.new_float(f64::from_bits(bits)).into(),
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => vm.ctx.new_int(bits).into(),
        _ => vm.ctx.new_int(bits as i64).into(),
    }
}

/// The Python object of a compile-time constant.
fn object_of_constant(c: &ConstValue, vm: &VirtualMachine) -> PyResult {
    Ok(match c {
        ConstValue::None => vm.ctx.none(),
        ConstValue::Bool(b) => vm.ctx.new_bool(*b).into(),
        ConstValue::Int(i) => vm.ctx.new_int(*i).into(),
        ConstValue::UInt(u) => vm.ctx.new_int(*u).into(),
        ConstValue::Float(f) => vm.ctx.new_float(*f).into(),
        ConstValue::Complex(re, im) => vm.ctx.new_complex(num_complex::Complex64::new(*re, *im)).into(),
        ConstValue::Scalar(_, value) => return object_of_constant(value, vm),
        ConstValue::Str(s) => vm.ctx.new_str(&**s).into(),
        ConstValue::Tuple(items) => {
            let items = items.iter().map(|i| object_of_constant(i, vm)).collect::<PyResult<Vec<_>>>()?;
            vm.ctx.new_tuple(items).into()
        }
        ConstValue::Ellipsis => vm.ctx.ellipsis.clone().into(),
        ConstValue::Global(g) => {
            identity::object_of(g, vm).unwrap_or_else(|| vm.ctx.new_str(g.to_string()).into())
        }
        ConstValue::Slice(_) | ConstValue::Code(_) => vm.ctx.none(),
    })
}

/// Class in `numba.core.errors` of a compilation error.
fn error_class(audience: &Audience) -> &'static str {
    match audience {
        Audience::Typing => "TypingError",
        Audience::Unsupported(_) => "UnsupportedError",
        Audience::Limit => "LoweringError",
        Audience::Bug => "InternalError",
    }
}

fn report(function: &str, why: &CompileError, name: &str, first_line: u32, vm: &VirtualMachine) -> PyResult {
    let message = match &why.undefined_name {
        Some(name) => format!("NameError: name '{name}' is not defined"),
        None => why.to_string(),
    };
    let name = if why.function.is_empty() { name } else { &why.function };
    // The location of an error in a callee says nothing about this function's
    // first line.
    let first_line = if why.line >= first_line { first_line } else { 0 };
    python_layer::attribute("numba.core.report", function, vm)?.call(
        (
            vm.ctx.new_str(error_class(&why.audience)),
            vm.ctx.new_str(message),
            vm.ctx.new_str(&*why.file),
            vm.ctx.new_str(name),
            vm.ctx.new_int(why.line),
            vm.ctx.new_int(first_line),
        ),
        vm,
    )
}

/// The exception for a compilation that failed in nopython mode. `name` and
/// `first_line` are those of the function that was called.
pub fn compile_error(why: &CompileError, name: &str, first_line: u32, vm: &VirtualMachine) -> PyBaseExceptionRef {
    match report("compile_error", why, name, first_line, vm) {
        Ok(object) => object
            .downcast::<PyBaseException>()
            .unwrap_or_else(|_| vm.new_system_error("no exception for a compilation error")),
        Err(e) => e,
    }
}

/// Warns that a function will run in object mode, and why.
pub fn warn_fallback(why: &CompileError, name: &str, first_line: u32, vm: &VirtualMachine) -> PyResult<()> {
    report("warn_fallback", why, name, first_line, vm).map(|_| ())
}

/// A warning of a class in `numba.core.errors`.
pub fn warn(class: &str, text: &str, vm: &VirtualMachine) -> PyResult<()> {
    let function = python_layer::attribute("numba.core.report", "warn", vm)?;
    function.call((vm.ctx.new_str(class), vm.ctx.new_str(text)), vm).map(|_| ())
}

/// As [`warn_fallback`], for an argument without a Numba type.
pub fn warn_untyped(
    e: &PyBaseExceptionRef,
    name: &str,
    file: &std::sync::Arc<str>,
    line: u32,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let text = e.as_object().str(vm)?.to_string();
    let reason = text.lines().find(|l| l.starts_with("- argument")).unwrap_or("an argument has no Numba type");
    let why = CompileError::typing(reason.trim_start_matches("- ").to_owned()).at(file, &name.into(), line);
    warn_fallback(&why, name, line, vm)
}
