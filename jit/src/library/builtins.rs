//! Python's built-in functions and the attributes of numbers.

use super::{Arg, Args, Kind, Row, no_match, number};
use crate::abi::{self, ArrayParts};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, ErrorModel, Global};
use crate::hir::{self, BinaryOp, CompareOp, ExitReason, UnaryOp};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use crate::lower::scalar::Zero;
use crate::lower::{Lowerer, Parts};
use std::sync::Arc;
use taipan_runtime::dtype::Kind as DKind;
use taipan_runtime::trap::TrapKind;

const fn function(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn, ordinary: Option<super::LowerFn>) -> Row {
    Row { paths, kind: Kind::Function, params, infer, lower, ordinary, notes: "" }
}

/// The rows.
pub static ROWS: &[Row] = &[
    function(&["builtins.abs", "operator.abs", "operator.__abs__"], "x", infer_abs, lower_abs, Some(ordinary_abs)),
    function(&["builtins.min"], "*values", infer_extremum, lower_extremum, Some(ordinary_extremum)),
    function(&["builtins.max"], "*values", infer_extremum, lower_extremum, Some(ordinary_extremum)),
    function(&["builtins.round"], "number, ndigits=", infer_round, lower_round, Some(ordinary_round)),
    function(&["builtins.int"], "x=", infer_int, lower_cast, Some(ordinary_int)),
    function(&["builtins.float"], "x=", infer_float, lower_cast, Some(lower_cast)),
    function(&["builtins.bool"], "x=", |_, _| Ok(Type::BOOL), lower_bool, Some(lower_bool)),
    function(&["builtins.complex"], "real=, imag=", infer_complex, lower_complex, None),
    function(&["builtins.pow", "operator.pow"], "base, exp", infer_pow, lower_pow, Some(ordinary_pow)),
    function(&["builtins.divmod"], "a, b", infer_divmod, lower_divmod, None),
    function(&["builtins.len"], "x", infer_len, lower_len, Some(lower_len)),
    function(&["builtins.sum"], "items, start=", infer_sum, lower_sum, None),
    function(&["builtins.range"], "start, stop=, step=", infer_range, lower_range, Some(lower_range)),
    function(&["numba.prange", "numba.misc.special.prange"], "start, stop=, step=", infer_range, lower_range, None),
    function(&["builtins.enumerate"], "items, start=", infer_enumerate, lower_enumerate, None),
    function(&["builtins.zip"], "*items", infer_zip, lower_zip, None),
    function(&["builtins.tuple"], "items=", infer_tuple, lower_cast, None),
    function(&["builtins.slice"], "start, stop=, step=", infer_slice, lower_slice, None),
    function(&["builtins.isinstance"], "x, cls", |_, _| Ok(Type::BOOL), lower_isinstance, None),
    Row { paths: &["range.start"], kind: Kind::Property, params: "self", infer: |_, _| Ok(Type::INT), lower: lower_range_part::<0>, ordinary: None, notes: "" },
    Row { paths: &["range.stop"], kind: Kind::Property, params: "self", infer: |_, _| Ok(Type::INT), lower: lower_range_part::<1>, ordinary: None, notes: "" },
    Row { paths: &["range.step"], kind: Kind::Property, params: "self", infer: |_, _| Ok(Type::INT), lower: lower_range_part::<2>, ordinary: None, notes: "" },
    Row { paths: &["number.real"], kind: Kind::Property, params: "self", infer: infer_part, lower: lower_part, ordinary: None, notes: "" },
    Row { paths: &["number.imag"], kind: Kind::Property, params: "self", infer: infer_part, lower: lower_part, ordinary: None, notes: "" },
    Row { paths: &["number.conjugate", "number.conj"], kind: Kind::Method, params: "self", infer: infer_self, lower: lower_conjugate, ordinary: None, notes: "" },
    Row { paths: &["number.item"], kind: Kind::Method, params: "self", infer: infer_self, lower: lower_cast, ordinary: None, notes: "" },
    Row { paths: &["number.is_integer"], kind: Kind::Method, params: "self", infer: |_, _| Ok(Type::BOOL), lower: lower_is_integer, ordinary: None, notes: "" },
];

fn scalar(row: &Row, args: &Args, i: usize) -> Result<DType, CompileError> {
    args.opt(i).and_then(Arg::scalar).ok_or_else(|| no_match(row, args))
}

fn operand(l: &mut Lowerer<'_>, args: &Args, i: usize) -> Result<(DType, Parts), CompileError> {
    l.scalar_operand(args.get(i)?.hir()?)
}

fn is_bool_or_int(d: DType) -> bool {
    d.is_integer() || d == DType::Bool
}

// ----- abs ------------------------------------------------------------------------------

fn infer_abs(row: &Row, args: &Args) -> Result<Type, CompileError> {
    if args.get(0)?.ty.array().is_some() {
        return super::ufunc::result_type("absolute", &[&args.get(0)?.ty]);
    }
    let d = scalar(row, args, 0)?;
    Ok(Type::Scalar(if d == DType::Bool { DType::I8 } else { d.real_part() }))
}

fn lower_abs(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let v = args.get(0)?.hir()?;
    if l.ty(v).array().is_some() {
        return crate::lower::array::elementwise(l, "absolute", &[v], result);
    }
    let (d, p) = operand(l, args, 0)?;
    let r = l.abs(d, &p);
    let to = l.ty(result).clone();
    l.cast(&[r], &Type::Scalar(d.real_part()), &to)
}

fn ordinary_abs(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let (d, x) = l.any_number(args.get(0)?.hir()?)?;
    if d.kind() == DKind::Signed {
        l.exit_if_lowest(x, d)?;
    }
    let r = l.abs(d, &[x]);
    let (from, to) = (Type::Scalar(d), l.ty(result).clone());
    l.cast(&[r], &from, &to)
}

// ----- min, max -------------------------------------------------------------------------

/// The types of the values that `min` and `max` compare.
fn extremum_items(row: &Row, args: &Args) -> Result<Vec<Type>, CompileError> {
    let items: Vec<Type> = match &args.rest[..] {
        [one] => match &one.ty {
            Type::Tuple(ts) => ts.to_vec(),
            Type::ReflectedList(item) => vec![(**item).clone()],
            _ => return Err(no_match(row, args)),
        },
        many => many.iter().map(|a| a.ty.clone()).collect(),
    };
    if items.is_empty() { Err(no_match(row, args)) } else { Ok(items) }
}

fn infer_extremum(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let mut d: Option<DType> = None;
    for t in extremum_items(row, args)? {
        let x = match &t {
            Type::Scalar(x) => *x,
            Type::Optional(t) => t.scalar().ok_or_else(|| no_match(row, args))?,
            _ => return Err(no_match(row, args)),
        };
        if x.is_complex() {
            return Err(no_match(row, args));
        }
        d = Some(d.map_or(x, |d| number::unify(d, x)));
    }
    Ok(Type::Scalar(d.ok_or_else(|| no_match(row, args))?))
}

fn lower_extremum(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    let d = to.scalar().ok_or_else(|| no_match(row, args))?;
    let types = extremum_items(row, args)?;
    let mut flat = Parts::new();
    for a in &args.rest {
        flat.extend(l.parts(a.hir()?));
    }
    let op = if row.name() == "min" { CompareOp::Lt } else { CompareOp::Gt };
    if let [one] = &args.rest[..]
        && matches!(one.ty, Type::ReflectedList(_))
    {
        return super::list::extremum(l, one.hir()?, op, row.name());
    }
    let mut best: Option<Value> = None;
    let mut at = 0;
    for t in &types {
        let n = abi::flatten(t).len();
        let x = l.cast(&flat[at..at + n], t, &to)?[0];
        at += n;
        best = Some(match best {
            None => x,
            Some(b) => {
                // The first of equal ones stays, as in Python.
                let better = l.compare_scalars(op, d, &[x], d, &[b])?;
                l.b.select(better, x, b)
            }
        });
    }
    Ok(vec![best.ok_or_else(|| no_match(row, args))?])
}

fn ordinary_extremum(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let types = extremum_items(row, args)?;
    if types.iter().any(|t| *t != types[0]) {
        // Python gives back one of the objects, with its own type.
        return Err(CompileError::unsupported("T0503", format!("{}() of values of different types", row.name())));
    }
    lower_extremum(l, row, args, result)
}

// ----- round, int, float, bool, complex ---------------------------------------------------

fn infer_round(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let d = scalar(row, args, 0)?;
    if d.is_complex() {
        return Err(no_match(row, args));
    }
    Ok(match args.opt(1) {
        None if d == DType::U64 => Type::Scalar(d),
        None => Type::INT,
        Some(n) if !n.scalar().is_some_and(is_bool_or_int) => return Err(no_match(row, args)),
        Some(_) if d.is_float() => Type::Scalar(d),
        Some(_) => Type::Scalar(number::unify(d, DType::F32)),
    })
}

fn lower_round(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let (d, p) = operand(l, args, 0)?;
    let to = l.ty(result).clone();
    let Some(digits) = args.opt(1) else {
        if !d.is_float() {
            return l.cast(&p, &Type::Scalar(d), &to);
        }
        let r = l.b.unary(Op::Rint, p[0]);
        return l.cast(&[r], &Type::Scalar(d), &to);
    };
    let n = l.int_of(digits.hir()?)?;
    let x = l.cast_real(p[0], d, DType::F64);
    let r = l.runtime("taipan_round_digits", &[x, n]).expect("has a result");
    l.cast(&[r], &Type::FLOAT, &to)
}

fn ordinary_round(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    if args.opt(1).is_some() {
        return ordinary_round_digits(l, args);
    }
    let (d, p) = operand(l, args, 0)?;
    if d == DType::F64 {
        exit_unless_int(l, p[0])?;
    }
    lower_round(l, row, args, result)
}

/// `round(x, n)` of a float for 0 <= n.
fn ordinary_round_digits(l: &mut Lowerer<'_>, args: &Args) -> Result<Parts, CompileError> {
    let (x, n) = (args.get(0)?.hir()?, args.get(1)?.hir()?);
    let (d, x) = l.any_number(x)?;
    if d != DType::F64 {
        return Err(CompileError::unsupported("T0503", "round() of an int with digits in an ordinary loop"));
    }
    let n = l.int_of(n)?;
    let limit = l.i64(300);
    let c = l.b.icmp(Cc::Ugt, n, limit);
    l.exit_if(c, ExitReason::Domain)?;
    let r = l.runtime("taipan_round_digits", &[x, n]).expect("has a result");
    let gap = l.b.binary(Op::Fsub, r, r);
    let zero = l.b.fconst(Ty::F64, 0.0);
    let c = l.b.fcmp(Cc::Une, gap, zero);
    l.exit_if(c, ExitReason::Domain)?;
    Ok(vec![r])
}

/// Leaves unless the float is well inside the int64 range.
pub(crate) fn exit_unless_int(l: &mut Lowerer<'_>, x: Value) -> Result<(), CompileError> {
    let a = l.b.unary(Op::Fabs, x);
    let limit = l.b.fconst(Ty::F64, 9.0e18);
    let c = l.b.fcmp(Cc::Nolt, a, limit);
    l.exit_if(c, ExitReason::Domain)
}

fn infer_int(row: &Row, args: &Args) -> Result<Type, CompileError> {
    if args.opt(0).is_none() {
        return Ok(Type::INT);
    }
    let d = scalar(row, args, 0)?;
    Ok(match d.kind() {
        DKind::Complex => return Err(no_match(row, args)),
        DKind::Signed | DKind::Unsigned => Type::Scalar(d),
        _ => Type::INT,
    })
}

fn ordinary_int(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    if args.opt(0).is_some() {
        let (d, p) = operand(l, args, 0)?;
        if d == DType::F64 {
            exit_unless_int(l, p[0])?;
        }
    }
    lower_cast(l, row, args, result)
}

fn infer_float(row: &Row, args: &Args) -> Result<Type, CompileError> {
    if args.opt(0).is_none() {
        return Ok(Type::FLOAT);
    }
    let d = scalar(row, args, 0)?;
    Ok(match d.kind() {
        DKind::Complex => return Err(no_match(row, args)),
        DKind::Float => Type::Scalar(d),
        _ => Type::FLOAT,
    })
}

/// The one argument as the result type; nothing given is zero.
fn lower_cast(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    match args.opt(0) {
        None => Ok(l.zero(&to)),
        Some(a) => l.parts_as(a.hir()?, &to),
    }
}

fn lower_bool(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    match args.opt(0) {
        None => Ok(vec![l.b.iconst(Ty::I1, 0)]),
        Some(a) => Ok(vec![l.truth(a.hir()?)?]),
    }
}

fn infer_complex(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let mut d: Option<DType> = None;
    for i in 0..args.slots.len() {
        if args.opt(i).is_some() {
            let x = scalar(row, args, i)?.complex_of();
            d = Some(d.map_or(x, |d| number::unify(d, x)));
        }
    }
    Ok(Type::Scalar(d.unwrap_or(DType::C128)))
}

fn lower_complex(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    let d = to.scalar().ok_or_else(|| no_match(row, args))?;
    let Some(re) = args.opt(0) else { return Ok(l.zero(&to)) };
    let z = l.parts_as(re.hir()?, &to)?;
    let Some(im) = args.opt(1) else { return Ok(z) };
    // complex(a, b) is a + b·1j, also for complex a and b.
    let w = l.parts_as(im.hir()?, &to)?;
    let re = if im.scalar().is_some_and(DType::is_complex) { l.b.binary(Op::Fsub, z[0], w[1]) } else { z[0] };
    let im = if args.get(0)?.scalar().is_some_and(DType::is_complex) { l.b.binary(Op::Fadd, z[1], w[0]) } else { w[0] };
    debug_assert!(d.is_complex());
    Ok(vec![re, im])
}

// ----- pow, divmod, sum -------------------------------------------------------------------

fn infer_pow(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let (a, b) = (scalar(row, args, 0)?, scalar(row, args, 1)?);
    number::binary(BinaryOp::Pow, a, b).map(Type::Scalar).ok_or_else(|| no_match(row, args))
}

fn lower_pow(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let d = l.ty(result).scalar().ok_or_else(|| no_match(row, args))?;
    l.power(args.get(0)?.hir()?, args.get(1)?.hir()?, d)
}

fn ordinary_pow(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    l.ordinary_binary(BinaryOp::Pow, args.get(0)?.hir()?, args.get(1)?.hir()?)
}

fn infer_divmod(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let (a, b) = (scalar(row, args, 0)?, scalar(row, args, 1)?);
    let d = number::binary(BinaryOp::FloorDiv, a, b).ok_or_else(|| no_match(row, args))?;
    Ok(Type::Tuple(vec![Type::Scalar(d); 2].into()))
}

fn lower_divmod(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    let Type::Tuple(ts) = &to else { return Err(no_match(row, args)) };
    let x = l.parts_as(args.get(0)?.hir()?, &ts[0])?[0];
    let y = l.parts_as(args.get(1)?.hir()?, &ts[0])?[0];
    let d = ts[0].scalar().ok_or_else(|| no_match(row, args))?;
    let errors = l.hir.options.error_model;
    let (q, r) = if d.is_float() {
        l.float_zero_check(y, errors, TrapKind::FloatModulo);
        l.float_divmod(x, y)
    } else {
        let zero = if errors == ErrorModel::Python { Zero::Raise(TrapKind::IntegerDivmod) } else { Zero::Gives0 };
        l.int_divmod(d.kind() == DKind::Signed, x, y, zero)
    };
    Ok(vec![q, r])
}

fn infer_sum(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let items = args.get(0)?;
    let mut d = match args.opt(1) {
        Some(_) => scalar(row, args, 1)?,
        None => DType::I64,
    };
    match &items.ty {
        Type::Tuple(ts) => {
            for t in ts.iter() {
                let x = t.scalar().ok_or_else(|| no_match(row, args))?;
                d = number::binary(BinaryOp::Add, d, x).ok_or_else(|| no_match(row, args))?;
            }
            Ok(Type::Scalar(d))
        }
        Type::ReflectedList(t) => {
            let x = t.scalar().ok_or_else(|| no_match(row, args))?;
            d = number::binary(BinaryOp::Add, d, x).ok_or_else(|| no_match(row, args))?;
            Ok(Type::Scalar(d))
        }
        Type::Array(_) if args.opt(1).is_none() => super::infer("array.sum", std::slice::from_ref(&items.ty), &[None], &[]),
        _ => Err(no_match(row, args)),
    }
}

fn lower_sum(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    let items = args.get(0)?.hir()?;
    if l.ty(items).array().is_some() {
        return super::lower_call(l, "array.sum", &[items], &[], result);
    }
    let d = to.scalar().ok_or_else(|| no_match(row, args))?;
    let mut acc = match args.opt(1) {
        Some(a) => l.parts_as(a.hir()?, &to)?,
        None => l.zero(&to),
    };
    if matches!(l.ty(items), Type::ReflectedList(_)) {
        return super::list::sum(l, items, acc, d);
    }
    let Type::Tuple(ts) = l.ty(items).clone() else { return Err(no_match(row, args)) };
    for (i, t) in ts.iter().enumerate() {
        let x = l.tuple_get(items, i as u32)?;
        let x = l.cast(&x, t, &to)?;
        acc = l.arith(BinaryOp::Add, d, &acc, &x, ErrorModel::Python)?;
    }
    Ok(acc)
}

// ----- len, range, enumerate, zip, tuple, slice -------------------------------------------

fn infer_len(row: &Row, args: &Args) -> Result<Type, CompileError> {
    match &args.get(0)?.ty {
        Type::Tuple(_) | Type::Range { .. } | Type::Str | Type::ReflectedList(_) => Ok(Type::INT),
        Type::Array(a) if a.ndim > 0 => Ok(Type::INT),
        _ => Err(no_match(row, args)),
    }
}

fn lower_len(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let v = args.get(0)?.hir()?;
    let p = l.parts(v);
    let n = match l.ty(v) {
        Type::Tuple(ts) => l.i64(ts.len() as i64),
        Type::Range { .. } => l.range_length(&p),
        Type::Array(a) => p[ArrayParts { ndim: a.ndim as usize }.shape(0)],
        Type::List(_) => l.list_length(p[0])?,
        Type::Str => p[crate::lower::text::LENGTH],
        Type::ReflectedList(_) => l.reflected_length(p[0]),
        _ => return Err(no_match(row, args)),
    };
    Ok(vec![n])
}

fn infer_range(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let mut all_unsigned = true;
    let mut all_i32 = true;
    for (i, slot) in args.slots.iter().enumerate() {
        if slot.is_none() {
            continue;
        }
        let d = scalar(row, args, i)?;
        if !is_bool_or_int(d) {
            return Err(no_match(row, args));
        }
        all_unsigned &= d == DType::U64;
        all_i32 &= matches!(d, DType::I8 | DType::I16 | DType::I32);
    }
    let dtype = match (all_unsigned, all_i32) {
        (true, _) => DType::U64,
        (_, true) => DType::I32,
        _ => DType::I64,
    };
    Ok(Type::Range { dtype, parallel: row.name() == "prange" })
}

fn lower_range(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let first = l.int_of(args.get(0)?.hir()?)?;
    let (start, stop) = match args.opt(1) {
        None => (l.i64(0), first),
        Some(stop) => (first, l.int_of(stop.hir()?)?),
    };
    let step = match args.opt(2) {
        None => l.i64(1),
        Some(step) => {
            let constant = step.int();
            let v = match constant {
                Some(c) => l.i64(c),
                None => l.int_of(step.hir()?)?,
            };
            if constant.is_none_or(|c| c == 0) {
                let zero = l.i64(0);
                let c = l.b.icmp(Cc::Eq, v, zero);
                if l.hir.ordinary {
                    l.exit_if(c, ExitReason::Domain)?;
                } else {
                    l.b.trap_if(c, TrapKind::RangeStep, &[]);
                }
            }
            v
        }
    };
    Ok(vec![start, stop, step])
}

/// One of start, stop, step.
fn lower_range_part<const PART: usize>(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    Ok(vec![l.parts(args.get(0)?.hir()?)[PART]])
}

/// Type of `iter(x)`.
pub fn iterator_type(t: &Type) -> Option<Type> {
    Some(match t {
        Type::Range { dtype, parallel } => Type::RangeIter { dtype: *dtype, parallel: *parallel },
        Type::Array(a) if a.ndim > 0 => Type::ArrayIter(*a),
        Type::Tuple(ts) if ts.iter().all(|t| *t == ts[0]) => Type::TupleIter(ts.clone()),
        Type::Str => Type::TextIter,
        Type::ReflectedList(item) => Type::ReflectedListIter(item.clone()),
        Type::RangeIter { .. } | Type::ArrayIter(_) | Type::TupleIter(_) | Type::ZipIter { .. } | Type::TextIter | Type::ReflectedListIter(_) => t.clone(),
        _ => return None,
    })
}

/// Type of the items that an iterator gives.
pub fn item_type(iter: &Type) -> Option<Type> {
    Some(match iter {
        Type::RangeIter { dtype, .. } => Type::Scalar(*dtype),
        Type::ArrayIter(a) if a.ndim <= 1 => Type::Scalar(a.dtype),
        Type::ArrayIter(a) => {
            let mut a = *a;
            a.ndim -= 1;
            if a.layout == crate::hir::types::Layout::F {
                a.layout = crate::hir::types::Layout::A;
            }
            Type::Array(a)
        }
        Type::TextIter => Type::Str,
        Type::ReflectedListIter(item) => (**item).clone(),
        Type::TupleIter(ts) => ts.first().cloned().unwrap_or(Type::Unknown),
        Type::ZipIter { enumerate, parts } => {
            let mut items = if *enumerate { vec![Type::INT] } else { vec![] };
            for p in parts.iter() {
                items.push(item_type(p)?);
            }
            Type::Tuple(items.into())
        }
        _ => return None,
    })
}

fn infer_enumerate(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let t = iterator_type(&args.get(0)?.ty).ok_or_else(|| no_match(row, args))?;
    Ok(Type::ZipIter { enumerate: true, parts: vec![t].into() })
}

fn lower_enumerate(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let start = match args.opt(1) {
        Some(a) => l.int_of(a.hir()?)?,
        None => l.i64(0),
    };
    let mut out = vec![start];
    out.extend(iterators(l, row, args, &args.slots[..1], result)?);
    Ok(out)
}

fn iterators(l: &mut Lowerer<'_>, row: &Row, args: &Args, items: &[Option<Arg>], result: hir::Value) -> Result<Parts, CompileError> {
    let Type::ZipIter { parts, .. } = l.ty(result).clone() else { return Err(no_match(row, args)) };
    let mut out = Parts::new();
    for (a, t) in items.iter().flatten().zip(parts.iter()) {
        let v = a.hir()?;
        let (from, p) = (l.ty(v).clone(), l.parts(v));
        out.extend(l.iter_of(&from, &p, t)?);
    }
    Ok(out)
}

fn infer_zip(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let parts: Option<Vec<Type>> = args.rest.iter().map(|a| iterator_type(&a.ty)).collect();
    Ok(Type::ZipIter { enumerate: false, parts: parts.ok_or_else(|| no_match(row, args))?.into() })
}

fn lower_zip(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let items: Vec<Option<Arg>> = args.rest.iter().cloned().map(Some).collect();
    iterators(l, row, args, &items, result)
}

fn infer_tuple(row: &Row, args: &Args) -> Result<Type, CompileError> {
    match args.opt(0) {
        None => Ok(Type::Tuple(Arc::from(vec![]))),
        Some(a) if matches!(a.ty, Type::Tuple(_)) => Ok(a.ty.clone()),
        _ => Err(no_match(row, args)),
    }
}

/// Start, stop, step as `slice` takes them.
fn slice_members(args: &Args) -> [Option<Arg>; 3] {
    let present = |i: usize| args.opt(i).filter(|a| a.ty != Type::None).cloned();
    if args.slots[1..].iter().all(Option::is_none) { [None, present(0), None] } else { [present(0), present(1), present(2)] }
}

fn infer_slice(_: &Row, args: &Args) -> Result<Type, CompileError> {
    let [a, b, c] = slice_members(args);
    Ok(Type::Slice { start: a.is_some(), stop: b.is_some(), step: c.is_some() })
}

fn lower_slice(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    slice_members(args).iter().flatten().map(|a| l.int_of(a.hir()?)).collect()
}

// ----- isinstance ---------------------------------------------------------------------------

/// Is a value of type `t` an instance of the class `c`?
pub fn is_instance(t: &Type, c: &ConstValue) -> Option<bool> {
    Some(match c {
        ConstValue::Tuple(items) => {
            let mut any = false;
            for i in items.iter() {
                any |= is_instance(t, i)?;
            }
            any
        }
        ConstValue::None => *t == Type::None,
        ConstValue::Global(g) => match &**g {
            Global::Library(p) => {
                let kind = t.scalar().map(DType::kind);
                match &**p {
                    "builtins.int" => matches!(kind, Some(DKind::Signed | DKind::Unsigned)),
                    "builtins.float" => kind == Some(DKind::Float),
                    "builtins.complex" => kind == Some(DKind::Complex),
                    "builtins.bool" => kind == Some(DKind::Bool),
                    "builtins.tuple" => matches!(t, Type::Tuple(_)),
                    "builtins.str" => *t == Type::Str,
                    "builtins.range" => matches!(t, Type::Range { .. }),
                    "builtins.slice" => matches!(t, Type::Slice { .. }),
                    "numpy.ndarray" => matches!(t, Type::Array(_)),
                    _ => return None,
                }
            }
            Global::DType(d) => t.scalar() == Some(*d),
            Global::NumbaType(n) => t == n,
            _ => return None,
        },
        _ => return None,
    })
}

fn lower_isinstance(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let class = args.get(1)?.constant.clone().ok_or_else(|| no_match(row, args))?;
    let known = is_instance(&args.get(0)?.ty, &class).ok_or_else(|| no_match(row, args))?;
    Ok(vec![l.b.iconst(Ty::I1, i64::from(known))])
}

// ----- attributes of numbers ----------------------------------------------------------------

fn infer_part(row: &Row, args: &Args) -> Result<Type, CompileError> {
    Ok(Type::Scalar(scalar(row, args, 0)?.real_part()))
}

fn lower_part(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let (d, p) = operand(l, args, 0)?;
    if row.name() == "real" {
        return Ok(vec![p[0]]);
    }
    if d.is_complex() {
        return Ok(vec![p[1]]);
    }
    let to = l.ty(result).clone();
    Ok(l.zero(&to))
}

fn infer_self(row: &Row, args: &Args) -> Result<Type, CompileError> {
    Ok(Type::Scalar(scalar(row, args, 0)?))
}

fn lower_conjugate(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, p) = operand(l, args, 0)?;
    if !d.is_complex() {
        return Ok(p);
    }
    Ok(vec![p[0], l.arith1(UnaryOp::Neg, d.real_part(), &p[1..])?[0]])
}

fn lower_is_integer(l: &mut Lowerer<'_>, _: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, p) = operand(l, args, 0)?;
    if !d.is_float() {
        return Ok(vec![l.b.iconst(Ty::I1, 1)]);
    }
    let t = l.b.unary(Op::Trunc, p[0]);
    let same = l.b.fcmp(Cc::Oeq, t, p[0]);
    let finite = super::ufunc::classify_value(l, "isfinite", &p);
    Ok(vec![l.b.binary(Op::And, same, finite)])
}
