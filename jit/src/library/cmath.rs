//! Python's `cmath` module.

use super::{Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{DType, Type};
use crate::lir::op::Op;
use crate::lir::{Ty, Value};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::scalar_abi::COMPLEX_FUNCTIONS;

const fn complex(paths: &'static [&'static str]) -> Row {
    Row { paths, kind: Kind::Function, params: "z", infer: infer_complex, lower: lower_complex, ordinary: None, notes: "domain errors give nan" }
}
const fn to_bool(paths: &'static [&'static str]) -> Row {
    Row { paths, kind: Kind::Function, params: "z", infer: |r, a| complex_type(r, a).map(|_| Type::BOOL), lower: lower_classify, ordinary: None, notes: "" }
}

/// The rows.
pub static ROWS: &[Row] = &[
    complex(&["cmath.sqrt"]),
    complex(&["cmath.exp"]),
    complex(&["cmath.log10"]),
    complex(&["cmath.sin"]),
    complex(&["cmath.cos"]),
    complex(&["cmath.tan"]),
    complex(&["cmath.asin"]),
    complex(&["cmath.acos"]),
    complex(&["cmath.atan"]),
    complex(&["cmath.sinh"]),
    complex(&["cmath.cosh"]),
    complex(&["cmath.tanh"]),
    complex(&["cmath.asinh"]),
    complex(&["cmath.acosh"]),
    complex(&["cmath.atanh"]),
    Row { paths: &["cmath.log"], kind: Kind::Function, params: "z, base=", infer: infer_complex, lower: lower_log, ordinary: None, notes: "domain errors give nan" },
    Row { paths: &["cmath.phase"], kind: Kind::Function, params: "z", infer: infer_real, lower: lower_phase, ordinary: None, notes: "" },
    Row { paths: &["cmath.polar"], kind: Kind::Function, params: "z", infer: infer_polar, lower: lower_polar, ordinary: None, notes: "" },
    Row { paths: &["cmath.rect"], kind: Kind::Function, params: "r, phi", infer: infer_rect, lower: lower_rect, ordinary: None, notes: "" },
    to_bool(&["cmath.isnan"]),
    to_bool(&["cmath.isinf"]),
    to_bool(&["cmath.isfinite"]),
];

fn complex_type(row: &Row, args: &Args) -> Result<DType, CompileError> {
    let d = args.get(0)?.scalar().ok_or_else(|| no_match(row, args))?;
    Ok(d.complex_of())
}

fn infer_complex(row: &Row, args: &Args) -> Result<Type, CompileError> {
    Ok(Type::Scalar(complex_type(row, args)?))
}

fn operand(l: &mut Lowerer<'_>, row: &Row, args: &Args, i: usize) -> Result<(DType, Parts), CompileError> {
    let d = complex_type(row, args)?;
    Ok((d, l.parts_as(args.get(i)?.hir()?, &Type::Scalar(d))?))
}

/// Calls a complex function of the runtime by name.
fn function(l: &mut Lowerer<'_>, name: &str, d: DType, z: &[Value]) -> Result<Parts, CompileError> {
    let n = COMPLEX_FUNCTIONS.iter().position(|f| f.0 == name).ok_or_else(|| CompileError::bug(format!("no complex function {name}")))?;
    let ty = crate::abi::scalar_ty(d);
    let n = l.i64(n as i64);
    let re = l.b.convert(Op::Fpcast, Ty::F64, z[0]);
    let im = l.b.convert(Op::Fpcast, Ty::F64, z[1]);
    let out = l.stack(16);
    l.runtime("taipan_complex_function", &[n, re, im, out]);
    let re = l.b.load(Ty::F64, out, 0);
    let im = l.b.load(Ty::F64, out, 8);
    Ok(vec![l.b.convert(Op::Fpcast, ty, re), l.b.convert(Op::Fpcast, ty, im)])
}

fn lower_complex(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, z) = operand(l, row, args, 0)?;
    function(l, row.name(), d, &z)
}

fn lower_log(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, z) = operand(l, row, args, 0)?;
    let a = function(l, "log", d, &z)?;
    if args.opt(1).is_none() {
        return Ok(a);
    }
    let (_, w) = operand(l, row, args, 1)?;
    let b = function(l, "log", d, &w)?;
    l.arith(hir::BinaryOp::Div, d, &a, &b, l.hir.options.error_model)
}

fn lower_classify(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, z) = operand(l, row, args, 0)?;
    Ok(vec![super::ufunc::classify_value(l, row.name(), &z)])
}

fn infer_real(row: &Row, args: &Args) -> Result<Type, CompileError> {
    Ok(Type::Scalar(complex_type(row, args)?.real_part()))
}

fn lower_phase(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, z) = operand(l, row, args, 0)?;
    Ok(vec![l.float_math2("atan2", z[1], z[0])])
}

fn infer_polar(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let d = Type::Scalar(complex_type(row, args)?.real_part());
    Ok(Type::Tuple(vec![d.clone(), d].into()))
}

fn lower_polar(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, z) = operand(l, row, args, 0)?;
    let r = l.abs(d, &z);
    Ok(vec![r, l.float_math2("atan2", z[1], z[0])])
}

fn infer_rect(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let single = args.all().all(|a| a.scalar() == Some(DType::F32));
    if args.all().any(|a| a.scalar().is_none_or(DType::is_complex)) {
        return Err(no_match(row, args));
    }
    Ok(Type::Scalar(if single { DType::C64 } else { DType::C128 }))
}

fn lower_rect(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let d = l.ty(result).scalar().unwrap_or(DType::C128).real_part();
    let r = l.parts_as(args.get(0)?.hir()?, &Type::Scalar(d))?[0];
    let phi = l.parts_as(args.get(1)?.hir()?, &Type::Scalar(d))?[0];
    let (c, s) = (l.float_math1("cos", phi), l.float_math1("sin", phi));
    Ok(vec![l.b.binary(Op::Fmul, r, c), l.b.binary(Op::Fmul, r, s)])
}
