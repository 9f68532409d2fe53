//! `print`.

use super::{Arg, Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{DType, Type};
use crate::hir::value::ConstValue;
use crate::lir::Value;
use crate::lir::op::Op;
use crate::lower::text::{DATA, LENGTH};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::dtype::Kind as DKind;
use taipan_runtime::trap::intern;

/// The row.
pub static ROWS: &[Row] = &[Row {
    paths: &["builtins.print"],
    kind: Kind::Function,
    params: "*values, sep=, end=",
    infer: infer_print,
    lower: lower_print,
    ordinary: None,
    notes: "numbers, text, None, tuples of numbers; `sep` and `end` are text",
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
    let ctx = l.b.op(Op::GetCtx, crate::lir::Ty::Ptr, &[], 0);
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
        Type::Tuple(ts) if ts.contains(&Type::Str) => return Err(no_match(row, args)),
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
        Type::Tuple(ts) => {
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
        _ => return Err(no_match(row, args)),
    }
    Ok(())
}
