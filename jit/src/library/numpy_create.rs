//! NumPy functions that make arrays.

use super::numpy_array::{array, array_type, dtype_argument, shape_ndim, shape_values};
use super::{Arg, Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::lir::{Ty, Value};
use crate::lir::op::{Cc, Op};
use crate::lower::array::expr::Expr;
use crate::lower::array::value::ArrayVal;
use crate::lower::{Lowerer, Parts};
use taipan_runtime::dtype::promote_types;
use taipan_runtime::trap::TrapKind;

const fn row(paths: &'static [&'static str], params: &'static str, infer: super::InferFn, lower: super::LowerFn) -> Row {
    Row { paths, kind: Kind::Function, params, infer, lower, ordinary: None, notes: "" }
}

/// The rows.
pub static ROWS: &[Row] = &[
    row(&["numpy.empty"], "shape, dtype=", |r, a| infer_shape(r, a, 1), |l, _, a, r| Ok(new(l, a, r, false)?.parts)),
    row(&["numpy.zeros"], "shape, dtype=", |r, a| infer_shape(r, a, 1), |l, _, a, r| Ok(new(l, a, r, true)?.parts)),
    row(&["numpy.ones"], "shape, dtype=", |r, a| infer_shape(r, a, 1), |l, _, a, r| {
        let x = new(l, a, r, false)?;
        fill_number(l, &x, 1)
    }),
    row(&["numpy.full"], "shape, fill_value, dtype=", infer_full, |l, _, a, r| {
        let x = new(l, a, r, false)?;
        fill_with(l, &x, a.get(1)?)
    }),
    row(&["numpy.empty_like"], "a, dtype=", |r, a| infer_like(r, a, 1), |l, _, a, r| Ok(like(l, a, r, false)?.parts)),
    row(&["numpy.zeros_like"], "a, dtype=", |r, a| infer_like(r, a, 1), |l, _, a, r| Ok(like(l, a, r, true)?.parts)),
    row(&["numpy.ones_like"], "a, dtype=", |r, a| infer_like(r, a, 1), |l, _, a, r| {
        let x = like(l, a, r, false)?;
        fill_number(l, &x, 1)
    }),
    row(&["numpy.full_like"], "a, fill_value, dtype=", |r, a| infer_like(r, a, 2), |l, _, a, r| {
        let x = like(l, a, r, false)?;
        fill_with(l, &x, a.get(1)?)
    }),
    row(&["numpy.arange"], "start, stop=, step=, dtype=", infer_arange, lower_arange),
    row(&["numpy.linspace"], "start, stop, num=", infer_linspace, lower_linspace),
    row(&["numpy.eye"], "N, M=", infer_eye, lower_eye),
    row(&["numpy.identity"], "N", infer_eye, lower_eye),
    row(&["numpy.array"], "object, dtype=", infer_array, lower_array),
    row(&["numpy.asarray"], "object, dtype=", infer_array, lower_asarray),
];

fn dtype_or(row: &Row, a: &Args, at: usize, default: DType) -> Result<DType, CompileError> {
    match a.opt(at) {
        None => Ok(default),
        Some(d) => dtype_argument(d).ok_or_else(|| no_match(row, a)),
    }
}

fn contiguous_type(dtype: DType, ndim: u8) -> Type {
    Type::Array(ArrayType { dtype, ndim, layout: Layout::C, readonly: false })
}

fn infer_shape(row: &Row, a: &Args, dtype_at: usize) -> Result<Type, CompileError> {
    Ok(contiguous_type(dtype_or(row, a, dtype_at, DType::F64)?, shape_ndim(a.get(0)?)?))
}

fn infer_full(row: &Row, a: &Args) -> Result<Type, CompileError> {
    let value = a.get(1)?.scalar().ok_or_else(|| no_match(row, a))?;
    Ok(contiguous_type(dtype_or(row, a, 2, value)?, shape_ndim(a.get(0)?)?))
}

fn infer_like(row: &Row, a: &Args, dtype_at: usize) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?).map_err(|_| no_match(row, a))?;
    let layout = if t.layout == Layout::F && t.ndim > 1 { Layout::F } else { Layout::C };
    Ok(Type::Array(ArrayType { dtype: dtype_or(row, a, dtype_at, t.dtype)?, layout, readonly: false, ..t }))
}

fn result_type(l: &Lowerer<'_>, result: hir::Value) -> Result<ArrayType, CompileError> {
    l.ty(result).array().ok_or_else(|| CompileError::bug("array function with another result"))
}

fn new(l: &mut Lowerer<'_>, a: &Args, result: hir::Value, zeroed: bool) -> Result<ArrayVal, CompileError> {
    let to = result_type(l, result)?;
    let shape = shape_values(l, std::slice::from_ref(a.get(0)?))?;
    Ok(checked_array(l, to, &shape, zeroed))
}

/// A new array of sizes that the program gave.
fn checked_array(l: &mut Lowerer<'_>, to: ArrayType, shape: &[Value], zeroed: bool) -> ArrayVal {
    l.check_sizes(shape, to.dtype.itemsize() as i64);
    l.new_array(to, shape, zeroed)
}

fn like(l: &mut Lowerer<'_>, a: &Args, result: hir::Value, zeroed: bool) -> Result<ArrayVal, CompileError> {
    let to = result_type(l, result)?;
    let model = array(l, a.get(0)?)?;
    let shape = model.shapes();
    Ok(l.new_array(to, &shape, zeroed))
}

fn fill_number(l: &mut Lowerer<'_>, x: &ArrayVal, n: i64) -> Result<Parts, CompileError> {
    let value = l.i64(n);
    l.fill(x, &Expr::Scalar(DType::I64, vec![value]))?;
    Ok(x.parts.clone())
}

fn fill_with(l: &mut Lowerer<'_>, x: &ArrayVal, value: &Arg) -> Result<Parts, CompileError> {
    let e = l.expr(value.hir()?)?;
    l.fill(x, &e)?;
    Ok(x.parts.clone())
}

// ----- from sequences -----------------------------------------------------------------------

/// Sizes and element type of an array made of (tuples of …) numbers.
fn shape_of_items(t: &Type, shape: &mut Vec<i64>) -> Option<DType> {
    let Type::Tuple(items) = t else { return t.scalar() };
    shape.push(items.len() as i64);
    let mut found: Option<(Vec<i64>, DType)> = None;
    for item in items.iter() {
        let mut inner = Vec::new();
        let d = shape_of_items(item, &mut inner)?;
        found = Some(match found {
            None => (inner, d),
            Some((sizes, before)) if sizes == inner => (sizes, promote_types(before, d)),
            Some(_) => return None,
        });
    }
    let (inner, d) = found?;
    shape.extend(inner);
    Some(d)
}

fn infer_array(row: &Row, a: &Args) -> Result<Type, CompileError> {
    let refuse = || no_match(row, a);
    let source = a.get(0)?;
    Ok(match &source.ty {
        Type::Array(t) => {
            let layout = if t.layout == Layout::F { Layout::F } else { Layout::C };
            Type::Array(ArrayType { dtype: dtype_or(row, a, 1, t.dtype)?, layout, readonly: false, ..*t })
        }
        Type::ReflectedList(item) if **item == Type::Unknown => Type::Unknown,
        Type::ReflectedList(item) => contiguous_type(dtype_or(row, a, 1, item.scalar().ok_or_else(refuse)?)?, 1),
        Type::Tuple(items) if items.is_empty() => contiguous_type(dtype_or(row, a, 1, DType::F64)?, 1),
        t => {
            let mut shape = Vec::new();
            let d = shape_of_items(t, &mut shape).ok_or_else(refuse)?;
            contiguous_type(dtype_or(row, a, 1, d)?, shape.len() as u8)
        }
    })
}

fn lower_array(l: &mut Lowerer<'_>, row: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = result_type(l, result)?;
    let element = Type::Scalar(to.dtype);
    let source = a.get(0)?;
    let v = source.hir()?;
    match &source.ty {
        Type::Array(_) => {
            let made = like(l, a, result, false)?;
            let e = l.expr(v)?;
            l.assign_elements(&e, &made)?;
            Ok(made.parts)
        }
        Type::ReflectedList(item) => {
            let list = l.parts(v)[0];
            let n = l.reflected_length(list);
            let made = checked_array(l, to, &[n], false);
            let mut failed = None;
            l.counted_loop(n, &[], false, &mut |l, i, _| {
                let x = l.reflected_get(list, item, i);
                match l.cast(&x, item, &element) {
                    Ok(x) => {
                        let at = l.b.op(Op::PtrIndex, Ty::Ptr, &[made.data(), i], to.dtype.itemsize() as i64);
                        l.store_element(at, &x);
                    }
                    Err(e) => failed = Some(e),
                }
                vec![]
            });
            l.keep(&[list, made.owner()]);
            failed.map_or(Ok(made.parts), Err)
        }
        t => {
            let mut sizes = Vec::new();
            shape_of_items(t, &mut sizes).or((*t == Type::Tuple([].into())).then_some(DType::F64)).ok_or_else(|| no_match(row, a))?;
            let shape: Vec<Value> = sizes.iter().map(|n| l.i64(*n)).collect();
            let made = checked_array(l, to, &shape, false);
            let mut leaves = Vec::new();
            leaf_types(t, &mut leaves);
            let p = l.parts(v);
            let mut at = 0;
            for (i, t) in leaves.iter().enumerate() {
                let n = crate::abi::flatten(t).len();
                let x = l.cast(&p[at..at + n], t, &element)?;
                at += n;
                let i = l.i64(i as i64);
                let place = l.b.op(Op::PtrIndex, Ty::Ptr, &[made.data(), i], to.dtype.itemsize() as i64);
                l.store_element(place, &x);
            }
            l.keep(&[made.owner()]);
            Ok(made.parts)
        }
    }
}

/// The numbers of nested tuples, in order.
fn leaf_types(t: &Type, out: &mut Vec<Type>) {
    match t {
        Type::Tuple(items) => items.iter().for_each(|t| leaf_types(t, out)),
        t => out.push(t.clone()),
    }
}

fn lower_asarray(l: &mut Lowerer<'_>, row: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    match l.array(a.get(0)?.hir()?) {
        Some(x) if x.ty == result_type(l, result)? => Ok(x.parts),
        _ => lower_array(l, row, a, result),
    }
}

// ----- ranges -------------------------------------------------------------------------------

fn infer_arange(row: &Row, a: &Args) -> Result<Type, CompileError> {
    let mut dtype = DType::I64;
    for arg in a.slots[..3].iter().flatten() {
        match arg.scalar().map(|d| d.kind()) {
            Some(taipan_runtime::dtype::Kind::Float) => dtype = DType::F64,
            Some(taipan_runtime::dtype::Kind::Complex) | None => return Err(no_match(row, a)),
            Some(_) => {}
        }
    }
    Ok(contiguous_type(dtype_or(row, a, 3, dtype)?, 1))
}

fn lower_arange(l: &mut Lowerer<'_>, _: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = result_type(l, result)?;
    let float = a.slots[..3].iter().flatten().any(|x| x.scalar().is_some_and(|d| d.is_inexact()));
    let work = if float { DType::F64 } else { DType::I64 };
    let t = Type::Scalar(work);
    let number = |l: &mut Lowerer<'_>, n: i64| l.number(work, n as f64, 0.0, n)[0];
    let (start, stop) = match (a.opt(0), a.opt(1)) {
        (Some(first), Some(second)) => (l.parts_as(first.hir()?, &t)?[0], l.parts_as(second.hir()?, &t)?[0]),
        (Some(only), None) => (number(l, 0), l.parts_as(only.hir()?, &t)?[0]),
        _ => return Err(CompileError::bug("arange without arguments")),
    };
    let step = match a.opt(2) {
        Some(s) => l.parts_as(s.hir()?, &t)?[0],
        None => number(l, 1),
    };
    let zero = number(l, 0);
    let none = if float { l.b.fcmp(Cc::Oeq, step, zero) } else { l.b.icmp(Cc::Eq, step, zero) };
    l.trap_text_if(none, TrapKind::ValueText, "Maximum allowed size exceeded");
    let length = if float { float_length(l, start, stop, step) } else { int_length(l, start, stop, step) };
    let x = checked_array(l, to, &[length], false);
    ramp(l, &x, work, start, step)
}

/// `ceil((stop - start) / step)`, at least 0.
fn float_length(l: &mut Lowerer<'_>, start: Value, stop: Value, step: Value) -> Value {
    let fast = std::mem::take(&mut l.b.fast);
    let span = l.b.binary(Op::Fsub, stop, start);
    let count = l.b.binary(Op::Fdiv, span, step);
    let count = l.b.unary(Op::Ceil, count);
    let limit = l.b.fconst(crate::lir::Ty::F64, 9.0e18);
    let fits = l.b.fcmp(Cc::Olt, count, limit);
    let bad = l.not(fits);
    l.trap_text_if(bad, TrapKind::ValueText, "Maximum allowed size exceeded");
    let zero = l.b.fconst(crate::lir::Ty::F64, 0.0);
    let some = l.b.fcmp(Cc::Ogt, count, zero);
    let count = l.b.select(some, count, zero);
    l.b.fast = fast;
    l.b.op(Op::Fptosi, crate::lir::Ty::I64, &[count], 0)
}

fn int_length(l: &mut Lowerer<'_>, start: Value, stop: Value, step: Value) -> Value {
    let zero = l.i64(0);
    let one = l.i64(1);
    let up = l.b.icmp(Cc::Sgt, step, zero);
    // (span + step - sign) / step, rounded toward zero, where span has step's sign.
    let span = l.b.binary(Op::Isub, stop, start);
    let minus = l.i64(-1);
    let sign = l.b.select(up, one, minus);
    let reach = l.b.binary(Op::Iadd, span, step);
    let reach = l.b.binary(Op::Isub, reach, sign);
    let count = l.b.binary(Op::Sdiv, reach, step);
    let forward = l.b.icmp(Cc::Slt, start, stop);
    let backward = l.b.icmp(Cc::Sgt, start, stop);
    let some = l.b.select(up, forward, backward);
    l.b.select(some, count, zero)
}

/// Element i = start + i * step, computed in `work`.
fn ramp(l: &mut Lowerer<'_>, x: &ArrayVal, work: DType, start: Value, step: Value) -> Result<Parts, CompileError> {
    let (n, dtype) = (x.shape(0), x.ty.dtype);
    l.counted_loop(n, &[], true, &mut |l, i, _| {
        let at = l.step_address(x, x.data(), 0, i);
        let i = l.cast_scalar(&[i], DType::I64, work)[0];
        let (mul, add) = if work == DType::F64 { (Op::Fmul, Op::Fadd) } else { (Op::Imul, Op::Iadd) };
        let offset = l.b.binary(mul, i, step);
        let v = l.b.binary(add, start, offset);
        let parts = l.cast_scalar(&[v], work, dtype);
        l.store_element(at, &parts);
        vec![]
    });
    Ok(x.parts.clone())
}

fn infer_linspace(row: &Row, a: &Args) -> Result<Type, CompileError> {
    let real = |i: usize| a.opt(i).is_none_or(|x| x.scalar().is_some_and(|d| d.kind() != taipan_runtime::dtype::Kind::Complex));
    let count = a.opt(2).is_none_or(|x| x.scalar().is_some_and(|d| d.is_integer()));
    if !real(0) || !real(1) || !count {
        return Err(no_match(row, a));
    }
    Ok(contiguous_type(DType::F64, 1))
}

fn lower_linspace(l: &mut Lowerer<'_>, _: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = result_type(l, result)?;
    let start = l.parts_as(a.get(0)?.hir()?, &Type::FLOAT)?[0];
    let stop = l.parts_as(a.get(1)?.hir()?, &Type::FLOAT)?[0];
    let n = match a.opt(2) {
        Some(n) => l.int_of(n.hir()?)?,
        None => l.i64(50),
    };
    let (zero, one) = (l.i64(0), l.i64(1));
    let negative = l.b.icmp(Cc::Slt, n, zero);
    l.trap_text_if(negative, TrapKind::ValueText, "Number of samples must be non-negative.");
    let x = checked_array(l, to, &[n], false);
    let steps = l.b.binary(Op::Isub, n, one);
    let several = l.b.icmp(Cc::Sgt, steps, zero);
    let divisor = l.b.select(several, steps, one);
    let divisor = l.cast_scalar(&[divisor], DType::I64, DType::F64)[0];
    let span = l.b.binary(Op::Fsub, stop, start);
    let step = l.b.binary(Op::Fdiv, span, divisor);
    l.counted_loop(n, &[], true, &mut |l, i, _| {
        let at = l.step_address(&x, x.data(), 0, i);
        let last = l.b.icmp(Cc::Eq, i, steps);
        let ends = l.b.binary(Op::And, last, several);
        let f = l.cast_scalar(&[i], DType::I64, DType::F64)[0];
        let offset = l.b.binary(Op::Fmul, f, step);
        let v = l.b.binary(Op::Fadd, offset, start);
        let v = l.b.select(ends, stop, v);
        l.store_element(at, &[v]);
        vec![]
    });
    Ok(x.parts)
}

fn infer_eye(row: &Row, a: &Args) -> Result<Type, CompileError> {
    if a.all().any(|x| !x.scalar().is_some_and(|d| d.is_integer())) {
        return Err(no_match(row, a));
    }
    Ok(contiguous_type(DType::F64, 2))
}

fn lower_eye(l: &mut Lowerer<'_>, _: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = result_type(l, result)?;
    let rows = l.int_of(a.get(0)?.hir()?)?;
    let columns = match a.opt(1) {
        Some(m) => l.int_of(m.hir()?)?,
        None => rows,
    };
    let x = checked_array(l, to, &[rows, columns], true);
    let fewer = l.b.icmp(Cc::Slt, rows, columns);
    let n = l.b.select(fewer, rows, columns);
    l.counted_loop(n, &[], true, &mut |l, i, _| {
        let row = l.step_address(&x, x.data(), 0, i);
        let at = l.step_address(&x, row, 1, i);
        let one = l.b.fconst(crate::lir::Ty::F64, 1.0);
        l.store_element(at, &[one]);
        vec![]
    });
    Ok(x.parts)
}
