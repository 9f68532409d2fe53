//! Text: `str`, `chr`, `ord` and the methods of `str`.

use super::{Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir;
use crate::hir::CompareOp;
use crate::hir::types::{DType, Type};
use crate::lir::op::{Cc, Op};
use crate::lower::text::LENGTH;
use crate::lower::{Lowerer, Parts};
use taipan_runtime::text::CHANGES;

const fn function(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn) -> Row {
    Row { paths, kind: Kind::Function, params, infer, lower, ordinary: None, notes: "" }
}

const fn method(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn) -> Row {
    Row { paths, kind: Kind::Method, params, infer, lower, ordinary: None, notes: "" }
}

/// The rows.
pub static ROWS: &[Row] = &[
    function(&["builtins.str"], "*object", infer_str, lower_str),
    function(&["builtins.chr"], "i", infer_chr, lower_chr),
    function(&["builtins.ord"], "c", infer_ord, lower_ord),
    method(&["str.upper"], "self", infer_change, lower_change),
    method(&["str.lower"], "self", infer_change, lower_change),
    method(&["str.strip"], "self", infer_change, lower_change),
    method(&["str.lstrip"], "self", infer_change, lower_change),
    method(&["str.rstrip"], "self", infer_change, lower_change),
    method(&["str.startswith"], "self, prefix", infer_test, lower_prefix),
    method(&["str.endswith"], "self, suffix", infer_test, lower_suffix),
    method(&["str.find"], "self, sub", infer_find, lower_find),
];

fn infer_str(row: &Row, args: &Args) -> Result<Type, CompileError> {
    // Not an optional parameter: `str(None)` is not `str()`.
    match &args.rest[..] {
        [] => Ok(Type::Str),
        [a] if matches!(a.ty, Type::Str | Type::None) || a.scalar().is_some_and(|d| d != DType::F16) => Ok(Type::Str),
        _ => Err(no_match(row, args)),
    }
}

fn lower_str(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    match args.rest.first() {
        None => l.text_constant(&"".into()),
        Some(a) => {
            let v = a.hir()?;
            let p = l.parts(v);
            l.text_of(&a.ty, &p)
        }
    }
}

fn infer_chr(row: &Row, args: &Args) -> Result<Type, CompileError> {
    match args.get(0)?.scalar() {
        Some(d) if d.is_integer() => Ok(Type::Str),
        _ => Err(no_match(row, args)),
    }
}

fn lower_chr(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let i = l.int_of(args.get(0)?.hir()?)?;
    Ok(l.text_of_code_point(i))
}

/// Every argument is a text: this is the result.
fn texts(row: &Row, args: &Args, result: Type) -> Result<Type, CompileError> {
    if args.all().all(|a| a.ty == Type::Str) { Ok(result) } else { Err(no_match(row, args)) }
}

fn infer_ord(row: &Row, args: &Args) -> Result<Type, CompileError> {
    texts(row, args, Type::INT)
}

fn lower_ord(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let p = l.parts(args.get(0)?.hir()?);
    Ok(vec![l.code_point_of_text(&p)])
}

fn infer_change(row: &Row, args: &Args) -> Result<Type, CompileError> {
    texts(row, args, Type::Str)
}

fn lower_change(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let which = CHANGES.iter().position(|c| c.0 == row.name()).ok_or_else(|| no_match(row, args))?;
    let p = l.parts(args.get(0)?.hir()?);
    Ok(l.text_changed(&p, which))
}

fn infer_test(row: &Row, args: &Args) -> Result<Type, CompileError> {
    texts(row, args, Type::BOOL)
}

fn infer_find(row: &Row, args: &Args) -> Result<Type, CompileError> {
    texts(row, args, Type::INT)
}

fn both(l: &Lowerer<'_>, args: &Args) -> Result<(Parts, Parts), CompileError> {
    Ok((l.parts(args.get(0)?.hir()?), l.parts(args.get(1)?.hir()?)))
}

/// Is `part` what `whole` has from `at` on? `at` is negative where `part` is longer.
fn holds(l: &mut Lowerer<'_>, whole: &[crate::lir::Value], part: &[crate::lir::Value], from_end: bool) -> Parts {
    let zero = l.i64(0);
    let spare = l.b.binary(Op::Isub, whole[LENGTH], part[LENGTH]);
    let fits = l.b.icmp(Cc::Sge, spare, zero);
    let at = if from_end { l.b.select(fits, spare, zero) } else { zero };
    let length = l.b.select(fits, part[LENGTH], zero);
    let mut window = l.text_at(whole, at);
    window[LENGTH] = length;
    let same = l.text_compare(CompareOp::Eq, &window, part);
    vec![l.b.binary(Op::And, fits, same)]
}

fn lower_prefix(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (whole, part) = both(l, args)?;
    Ok(holds(l, &whole, &part, false))
}

fn lower_suffix(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (whole, part) = both(l, args)?;
    Ok(holds(l, &whole, &part, true))
}

fn lower_find(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (whole, part) = both(l, args)?;
    Ok(vec![l.text_find(&whole, &part)])
}
