//! `print`: numbers and text are written here, other values become Python
//! objects first.
//!
//! `unsafe` room: [`taipan_print_object`] reads the slots that compiled code
//! filled, of the number and type that it names.

use super::{Arg, Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{DType, Type};
use crate::hir::value::ConstValue;
use crate::lir::{Ty, Value};
use crate::lir::op::Op;
use crate::lower::text::{DATA, LENGTH};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::dtype::Kind as DKind;
use std::sync::{Mutex, OnceLock};
use taipan_runtime::trap::{Ctx, STATUS_OK, STATUS_TRAP, TrapKind, intern, taipan_trap};

/// The row.
pub static ROWS: &[Row] = &[Row {
    paths: &["builtins.print"],
    kind: Kind::Function,
    params: "*values, sep=, end=",
    infer: infer_print,
    lower: lower_print,
    ordinary: None,
    notes: "`sep` and `end` are text; inside `prange` numbers and text only",
}];

/// Positions of the keyword parameters.
const SEP: usize = 0;
const END: usize = 1;

fn infer_print(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let texts = args.slots.iter().flatten().all(|a| a.ty == Type::Str);
    if texts { Ok(Type::None) } else { Err(no_match(row, args)) }
}

fn text(l: &mut Lowerer<'_>, s: &str) {
    let id = l.i64(intern(s) as i64);
    l.runtime("taipan_print_text", &[id]);
}

fn lower_print(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    for (i, a) in args.rest.iter().enumerate() {
        if i > 0 {
            match args.opt(SEP) {
                Some(sep) => print_argument(l, row, args, sep)?,
                None => text(l, " "),
            }
        }
        print_argument(l, row, args, a)?;
    }
    match args.opt(END) {
        Some(end) => print_argument(l, row, args, end)?,
        None => text(l, "\n"),
    }
    let ctx = l.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
    let site = l.i64(i64::from(l.b.site));
    l.runtime_checked("taipan_print_end", &[ctx, site]);
    Ok(Parts::new())
}

fn print_argument(l: &mut Lowerer<'_>, row: &Row, args: &Args, a: &Arg) -> Result<(), CompileError> {
    if let Some(ConstValue::Str(s)) = &a.constant {
        text(l, s);
        return Ok(());
    }
    let parts = l.parts(a.hir()?);
    print_value(l, row, args, &a.ty, &parts)
}

fn print_value(l: &mut Lowerer<'_>, row: &Row, args: &Args, t: &Type, p: &[Value]) -> Result<(), CompileError> {
    match t {
        Type::None => text(l, "None"),
        Type::Str => {
            l.runtime("taipan_text_print", &[p[DATA], p[LENGTH]]);
        }
        Type::Scalar(d) => {
            let (name, to) = match d.kind() {
                DKind::Bool => {
                    let v = l.cast_scalar(p, *d, DType::I64);
                    l.runtime("taipan_print_bool", &v);
                    return Ok(());
                }
                DKind::Signed => ("taipan_print_i64", DType::I64),
                DKind::Unsigned => ("taipan_print_u64", DType::U64),
                DKind::Float => ("taipan_print_f64", DType::F64),
                DKind::Complex => ("taipan_print_complex", DType::C128),
            };
            let v = l.cast_scalar(p, *d, to);
            l.runtime(name, &v);
        }
        Type::Tuple(ts) if ts.iter().all(|t| matches!(t, Type::Scalar(_) | Type::None)) => {
            text(l, "(");
            let mut at = 0;
            for (i, t) in ts.iter().enumerate() {
                if i > 0 {
                    text(l, ", ");
                }
                let n = crate::abi::flatten(t).len();
                print_value(l, row, args, t, &p[at..at + n])?;
                at += n;
            }
            text(l, if ts.len() == 1 { ",)" } else { ")" });
        }
        t if is_object(t) => print_object(l, t, p),
        _ => return Err(no_match(row, args)),
    }
    Ok(())
}

/// Is the value printed as the Python object that it becomes?
fn is_object(t: &Type) -> bool {
    match t {
        Type::Array(_) | Type::ReflectedList(_) => true,
        Type::Tuple(ts) => ts.iter().all(|t| is_object(t) || matches!(t, Type::Scalar(_) | Type::None | Type::Str)),
        Type::Optional(t) => is_object(t) || matches!(**t, Type::Scalar(_) | Type::Str),
        _ => false,
    }
}

/// Types of values that are printed as objects, by number.
static TYPES: Mutex<Vec<Type>> = Mutex::new(Vec::new());

/// Makes the text of a value of this type from its slots, which stay the
/// caller's. `Err` = an exception is pending on the interpreter's side.
pub type ObjectHook = fn(&Type, &[u64]) -> Result<String, ()>;

static HOOK: OnceLock<ObjectHook> = OnceLock::new();

/// Sets who makes the text of objects; the first call counts.
pub fn set_object_hook(hook: ObjectHook) {
    let _ = HOOK.set(hook);
}

fn print_object(l: &mut Lowerer<'_>, t: &Type, p: &[Value]) {
    let id = {
        let mut types = TYPES.lock().unwrap_or_else(|e| e.into_inner());
        types.push(t.clone());
        types.len() as i64 - 1
    };
    let slots = l.stack(8 * p.len().max(1) as i64);
    for (i, v) in p.iter().enumerate() {
        l.b.store(slots, *v, 8 * i as i64);
    }
    let ctx = l.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
    let (id, n, site) = (l.i64(id), l.i64(p.len() as i64), l.i64(i64::from(l.b.site)));
    l.runtime_checked("taipan_print_object", &[ctx, id, slots, n, site]);
    let refs: Parts = p.iter().copied().filter(|v| l.b.func.ty(*v) == Ty::Ref).collect();
    l.keep(&refs);
}

/// Appends the text of the value in the slots to the line.
///
/// # Safety
/// `ctx` is the calling thread's context; `n` slots of a value of type number
/// `id` are readable at `slots`.
pub unsafe extern "C" fn taipan_print_object(ctx: *mut Ctx, id: i64, slots: *const u64, n: i64, site: i64) -> i32 {
    let t = TYPES.lock().unwrap_or_else(|e| e.into_inner()).get(id as usize).cloned();
    // SAFETY: contract of this function.
    let slots = unsafe { std::slice::from_raw_parts(slots, n as usize) };
    match t.zip(HOOK.get()).map(|(t, hook)| hook(&t, slots)) {
        Some(Ok(text)) => {
            taipan_runtime::print::push(&text);
            STATUS_OK
        }
        _ => {
            // SAFETY: contract of this function.
            unsafe { taipan_trap(ctx, TrapKind::Pending as u32, site as u32, 0, 0, 0, 0) };
            STATUS_TRAP
        }
    }
}
