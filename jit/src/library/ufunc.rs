//! NumPy's ufuncs in compiled code, on scalars and inside array expressions.
//!
//! Which loop runs follows Numba: the first loop of the ufunc's table that all
//! operand types cast to safely, half-precision loops left out unless an
//! operand is float16. How a loop becomes LIR is looked up in [`LOWERINGS`];
//! loops without a row call the runtime's own loop on one element.

use super::{Args, Kind, Row};
use crate::abi::{flatten, is_complex, scalar_ty};
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, BinaryOp, CompareOp, UnaryOp};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use crate::lower::{Lowerer, Parts};
use std::sync::LazyLock;
use taipan_runtime::dtype::{Casting, Kind as DKind, can_cast};
use taipan_runtime::ufunc::{ALIASES, UFUNCS, Ufunc};

/// A loop chosen for operand types.
#[derive(Clone, Debug)]
pub struct Loop {
    pub name: &'static str,
    /// Positions in `UFUNCS` and in the ufunc's loops.
    ufunc: usize,
    row: usize,
    /// Types the operands are cast to.
    pub inputs: Vec<DType>,
    pub output: DType,
}

/// Chooses the loop of ufunc `name` for operand dtypes.
///
/// # Errors
/// Unknown ufuncs, types without a loop.
pub fn resolve(name: &str, types: &[DType]) -> Result<Loop, CompileError> {
    let name = ALIASES.iter().find(|a| a.0 == name).map_or(name, |a| a.1);
    let (ufunc, u) = UFUNCS
        .iter()
        .enumerate()
        .find(|(_, u)| u.name == name)
        .ok_or_else(|| CompileError::unsupported("T0501", format!("use of unsupported function numpy.{name}")))?;
    if u.nout != 1 || u.nin != types.len() {
        return Err(CompileError::typing(format!("numpy.{name} takes {} arguments, {} given", u.nin, types.len())));
    }
    let half = types.contains(&DType::F16);
    // Integers beside floats cast to any float type.
    let mixed = types.iter().any(|t| t.is_integer()) && types.iter().any(|t| t.is_inexact());
    let casts = |from: DType, to: DType| can_cast(from, to, Casting::Safe) || (mixed && from.is_integer() && to.is_inexact());
    let fits = |row: &usize| {
        let t = &u.loops[*row].types;
        let no_half = half || !t[..=u.nin].contains(&DType::F16);
        no_half && types.iter().zip(t).all(|(from, to)| casts(*from, *to))
    };
    let exact = |row: &usize| types.iter().zip(&u.loops[*row].types).all(|(from, to)| from == to);
    let n = u.loops.len();
    let row = (0..n).find(exact).or_else(|| (0..n).find(fits));
    let row = row.ok_or_else(|| {
        let list: Vec<&str> = types.iter().map(|t| crate::hir::types::scalar_name(*t)).collect();
        CompileError::typing(format!("No implementation of function ufunc({name}) found for signature: {name}({})", list.join(", ")))
    })?;
    let t = &u.loops[row].types;
    Ok(Loop { name: u.name, ufunc, row, inputs: t[..u.nin].to_vec(), output: t[u.nin] })
}

/// Result type of ufunc `name` on operands of these types: scalars give a
/// scalar, arrays broadcast.
///
/// # Errors
/// As [`resolve`]; operands that are neither.
pub fn result_type(name: &str, operands: &[&Type]) -> Result<Type, CompileError> {
    let mut dtypes = Vec::new();
    let mut arrays: Vec<ArrayType> = Vec::new();
    for t in operands {
        match t {
            Type::Scalar(d) => dtypes.push(*d),
            Type::Optional(inner) if inner.scalar().is_some() => dtypes.extend(inner.scalar()),
            Type::Array(a) => {
                dtypes.push(a.dtype);
                arrays.push(*a);
            }
            _ => return Err(CompileError::typing(format!("numpy.{name} is not defined for {t}"))),
        }
    }
    let l = resolve(name, &dtypes)?;
    let Some(ndim) = arrays.iter().map(|a| a.ndim).max() else { return Ok(Type::Scalar(l.output)) };
    if ndim == 0 {
        return Ok(Type::Scalar(l.output));
    }
    let f = arrays.iter().filter(|a| a.ndim == ndim).all(|a| a.layout == Layout::F) && ndim > 1;
    Ok(Type::Array(ArrayType { dtype: l.output, ndim, layout: if f { Layout::F } else { Layout::C }, readonly: false }))
}

/// Lowers one element: `operands` are of types `l.inputs`, the result is of
/// type `l.output`.
///
/// # Errors
/// None for loops that [`resolve`] chose.
pub fn lower(b: &mut Lowerer<'_>, l: &Loop, operands: &[Parts]) -> Result<Parts, CompileError> {
    let half = l.inputs.contains(&DType::F16);
    if !half && let Some((_, f)) = LOWERINGS.iter().find(|r| r.0 == l.name) && let Some(parts) = f(b, l, operands)? {
        return Ok(parts);
    }
    Ok(runtime_loop(b, l, operands))
}

/// Calls the runtime's loop on one element, through the stack.
pub fn runtime_loop(b: &mut Lowerer<'_>, l: &Loop, operands: &[Parts]) -> Parts {
    // Addresses, then 16 bytes an operand.
    let n = operands.len() + 1;
    let block = b.stack(8 * n as i64 + 8 + 16 * n as i64);
    let data = |i: usize| (8 * n as i64 + 15) / 16 * 16 + 16 * i as i64;
    for i in 0..n {
        let off = b.i64(data(i));
        let at = b.b.op(Op::PtrAdd, Ty::Ptr, &[block, off], 0);
        b.b.store(block, at, 8 * i as i64);
    }
    for (i, parts) in operands.iter().enumerate() {
        let mut off = data(i);
        for p in parts {
            b.b.store(block, *p, off);
            off += i64::from(b.b.func.ty(*p).bytes());
        }
    }
    let (u, r) = (b.i64(l.ufunc as i64), b.i64(l.row as i64));
    b.runtime("taipan_ufunc_scalar", &[u, r, block]);
    let mut off = data(n - 1);
    flatten(&Type::Scalar(l.output))
        .into_iter()
        .map(|t| {
            let v = b.b.load(t, block, off);
            off += i64::from(t.bytes());
            v
        })
        .collect()
}

type LoopFn = fn(&mut Lowerer<'_>, &Loop, &[Parts]) -> Result<Option<Parts>, CompileError>;

/// Ufuncs with machine code of their own.
static LOWERINGS: &[(&str, LoopFn)] = &[
    ("add", binary),
    ("subtract", binary),
    ("multiply", binary),
    ("divide", binary),
    ("floor_divide", binary),
    ("remainder", binary),
    ("power", binary),
    ("float_power", binary),
    ("bitwise_and", binary),
    ("bitwise_or", binary),
    ("bitwise_xor", binary),
    ("left_shift", binary),
    ("right_shift", binary),
    ("negative", unary),
    ("positive", unary),
    ("invert", unary),
    ("absolute", |b, l, p| if l.output == DType::F16 { Ok(None) } else { Ok(Some(vec![b.abs(l.inputs[0], &p[0])])) }),
    ("fabs", |b, _, p| Ok(Some(vec![b.b.unary(Op::Fabs, p[0][0])]))),
    ("conjugate", |b, l, p| {
        let mut r = p[0].clone();
        if is_complex(l.output) {
            r[1] = b.b.unary(Op::Fneg, r[1]);
        }
        Ok(Some(r))
    }),
    ("square", |b, l, p| Ok(Some(b.arith(BinaryOp::Mul, l.output, &p[0], &p[0], ErrorModel::Numpy)?))),
    ("reciprocal", |b, l, p| {
        if l.output.is_float() {
            let one = b.number(l.output, 1.0, 0.0, 1);
            return Ok(Some(b.arith(BinaryOp::Div, l.output, &one, &p[0], ErrorModel::Numpy)?));
        }
        Ok(None)
    }),
    ("sign", sign),
    ("fmod", |b, l, p| if l.output.is_float() { Ok(Some(vec![b.float_math2("fmod", p[0][0], p[1][0])])) } else { Ok(None) }),
    ("equal", compare),
    ("not_equal", compare),
    ("less", compare),
    ("less_equal", compare),
    ("greater", compare),
    ("greater_equal", compare),
    ("logical_and", logical),
    ("logical_or", logical),
    ("logical_xor", logical),
    ("logical_not", |b, l, p| {
        let t = b.scalar_truth(&p[0], l.inputs[0]);
        Ok(Some(vec![b.not(t)]))
    }),
    ("maximum", extremum),
    ("minimum", extremum),
    ("fmax", extremum),
    ("fmin", extremum),
    ("sqrt", instruction),
    ("floor", instruction),
    ("ceil", instruction),
    ("trunc", instruction),
    ("rint", instruction),
    ("isnan", classify),
    ("isinf", classify),
    ("isfinite", classify),
    ("signbit", |b, _, p| {
        let ty = b.b.func.ty(p[0][0]);
        let int = if ty == Ty::F32 { Ty::I32 } else { Ty::I64 };
        let bits = b.b.op(Op::Bitcast, int, &[p[0][0]], 0);
        let zero = b.b.iconst(int, 0);
        Ok(Some(vec![b.b.icmp(Cc::Slt, bits, zero)]))
    }),
    ("copysign", |b, _, p| Ok(Some(vec![b.b.binary(Op::Copysign, p[0][0], p[1][0])]))),
    ("degrees", |b, l, p| scaled(b, l, p, 180.0 / std::f64::consts::PI)),
    ("rad2deg", |b, l, p| scaled(b, l, p, 180.0 / std::f64::consts::PI)),
    ("radians", |b, l, p| scaled(b, l, p, std::f64::consts::PI / 180.0)),
    ("deg2rad", |b, l, p| scaled(b, l, p, std::f64::consts::PI / 180.0)),
    ("sin", libm),
    ("cos", libm),
    ("tan", libm),
    ("arcsin", libm),
    ("arccos", libm),
    ("arctan", libm),
    ("sinh", libm),
    ("cosh", libm),
    ("tanh", libm),
    ("arcsinh", libm),
    ("arccosh", libm),
    ("arctanh", libm),
    ("exp", libm),
    ("exp2", libm),
    ("expm1", libm),
    ("log", libm),
    ("log2", libm),
    ("log10", libm),
    ("log1p", libm),
    ("cbrt", libm),
    ("arctan2", libm2),
    ("hypot", libm2),
    ("nextafter", libm2),
];

fn binary(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    let name = if l.name == "float_power" { "power" } else { l.name };
    let Some(op) = BinaryOp::ALL.iter().copied().find(|o| o.ufunc() == name) else { return Ok(None) };
    Ok(Some(b.arith(op, l.output, &p[0], &p[1], ErrorModel::Numpy)?))
}

fn unary(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    let Some(op) = UnaryOp::ALL.iter().copied().find(|o| o.ufunc() == l.name) else { return Ok(None) };
    Ok(Some(b.arith1(op, l.output, &p[0])?))
}

fn compare(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    let Some(op) = CompareOp::ALL.iter().copied().find(|o| o.ufunc() == l.name) else { return Ok(None) };
    if is_complex(l.inputs[0]) && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(None);
    }
    Ok(Some(vec![b.compare_scalars(op, l.inputs[0], &p[0], l.inputs[1], &p[1])?]))
}

fn logical(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    let x = b.scalar_truth(&p[0], l.inputs[0]);
    let y = b.scalar_truth(&p[1], l.inputs[1]);
    let op = match l.name {
        "logical_and" => Op::And,
        "logical_or" => Op::Or,
        _ => Op::Xor,
    };
    Ok(Some(vec![b.b.binary(op, x, y)]))
}

/// `maximum` and `minimum` pass NaN on, `fmax` and `fmin` prefer numbers.
fn extremum(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    let d = l.output;
    if is_complex(d) {
        return Ok(None);
    }
    let (x, y) = (p[0][0], p[1][0]);
    let op = if matches!(l.name, "maximum" | "fmax") { CompareOp::Ge } else { CompareOp::Le };
    let mut first = b.compare_scalars(op, d, &[x], d, &[y])?;
    if d.is_float() {
        let nan = if matches!(l.name, "maximum" | "minimum") { x } else { y };
        let unordered = b.b.fcmp(Cc::Une, nan, nan);
        first = b.b.binary(Op::Or, first, unordered);
    }
    Ok(Some(vec![b.b.select(first, x, y)]))
}

fn sign(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    let d = l.output;
    if is_complex(d) || d == DType::Bool {
        return Ok(None);
    }
    let zero = b.number(d, 0.0, 0.0, 0);
    let one = b.number(d, 1.0, 0.0, 1);
    let minus = b.number(d, -1.0, 0.0, -1);
    let above = b.compare_scalars(CompareOp::Gt, d, &p[0], d, &zero)?;
    let mut r = b.b.select(above, one[0], zero[0]);
    if d.kind() != DKind::Unsigned {
        let below = b.compare_scalars(CompareOp::Lt, d, &p[0], d, &zero)?;
        r = b.b.select(below, minus[0], r);
    }
    if d.is_float() {
        let nan = b.b.fcmp(Cc::Une, p[0][0], p[0][0]);
        r = b.b.select(nan, p[0][0], r);
    }
    Ok(Some(vec![r]))
}

fn instruction(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    if is_complex(l.inputs[0]) {
        return complex(b, l, p);
    }
    if !l.inputs[0].is_float() {
        return Ok(Some(p[0].clone()));
    }
    let op = match l.name {
        "sqrt" => Op::Sqrt,
        "floor" => Op::Floor,
        "ceil" => Op::Ceil,
        "trunc" => Op::Trunc,
        _ => Op::Rint,
    };
    Ok(Some(vec![b.b.unary(op, p[0][0])]))
}

/// On the parts of a number: is one NaN, is one infinite, are all finite?
pub fn classify_value(b: &mut Lowerer<'_>, what: &str, parts: &[Value]) -> Value {
    let mut all: Option<Value> = None;
    for v in parts {
        let ty = b.b.func.ty(*v);
        let c = if !ty.is_float() {
            b.b.iconst(Ty::I1, i64::from(what == "isfinite"))
        } else if what == "isnan" {
            b.b.fcmp(Cc::Une, *v, *v)
        } else {
            let a = b.b.unary(Op::Fabs, *v);
            let inf = b.b.fconst(ty, f64::INFINITY);
            b.b.fcmp(if what == "isinf" { Cc::Oeq } else { Cc::Olt }, a, inf)
        };
        all = Some(match all {
            None => c,
            Some(o) => b.b.binary(if what == "isfinite" { Op::And } else { Op::Or }, o, c),
        });
    }
    all.unwrap_or_else(|| b.b.iconst(Ty::I1, 0))
}

fn classify(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    Ok(Some(vec![classify_value(b, l.name, &p[0])]))
}

fn scaled(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts], factor: f64) -> Result<Option<Parts>, CompileError> {
    let k = b.b.fconst(scalar_ty(l.output), factor);
    Ok(Some(vec![b.b.binary(Op::Fmul, p[0][0], k)]))
}

/// C names of functions that NumPy calls otherwise.
const C_NAMES: &[(&str, &str)] = &[
    ("arcsin", "asin"),
    ("arccos", "acos"),
    ("arctan", "atan"),
    ("arcsinh", "asinh"),
    ("arccosh", "acosh"),
    ("arctanh", "atanh"),
    ("arctan2", "atan2"),
];

fn c_name(name: &'static str) -> &'static str {
    C_NAMES.iter().find(|n| n.0 == name).map_or(name, |n| n.1)
}

fn libm(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    if is_complex(l.inputs[0]) {
        return complex(b, l, p);
    }
    Ok(Some(vec![b.elementary(c_name(l.name), p[0][0])]))
}

fn libm2(b: &mut Lowerer<'_>, l: &Loop, p: &[Parts]) -> Result<Option<Parts>, CompileError> {
    Ok(Some(vec![b.float_math2(c_name(l.name), p[0][0], p[1][0])]))
}

/// The runtime's ufunc loops do the complex functions.
fn complex(_: &mut Lowerer<'_>, _: &Loop, _: &[Parts]) -> Result<Option<Parts>, CompileError> {
    Ok(None)
}

// ----- registry rows ----------------------------------------------------------------------

/// One row for each ufunc with one output, with all its names.
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| UFUNCS.iter().filter(|u| u.nout == 1).map(row).collect());
    &ROWS
}

fn row(u: &'static Ufunc) -> Row {
    // Once for each ufunc in the life of the process.
    let mut paths: Vec<&'static str> = vec![format!("numpy.{}", u.name).leak()];
    paths.extend(ALIASES.iter().filter(|a| a.1 == u.name).map(|a| &*format!("numpy.{}", a.0).leak()));
    let first = paths[0];
    Row {
        paths: paths.leak(),
        kind: Kind::Function,
        params: if u.nin == 1 { "x" } else { "x1, x2" },
        infer: |row, args| {
            let types: Vec<&Type> = args.all().map(|a| &a.ty).collect();
            result_type(row.name(), &types)
        },
        lower: lower_row,
        ordinary: crate::typing::numpy_scalar::is_ufunc(first).then_some(ordinary_row),
        notes: "scalars and arrays",
    }
}

fn ordinary_row(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let values: Vec<hir::Value> = args.all().map(|a| a.hir()).collect::<Result<_, _>>()?;
    l.numpy_ufunc(row.name(), &values, result)
}

fn lower_row(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let values: Vec<hir::Value> = args.all().map(|a| a.hir()).collect::<Result<_, _>>()?;
    if values.iter().any(|v| l.ty(*v).array().is_some()) {
        return crate::lower::array::elementwise(l, row.name(), &values, result);
    }
    lower_scalars(l, row.name(), &values, result)
}

/// A ufunc on scalar HIR values.
///
/// # Errors
/// As [`resolve`].
pub fn lower_scalars(l: &mut Lowerer<'_>, name: &str, values: &[hir::Value], result: hir::Value) -> Result<Parts, CompileError> {
    let mut dtypes = Vec::new();
    let mut parts = Vec::new();
    for v in values {
        let (d, p) = l.scalar_operand(*v)?;
        dtypes.push(d);
        parts.push(p);
    }
    let chosen = resolve(name, &dtypes)?;
    for ((p, from), to) in parts.iter_mut().zip(&dtypes).zip(&chosen.inputs) {
        *p = l.cast_scalar(p, *from, *to);
    }
    let r = lower(l, &chosen, &parts)?;
    let to = l.ty(result).clone();
    l.cast(&r, &Type::Scalar(chosen.output), &to)
}
