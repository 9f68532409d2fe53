//! NumPy functions of arrays and array methods: attributes, reductions,
//! changes of shape, products. Functions that make arrays are in
//! `numpy_create`.

use super::{Arg, Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::hir::value::Global;
use crate::lower::array::expr::{Expr, What, apply};
use crate::lower::array::kernel::KernelArg;
use crate::lower::array::reduce::reduction;
use crate::lower::array::typing;
use crate::lower::array::value::ArrayVal;
use crate::lower::{Lowerer, Parts};
use crate::lir::Value;
use std::sync::Arc;
use taipan_runtime::trap::TrapKind;

/// A row of the given kind.
const fn row(
    paths: &'static [&'static str],
    kind: Kind,
    params: &'static str,
    infer: super::InferFn,
    lower: super::LowerFn,
) -> Row {
    Row { paths, kind, params, infer, lower, ordinary: None, notes: "" }
}

macro_rules! reductions {
    ($( $name:literal $($alias:literal)*, $notes:literal; )*) => {
        &[ $(
            Row {
                paths: &[concat!("numpy.", $name) $(, concat!("numpy.", $alias))*],
                kind: Kind::Function, params: "a, axis=", infer: infer_reduction, lower: lower_reduction,
                ordinary: None, notes: $notes,
            },
            Row {
                paths: &[concat!("array.", $name)],
                kind: Kind::Method, params: "a, axis=", infer: infer_reduction, lower: lower_reduction,
                ordinary: None, notes: $notes,
            },
        )* ]
    };
}

/// Reductions: one list for functions and methods.
pub static REDUCTION_ROWS: &[Row] = reductions! {
    "sum", "axis may be a constant";
    "prod", "axis may be a constant";
    "min" "amin", "axis may be a constant";
    "max" "amax", "axis may be a constant";
    "any", "axis may be a constant";
    "all", "axis may be a constant";
    "mean", "axis may be a constant";
    "var", "without axis";
    "std", "without axis";
    "argmin", "axis may be a constant";
    "argmax", "axis may be a constant";
};

/// Attributes, shapes, products.
pub static ROWS: &[Row] = &[
    row(&["array.shape"], Kind::Property, "a", infer_shape, lower_shape),
    row(&["array.strides"], Kind::Property, "a", infer_shape, lower_strides),
    row(&["array.size"], Kind::Property, "a", |_, _| Ok(Type::INT), |l, _, a, _| {
        let x = array(l, a.get(0)?)?;
        Ok(vec![l.array_size(&x)])
    }),
    row(&["array.ndim"], Kind::Property, "a", |_, _| Ok(Type::INT), |l, _, a, _| {
        let ndim = array_type(a.get(0)?)?.ndim;
        Ok(vec![l.i64(i64::from(ndim))])
    }),
    row(&["array.itemsize"], Kind::Property, "a", |_, _| Ok(Type::INT), |l, _, a, _| {
        let d = array_type(a.get(0)?)?.dtype;
        Ok(vec![l.i64(d.itemsize() as i64)])
    }),
    row(&["array.nbytes"], Kind::Property, "a", |_, _| Ok(Type::INT), |l, _, a, _| {
        let x = array(l, a.get(0)?)?;
        let (n, width) = (l.array_size(&x), l.i64(x.itemsize()));
        Ok(vec![l.b.binary(crate::lir::op::Op::Imul, n, width)])
    }),
    row(&["array.dtype"], Kind::Property, "a", |_, a| {
        Ok(Type::Global(Arc::new(Global::DType(array_type(a.get(0)?)?.dtype))))
    }, |_, _, _, _| Ok(Parts::new())),
    row(&["array.T"], Kind::Property, "a", infer_transpose, lower_transpose),
    row(&["array.transpose", ], Kind::Method, "a", infer_transpose, lower_transpose),
    row(&["numpy.transpose"], Kind::Function, "a", infer_transpose, lower_transpose),
    row(&["array.real"], Kind::Property, "a", infer_part, lower_part),
    row(&["array.imag"], Kind::Property, "a", infer_part, lower_part),
    row(&["array.copy"], Kind::Method, "a", infer_copy, lower_copy),
    row(&["numpy.copy", "numpy.ascontiguousarray"], Kind::Function, "a", infer_copy, lower_copy),
    row(&["array.flatten"], Kind::Method, "a", infer_flat, |l, _, a, _| {
        let x = array(l, a.get(0)?)?;
        let copy = copied(l, x)?;
        flat(l, &copy)
    }),
    row(&["array.ravel"], Kind::Method, "a", infer_flat, lower_ravel),
    row(&["numpy.ravel"], Kind::Function, "a", infer_flat, lower_ravel),
    row(&["array.reshape"], Kind::Method, "a, *shape", infer_reshape, lower_reshape),
    row(&["numpy.reshape"], Kind::Function, "a, *shape", infer_reshape, lower_reshape),
    row(&["array.astype"], Kind::Method, "a, dtype", infer_astype, lower_astype),
    row(&["array.fill"], Kind::Method, "a, value", |_, a| {
        array_type(a.get(0)?)?;
        Ok(Type::None)
    }, |l, _, a, _| {
        let x = array(l, a.get(0)?)?;
        let value = l.expr(a.get(1)?.hir()?)?;
        l.fill(&x, &value)?;
        Ok(Parts::new())
    }),
    row(&["array.item"], Kind::Method, "a", |_, a| Ok(Type::Scalar(array_type(a.get(0)?)?.dtype)), |l, _, a, _| {
        let x = array(l, a.get(0)?)?;
        let (n, one) = (l.array_size(&x), l.i64(1));
        let many = l.b.icmp(crate::lir::op::Cc::Ne, n, one);
        l.trap_text_if(many, taipan_runtime::trap::TrapKind::ValueText, "can only convert an array of size 1 to a Python scalar");
        Ok(l.load_element(x.ty.dtype, x.data()))
    }),
    row(&["numpy.sort"], Kind::Function, "a", infer_copy, lower_kernel),
    row(&["numpy.argsort"], Kind::Function, "a", infer_argsort, lower_kernel),
    row(&["array.argsort"], Kind::Method, "a", infer_argsort, lower_kernel),
    row(&["numpy.cumsum"], Kind::Function, "a", infer_cumulative, lower_kernel),
    row(&["array.cumsum"], Kind::Method, "a", infer_cumulative, lower_kernel),
    row(&["numpy.cumprod"], Kind::Function, "a", infer_cumulative, lower_kernel),
    row(&["array.cumprod"], Kind::Method, "a", infer_cumulative, lower_kernel),
    row(&["numpy.dot", "numpy.matmul"], Kind::Function, "a, b", infer_dot, lower_dot),
    row(&["array.dot"], Kind::Method, "a, b", infer_dot, lower_dot),
    row(&["numpy.where"], Kind::Function, "condition, x, y", infer_where, lower_where),
    row(&["numpy.shape"], Kind::Function, "a", infer_shape, lower_shape),
    row(&["numpy.size"], Kind::Function, "a", |_, a| {
        array_type(a.get(0)?)?;
        Ok(Type::INT)
    }, |l, _, a, _| {
        let x = array(l, a.get(0)?)?;
        Ok(vec![l.array_size(&x)])
    }),
];

/// The array type of an argument.
///
/// # Errors
/// A typing error for other types.
pub fn array_type(a: &Arg) -> Result<ArrayType, CompileError> {
    a.ty.array().ok_or_else(|| CompileError::typing(format!("expected an array, got {}", a.ty)))
}

/// The argument as an array in memory.
///
/// # Errors
/// Operations without scalar form inside a fused expression.
pub fn array(l: &mut Lowerer<'_>, a: &Arg) -> Result<ArrayVal, CompileError> {
    l.materialised(a.hir()?)
}

fn infer_shape(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let ndim = array_type(a.get(0)?)?.ndim as usize;
    Ok(Type::Tuple(vec![Type::INT; ndim].into()))
}

fn lower_shape(l: &mut Lowerer<'_>, _: &Row, a: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    Ok(array(l, a.get(0)?)?.shapes())
}

fn lower_strides(l: &mut Lowerer<'_>, _: &Row, a: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    Ok(array(l, a.get(0)?)?.strides())
}

// ----- reductions ---------------------------------------------------------------------------

/// Reductions whose kernel takes an axis.
const WITH_AXIS: [&str; 9] = ["sum", "prod", "min", "max", "any", "all", "mean", "argmin", "argmax"];

fn infer_reduction(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let what = reduction(row.name()).ok_or_else(|| CompileError::bug("reduction without row"))?;
    let a = array_type(args.get(0)?).map_err(|_| no_match(row, args))?;
    if matches!(what.name, "min" | "max") && a.dtype.kind() == taipan_runtime::dtype::Kind::Complex {
        return Err(no_match(row, args));
    }
    let dtype = what.accumulate.result(a.dtype);
    match args.opt(1) {
        None => Ok(Type::Scalar(dtype)),
        Some(axis) => {
            if !WITH_AXIS.contains(&what.name) || !axis.scalar().is_some_and(|d| d.is_integer()) {
                return Err(CompileError::unsupported("T0505", format!("{}() with axis={}", row.paths[0], axis.ty)));
            }
            if a.ndim <= 1 {
                return Ok(Type::Scalar(dtype));
            }
            Ok(Type::Array(ArrayType { dtype, ndim: a.ndim - 1, layout: Layout::C, readonly: false }))
        }
    }
}

fn lower_reduction(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let what = reduction(row.name()).ok_or_else(|| CompileError::bug("reduction without row"))?;
    let v = args.get(0)?.hir()?;
    if let (Some(axis), Type::Array(ArrayType { ndim: 1, .. })) = (args.opt(1), &args.get(0)?.ty) {
        let at = l.int_of(axis.hir()?)?;
        let one = l.i64(1);
        let from_one = l.b.binary(crate::lir::op::Op::Iadd, at, one);
        let bad = l.b.icmp(crate::lir::op::Cc::Ugt, from_one, one);
        let which = axis.int().map_or(String::new(), |k| format!(" {k}"));
        l.trap_text_if(bad, TrapKind::AxisText, &format!("axis{which} is out of bounds for array of dimension 1"));
    }
    let (Some(axis), Some(to)) = (args.opt(1), l.ty(result).array()) else {
        let to = l.ty(result).scalar().ok_or_else(|| CompileError::bug("reduction to no scalar"))?;
        return l.reduce_all(what, v, to);
    };
    let a = l.materialised(v)?;
    let axis = l.int_of(axis.hir()?)?;
    if what.name == "mean" {
        let summed = typing::Accumulate::Wide.result(a.ty.dtype);
        let sum = l.kernel("sum_axis", &[KernelArg::Array(a.clone()), KernelArg::Int(axis)], ArrayType { dtype: summed, ..to })?;
        let (all, left) = (l.array_size(&a), l.array_size(&sum));
        let (zero, one) = (l.i64(0), l.i64(1));
        let none = l.b.icmp(crate::lir::op::Cc::Eq, left, zero);
        let left = l.b.select(none, one, left);
        let n = l.b.binary(crate::lir::op::Op::Sdiv, all, left);
        let e = apply(
            &What::Ufunc("divide".into()),
            vec![Expr::Array(sum), Expr::Scalar(DType::I64, vec![n])],
            to.dtype,
        )?;
        return Ok(l.materialise(&e, to)?.parts);
    }
    let name = format!("{}_axis", what.name);
    Ok(l.kernel(&name, &[KernelArg::Array(a), KernelArg::Int(axis)], to)?.parts)
}

// ----- shape --------------------------------------------------------------------------------

fn infer_transpose(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    let layout = match t.layout {
        _ if t.ndim < 2 => t.layout,
        Layout::C => Layout::F,
        Layout::F => Layout::C,
        Layout::A => Layout::A,
    };
    Ok(Type::Array(ArrayType { layout, ..t }))
}

fn lower_transpose(l: &mut Lowerer<'_>, _: &Row, a: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let x = array(l, a.get(0)?)?;
    let mut parts = vec![x.owner(), x.data()];
    parts.extend(x.shapes().into_iter().rev());
    parts.extend(x.strides().into_iter().rev());
    Ok(parts)
}

fn infer_part(row: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    if t.dtype.kind() != taipan_runtime::dtype::Kind::Complex {
        return if row.name() == "real" {
            Ok(Type::Array(t))
        } else {
            Err(CompileError::unsupported("T0506", "imag of a real array"))
        };
    }
    Ok(Type::Array(ArrayType { dtype: t.dtype.real_part(), layout: Layout::A, ..t }))
}

fn lower_part(l: &mut Lowerer<'_>, row: &Row, a: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let mut x = array(l, a.get(0)?)?;
    if row.name() == "imag" {
        let half = l.i64(x.itemsize() / 2);
        x.parts[1] = l.b.op(crate::lir::op::Op::PtrAdd, crate::lir::Ty::Ptr, &[x.data(), half], 0);
    }
    Ok(x.parts)
}

/// The type of a fresh copy: Fortran order stays, everything else becomes C.
fn fresh(t: ArrayType) -> ArrayType {
    let layout = if t.layout == Layout::F && t.ndim > 1 { Layout::F } else { Layout::C };
    ArrayType { layout, readonly: false, ..t }
}

fn infer_copy(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    Ok(Type::Array(ArrayType { layout: Layout::C, readonly: false, ..t }))
}

fn lower_copy(l: &mut Lowerer<'_>, _: &Row, a: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let x = array(l, a.get(0)?)?;
    Ok(copied(l, x)?.parts)
}

fn copied(l: &mut Lowerer<'_>, x: ArrayVal) -> Result<ArrayVal, CompileError> {
    let to = ArrayType { layout: Layout::C, readonly: false, ..x.ty };
    l.kernel("copy", &[KernelArg::Array(x)], to)
}

fn infer_flat(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    Ok(Type::Array(ArrayType { ndim: 1, layout: Layout::C, ..t }))
}

fn lower_ravel(l: &mut Lowerer<'_>, _: &Row, a: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let x = contiguous(l, a)?;
    flat(l, &x)
}

/// The argument in C order: itself if its type says so, else a copy.
fn contiguous(l: &mut Lowerer<'_>, a: &Args) -> Result<ArrayVal, CompileError> {
    let x = array(l, a.get(0)?)?;
    if x.ty.layout == Layout::C { Ok(x) } else { copied(l, x) }
}

/// One-dimensional view of an array in C order.
fn flat(l: &mut Lowerer<'_>, x: &ArrayVal) -> Result<Parts, CompileError> {
    let (n, width) = (l.array_size(x), l.i64(x.itemsize()));
    Ok(vec![x.owner(), x.data(), n, width])
}

/// The dimensions that a shape argument (one int, one tuple, several ints) gives.
fn shape_arguments(args: &[Arg]) -> Result<usize, CompileError> {
    let int = |t: &Type| t.scalar().is_some_and(|d| d.is_integer());
    match args {
        [one] => match &one.ty {
            Type::Tuple(ts) if ts.iter().all(int) => Ok(ts.len()),
            t if int(t) => Ok(1),
            t => Err(CompileError::typing(format!("a shape must be an integer or a tuple of integers, got {t}"))),
        },
        many if many.iter().all(|a| int(&a.ty)) => Ok(many.len()),
        _ => Err(CompileError::typing("a shape must be an integer or a tuple of integers")),
    }
}

/// The sizes of a shape argument as i64 values.
///
/// # Errors
/// Types that are no shape.
pub fn shape_values(l: &mut Lowerer<'_>, args: &[Arg]) -> Result<Vec<Value>, CompileError> {
    let n = shape_arguments(args)?;
    let to = Type::Tuple(vec![Type::INT; n].into());
    match args {
        [one] if matches!(one.ty, Type::Tuple(_)) => l.parts_as(one.hir()?, &to),
        _ => args.iter().map(|a| l.int_of(a.hir()?)).collect(),
    }
}

/// Number of dimensions that a shape argument asks for.
///
/// # Errors
/// Types that are no shape.
pub fn shape_ndim(a: &Arg) -> Result<u8, CompileError> {
    shape_arguments(std::slice::from_ref(a)).map(|n| n as u8)
}

fn infer_reshape(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    let ndim = shape_arguments(&a.rest)? as u8;
    Ok(Type::Array(ArrayType { ndim, layout: Layout::C, ..t }))
}

fn lower_reshape(l: &mut Lowerer<'_>, _: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let x = contiguous(l, a)?;
    let mut args = vec![KernelArg::Array(x)];
    args.extend(shape_values(l, &a.rest)?.into_iter().map(KernelArg::Int));
    let to = l.ty(result).array().ok_or_else(|| CompileError::bug("reshape to no array"))?;
    Ok(l.kernel("reshape", &args, to)?.parts)
}

/// The dtype that an argument names: a dtype or scalar type, a Numba type,
/// `int`, `float`, `bool`, `complex`, or a constant text.
pub fn dtype_argument(a: &Arg) -> Option<DType> {
    match &a.ty {
        Type::Global(g) => match &**g {
            Global::DType(d) => Some(*d),
            Global::NumbaType(Type::Scalar(d)) => Some(*d),
            Global::Library(p) => match &**p {
                "builtins.int" => Some(DType::I64),
                "builtins.float" => Some(DType::F64),
                "builtins.bool" => Some(DType::Bool),
                "builtins.complex" => Some(DType::C128),
                _ => None,
            },
            _ => None,
        },
        Type::Str => a.text().and_then(dtype_text),
        _ => None,
    }
}

/// A dtype by name or by kind and size: `float32`, `f4`, `<i8`.
fn dtype_text(s: &str) -> Option<DType> {
    let s = s.trim_start_matches(['<', '=', '|']);
    let mut letters = s.chars();
    let kind = letters.next()?;
    DType::from_name(s).or_else(|| DType::from_kind_size(kind, letters.as_str().parse().ok()?))
}

fn infer_astype(row: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    let dtype = dtype_argument(a.get(1)?).ok_or_else(|| no_match(row, a))?;
    Ok(Type::Array(ArrayType { dtype, ..fresh(t) }))
}

fn lower_astype(l: &mut Lowerer<'_>, _: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).array().ok_or_else(|| CompileError::bug("astype to no array"))?;
    let e = l.expr(a.get(0)?.hir()?)?;
    let e = apply(&What::Cast, vec![e], to.dtype)?;
    Ok(l.materialise(&e, to)?.parts)
}

// ----- kernels of one array ------------------------------------------------------------------

fn infer_argsort(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    Ok(Type::Array(ArrayType { dtype: DType::I64, layout: Layout::C, readonly: false, ..t }))
}

fn infer_cumulative(_: &Row, a: &Args) -> Result<Type, CompileError> {
    let t = array_type(a.get(0)?)?;
    let dtype = typing::Accumulate::Wide.result(t.dtype);
    Ok(Type::Array(ArrayType { dtype, ndim: 1, layout: Layout::C, readonly: false }))
}

/// The kernel of the row's name, on one array.
fn lower_kernel(l: &mut Lowerer<'_>, row: &Row, a: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let x = array(l, a.get(0)?)?;
    let to = l.ty(result).array().ok_or_else(|| CompileError::bug("array kernel with another result"))?;
    Ok(l.kernel(row.name(), &[KernelArg::Array(x)], to)?.parts)
}

// ----- products and choice ------------------------------------------------------------------

fn infer_dot(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let (Some(a), Some(b)) = (args.get(0)?.ty.array(), args.get(1)?.ty.array()) else {
        return Err(no_match(row, args));
    };
    dot_type(a, b).ok_or_else(|| no_match(row, args))
}

/// Type of `a @ b`: vectors and matrices only.
pub fn dot_type(a: ArrayType, b: ArrayType) -> Option<Type> {
    let dtype = taipan_runtime::dtype::promote_types(a.dtype, b.dtype);
    let ndim = match (a.ndim, b.ndim) {
        (1, 1) => return Some(Type::Scalar(dtype)),
        (1, 2) | (2, 1) => 1,
        (2, 2) => 2,
        _ => return None,
    };
    Some(Type::Array(ArrayType { dtype, ndim, layout: Layout::C, readonly: false }))
}

fn lower_dot(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    crate::lower::array::matmul(l, args.get(0)?.hir()?, args.get(1)?.hir()?, result)
}

fn infer_where(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let types: Vec<&Type> = args.all().map(|a| &a.ty).collect();
    if types.iter().any(|t| t.array().is_some()) {
        return typing::where_type(&types).map_err(|_| no_match(row, args));
    }
    match (types[0].scalar(), types[1].scalar(), types[2].scalar()) {
        (Some(_), Some(a), Some(b)) => Ok(Type::Scalar(taipan_runtime::dtype::promote_types(a, b))),
        _ => Err(no_match(row, args)),
    }
}

fn lower_where(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let values = args.all().map(Arg::hir).collect::<Result<Vec<_>, _>>()?;
    if l.ty(result).array().is_some() {
        return crate::lower::array::elementwise_op(l, &What::Where, &values, result);
    }
    let to = l.ty(result).clone();
    let c = l.truth(values[0])?;
    let (a, b) = (l.parts_as(values[1], &to)?, l.parts_as(values[2], &to)?);
    Ok(a.iter().zip(&b).map(|(x, y)| l.b.select(c, *x, *y)).collect())
}
