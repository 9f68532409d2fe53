//! Python's `math` module.
//!
//! Domain errors raise as in Python under `error_model="python"`
//! ([`RAISES`]); with the NumPy model or fastmath the C library's nan and inf
//! stand. In ordinary loops any result that Python would not give plainly
//! leaves the loop.

use super::{Arg, Args, Kind, Row, no_match};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, ExitReason};
use crate::lir::op::{Cc, Op};
use crate::lir::{FastMath, Ty, Value};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::dtype::Kind as DKind;
use taipan_runtime::trap::{TrapKind, intern};

/// Do `math` functions raise in nopython code? Python does; Numba does not.
pub const RAISES: bool = true;

/// What an infinite result of finite arguments means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Infinity {
    /// A pole: ValueError.
    Domain,
    /// Too large: OverflowError.
    Range,
    /// Cannot happen, or is the right answer.
    Fine,
}

/// Arguments for which there is certainly nothing to raise; for nan there never is.
#[derive(Clone, Copy, PartialEq)]
enum Domain {
    /// `x >= c`.
    From(f64),
    /// `x > c`.
    Above(f64),
    /// `x <= c`.
    UpTo(f64),
    /// `|x| <= c`.
    Within(f64),
    /// Look at the result.
    Result,
}

/// The functions that are one call of the C library:
/// (name, C name, infinite results, domain).
const LIBM: &[(&str, &str, Infinity, Domain)] = &[
    ("sqrt", "sqrt", Infinity::Fine, Domain::From(0.0)),
    ("exp", "exp", Infinity::Range, Domain::UpTo(709.78)),
    ("exp2", "exp2", Infinity::Range, Domain::UpTo(1023.9)),
    ("expm1", "expm1", Infinity::Range, Domain::UpTo(709.78)),
    ("log", "log", Infinity::Domain, Domain::Above(0.0)),
    ("log2", "log2", Infinity::Domain, Domain::Above(0.0)),
    ("log10", "log10", Infinity::Domain, Domain::Above(0.0)),
    ("log1p", "log1p", Infinity::Domain, Domain::Above(-1.0)),
    ("sin", "sin", Infinity::Fine, Domain::Within(f64::MAX)),
    ("cos", "cos", Infinity::Fine, Domain::Within(f64::MAX)),
    ("tan", "tan", Infinity::Fine, Domain::Within(f64::MAX)),
    ("asin", "asin", Infinity::Fine, Domain::Within(1.0)),
    ("acos", "acos", Infinity::Fine, Domain::Within(1.0)),
    ("atan", "atan", Infinity::Fine, Domain::Result),
    ("sinh", "sinh", Infinity::Range, Domain::Within(710.47)),
    ("cosh", "cosh", Infinity::Range, Domain::Within(710.47)),
    ("tanh", "tanh", Infinity::Fine, Domain::Result),
    ("asinh", "asinh", Infinity::Fine, Domain::Result),
    ("acosh", "acosh", Infinity::Fine, Domain::From(1.0)),
    ("atanh", "atanh", Infinity::Domain, Domain::Result),
    ("cbrt", "cbrt", Infinity::Fine, Domain::Result),
    ("erf", "erf", Infinity::Fine, Domain::Result),
    ("erfc", "erfc", Infinity::Fine, Domain::Result),
    ("gamma", "tgamma", Infinity::Range, Domain::Result),
    ("lgamma", "lgamma", Infinity::Domain, Domain::Result),
    ("fabs", "fabs", Infinity::Fine, Domain::Result),
    ("atan2", "atan2", Infinity::Fine, Domain::Result),
    ("hypot", "hypot", Infinity::Range, Domain::Result),
    ("fmod", "fmod", Infinity::Fine, Domain::Result),
    ("remainder", "remainder", Infinity::Fine, Domain::Result),
    ("pow", "pow", Infinity::Range, Domain::Result),
    ("copysign", "copysign", Infinity::Fine, Domain::Result),
    ("nextafter", "nextafter", Infinity::Fine, Domain::Result),
];

/// Stands for the logarithms of an integer in [`DOMAINS`].
const LOG_OF_INTEGER: &str = "log of an integer";

/// What Python says of an argument outside the domain, by function.
const DOMAINS: &[(&str, &str)] = &[
    ("sqrt", "expected a nonnegative input, got {f1}"),
    ("log", "expected a positive input, got {f1}"),
    ("log2", "expected a positive input, got {f1}"),
    ("log10", "expected a positive input, got {f1}"),
    (LOG_OF_INTEGER, "expected a positive input"),
    ("log1p", "expected argument value > -1, got {f1}"),
    ("sin", "expected a finite input, got {f1}"),
    ("cos", "expected a finite input, got {f1}"),
    ("tan", "expected a finite input, got {f1}"),
    ("asin", "expected a number in range from -1 up to 1, got {f1}"),
    ("acos", "expected a number in range from -1 up to 1, got {f1}"),
    ("acosh", "expected argument value not less than 1, got {f1}"),
    ("atanh", "expected a number between -1 and 1, got {f1}"),
    ("gamma", "expected a noninteger or positive integer, got {f1}"),
    ("lgamma", "expected a noninteger or positive integer, got {f1}"),
];

const fn f1(paths: &'static [&'static str], ordinary: bool) -> Row {
    Row { paths, kind: Kind::Function, params: "x", infer: infer_float, lower: lower_libm, ordinary: if ordinary { Some(ordinary_libm) } else { None }, notes: "" }
}
const fn f2(paths: &'static [&'static str], ordinary: bool) -> Row {
    Row { paths, kind: Kind::Function, params: "x, y", infer: infer_float, lower: lower_libm, ordinary: if ordinary { Some(ordinary_libm) } else { None }, notes: "" }
}
/// Functions that the interpreter does not take from the C library.
const fn p1(paths: &'static [&'static str]) -> Row {
    Row { ordinary: Some(ordinary_python), ..f1(paths, false) }
}
const fn p2(paths: &'static [&'static str]) -> Row {
    Row { ordinary: Some(ordinary_python), ..f2(paths, false) }
}
const fn classify(paths: &'static [&'static str]) -> Row {
    Row { paths, kind: Kind::Function, params: "x", infer: infer_classify, lower: lower_classify, ordinary: Some(lower_classify), notes: "" }
}
const fn rounding(paths: &'static [&'static str]) -> Row {
    Row { paths, kind: Kind::Function, params: "x", infer: infer_rounding, lower: lower_rounding, ordinary: Some(ordinary_rounding), notes: "" }
}

/// The rows. Ordinary loops take only functions whose results are the
/// interpreter's, bit for bit.
pub static ROWS: &[Row] = &[
    f1(&["math.sqrt"], true),
    f1(&["math.exp"], true),
    p1(&["math.exp2"]),
    p1(&["math.expm1"]),
    Row { paths: &["math.log"], kind: Kind::Function, params: "x, base=", infer: infer_float, lower: lower_log, ordinary: Some(ordinary_log), notes: "" },
    f1(&["math.log2"], true),
    f1(&["math.log10"], true),
    p1(&["math.log1p"]),
    f1(&["math.sin"], true),
    f1(&["math.cos"], true),
    f1(&["math.tan"], true),
    f1(&["math.asin"], true),
    f1(&["math.acos"], true),
    f1(&["math.atan"], true),
    f1(&["math.sinh"], true),
    f1(&["math.cosh"], true),
    f1(&["math.tanh"], true),
    p1(&["math.asinh"]),
    p1(&["math.acosh"]),
    p1(&["math.atanh"]),
    p1(&["math.cbrt"]),
    p1(&["math.erf"]),
    p1(&["math.erfc"]),
    p1(&["math.gamma"]),
    p1(&["math.lgamma"]),
    f1(&["math.fabs"], true),
    f2(&["math.atan2"], true),
    p2(&["math.hypot"]),
    f2(&["math.fmod"], true),
    p2(&["math.remainder"]),
    p2(&["math.pow"]),
    f2(&["math.copysign"], true),
    p2(&["math.nextafter"]),
    classify(&["math.isnan"]),
    classify(&["math.isinf"]),
    classify(&["math.isfinite"]),
    rounding(&["math.floor"]),
    rounding(&["math.ceil"]),
    rounding(&["math.trunc"]),
    Row { paths: &["math.degrees"], kind: Kind::Function, params: "x", infer: infer_float, lower: lower_angle, ordinary: Some(lower_angle), notes: "" },
    Row { paths: &["math.radians"], kind: Kind::Function, params: "x", infer: infer_float, lower: lower_angle, ordinary: Some(lower_angle), notes: "" },
    Row { paths: &["math.gcd"], kind: Kind::Function, params: "a, b", infer: infer_gcd, lower: lower_gcd, ordinary: Some(ordinary_gcd), notes: "two arguments" },
    Row { paths: &["math.ldexp"], kind: Kind::Function, params: "x, i", infer: infer_ldexp, lower: lower_ldexp, ordinary: None, notes: "" },
    Row { paths: &["math.frexp"], kind: Kind::Function, params: "x", infer: infer_frexp, lower: lower_frexp, ordinary: None, notes: "" },
    Row { paths: &["math.modf"], kind: Kind::Function, params: "x", infer: infer_modf, lower: lower_modf, ordinary: None, notes: "" },
    Row { paths: &["math.fma"], kind: Kind::Function, params: "x, y, z", infer: infer_float, lower: lower_fma, ordinary: None, notes: "" },
];

fn real(row: &Row, args: &Args, i: usize) -> Result<DType, CompileError> {
    match args.opt(i).and_then(|a| a.scalar()) {
        Some(d) if !d.is_complex() => Ok(d),
        _ => Err(no_match(row, args)),
    }
}

/// float32 for float32 arguments only, else float64.
fn float_type(row: &Row, args: &Args) -> Result<DType, CompileError> {
    let mut all_single = true;
    for (i, slot) in args.slots.iter().enumerate() {
        if slot.is_some() {
            all_single &= real(row, args, i)? == DType::F32;
        }
    }
    Ok(if all_single { DType::F32 } else { DType::F64 })
}

fn infer_float(row: &Row, args: &Args) -> Result<Type, CompileError> {
    Ok(Type::Scalar(float_type(row, args)?))
}

/// The arguments in the type the function computes in.
fn operands(l: &mut Lowerer<'_>, row: &Row, args: &Args) -> Result<(DType, Vec<Value>), CompileError> {
    let d = float_type(row, args)?;
    let mut out = Vec::new();
    for a in args.all() {
        let (from, p) = l.scalar_operand(a.hir()?)?;
        out.push(l.cast_real(p[0], from, d));
    }
    Ok((d, out))
}

fn raises(l: &Lowerer<'_>) -> bool {
    RAISES && l.hir.options.error_model == ErrorModel::Python && l.hir.options.fastmath == FastMath::NONE
}

/// x - x is 0 for finite x, nan otherwise.
fn not_finite(l: &mut Lowerer<'_>, x: Value) -> Value {
    let d = l.b.binary(Op::Fsub, x, x);
    let zero = l.zero_of(l.b.func.ty(x));
    l.b.fcmp(Cc::Une, d, zero)
}

/// A row of [`LIBM`].
type Entry = (&'static str, &'static str, Infinity, Domain);

/// Calls the function; ordinary loops call libm's, whose bits are the
/// interpreter's, and nopython code the runtime's own where there is one.
fn call_libm(l: &mut Lowerer<'_>, row: &Row, x: &[Value]) -> Result<(Value, &'static Entry), CompileError> {
    let name = row.name();
    let entry = LIBM.iter().find(|e| e.0 == name).ok_or_else(|| CompileError::bug(format!("math.{name} has no C name")))?;
    let r = match (name, x) {
        ("sqrt", [x]) => l.b.unary(Op::Sqrt, *x),
        ("fabs", [x]) => l.b.unary(Op::Fabs, *x),
        ("copysign", [x, y]) => l.b.binary(Op::Copysign, *x, *y),
        (_, [x]) if l.hir.ordinary => l.float_math1(entry.1, *x),
        (_, [x]) => l.elementary(entry.1, *x),
        (_, [x, y]) => l.float_math2(entry.1, *x, *y),
        _ => return Err(CompileError::bug("operands of a libm function")),
    };
    Ok((r, entry))
}

/// May there be something to raise? Asks the arguments if that is enough: a
/// loop can then do it for many trips ahead.
fn odd(l: &mut Lowerer<'_>, r: Value, x: &[Value], entry: &Entry) -> Value {
    let single = l.b.func.ty(r) == Ty::F32;
    let domain = if single && entry.2 == Infinity::Range { Domain::Result } else { entry.3 };
    let (cc, limit) = match domain {
        Domain::From(c) => (Cc::Olt, c),
        Domain::Above(c) => (Cc::Ole, c),
        Domain::UpTo(c) => (Cc::Ogt, c),
        Domain::Within(c) => (Cc::Ogt, if single { c.min(f64::from(f32::MAX)) } else { c }),
        Domain::Result => return not_finite(l, r),
    };
    let within = matches!(domain, Domain::Within(_));
    let x = if within { l.b.unary(Op::Fabs, x[0]) } else { x[0] };
    let ty = l.b.func.ty(x);
    let limit = l.b.fconst(ty, limit);
    l.b.fcmp(cc, x, limit)
}

/// Raises where Python does: a nan of numbers is a domain error, an infinity
/// of finite arguments whatever the row says.
fn check(l: &mut Lowerer<'_>, name: &str, r: Value, x: &[Value], entry: &Entry) {
    let infinity = entry.2;
    let odd = odd(l, r, x, entry);
    let (slow, done) = (l.b.new_block(), l.b.new_block());
    l.b.func.blocks[slow.index()].cold = true;
    l.b.brif(odd, (slow, &[]), (done, &[]));
    l.b.switch_to(slow);
    let mut arg_nan = l.b.iconst(Ty::I1, 0);
    let mut arg_odd = arg_nan;
    for v in x {
        let nan = l.b.fcmp(Cc::Une, *v, *v);
        arg_nan = l.b.binary(Op::Or, arg_nan, nan);
        let inf = not_finite(l, *v);
        arg_odd = l.b.binary(Op::Or, arg_odd, inf);
    }
    let is_nan = l.b.fcmp(Cc::Une, r, r);
    let fine = l.not(arg_nan);
    let domain = l.b.binary(Op::And, is_nan, fine);
    domain_if(l, domain, name, x);
    if infinity != Infinity::Fine {
        let not_nan = l.not(is_nan);
        let finite = l.not(arg_odd);
        let c = l.b.binary(Op::And, not_nan, finite);
        if infinity == Infinity::Domain {
            domain_if(l, c, name, x);
        } else {
            // A pole at zero (gamma, a negative power) is no overflow.
            let zero = l.zero_of(l.b.func.ty(x[0]));
            let at_zero = l.b.fcmp(Cc::Oeq, x[0], zero);
            let pole = l.b.binary(Op::And, c, at_zero);
            domain_if(l, pole, name, x);
            l.b.trap_if(c, TrapKind::MathRange, &[]);
        }
    }
    l.b.jump(done, &[]);
    l.b.switch_to(done);
}

/// ValueError when `c` holds, worded as Python words it.
fn domain_if(l: &mut Lowerer<'_>, c: Value, name: &str, x: &[Value]) {
    let text = DOMAINS.iter().find(|d| d.0 == name).map(|d| d.1);
    let (Some(text), [x]) = (text, x) else {
        l.b.trap_if(c, TrapKind::MathDomain, &[]);
        return;
    };
    let (bad, ok) = (l.b.new_block(), l.b.new_block());
    l.b.func.blocks[bad.index()].cold = true;
    l.b.brif(c, (bad, &[]), (ok, &[]));
    l.b.switch_to(bad);
    let text = l.i64(intern(text) as i64);
    let wide = l.b.convert(Op::Fpcast, Ty::F64, *x);
    let bits = l.b.op(Op::Bitcast, Ty::I64, &[wide], 0);
    l.b.trap(TrapKind::MathValue, &[text, bits]);
    l.b.switch_to(ok);
}

fn lower_libm(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, x) = operands(l, row, args)?;
    let (r, entry) = call_libm(l, row, &x)?;
    // Total functions need no check.
    let total = matches!(row.name(), "fabs" | "copysign" | "atan" | "tanh" | "erf" | "erfc" | "cbrt" | "asinh" | "atan2" | "nextafter");
    if raises(l) && !total {
        // Python does not show an integer whose logarithm it refuses.
        let integer = args.opt(0).and_then(Arg::scalar).is_some_and(|d| !d.is_float());
        let name = if integer && row.name().starts_with("log") && row.name() != "log1p" { LOG_OF_INTEGER } else { row.name() };
        check(l, name, r, &x, entry);
    }
    Ok(vec![r])
}

fn ordinary_libm(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, x) = operands(l, row, args)?;
    let (r, _) = call_libm(l, row, &x)?;
    let c = not_finite(l, r);
    l.exit_if(c, ExitReason::Domain)?;
    Ok(vec![r])
}

/// The interpreter's own function.
fn ordinary_python(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, x) = operands(l, row, args)?;
    let r = l.runtime(&format!("taipan_math_{}", row.name()), &x).expect("has a result");
    let c = not_finite(l, r);
    l.exit_if(c, ExitReason::Domain)?;
    Ok(vec![r])
}

fn lower_log(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let Some(_) = args.opt(1) else {
        let one = Args { slots: args.slots[..1].to_vec(), rest: vec![] };
        return lower_libm(l, row, &one, result);
    };
    let (_, x) = operands(l, row, args)?;
    let (a, entry) = call_libm(l, row, &x[..1])?;
    let (b, _) = call_libm(l, row, &x[1..])?;
    if raises(l) {
        check(l, row.name(), a, &x[..1], entry);
        check(l, row.name(), b, &x[1..], entry);
        l.float_zero_check(b, ErrorModel::Python, TrapKind::ZeroDivision);
    }
    Ok(vec![l.b.binary(Op::Fdiv, a, b)])
}

fn ordinary_log(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    if args.opt(1).is_some() {
        return ordinary_python(l, row, args, result);
    }
    let one = Args { slots: args.slots[..1].to_vec(), rest: vec![] };
    ordinary_libm(l, row, &one, result)
}

fn infer_classify(row: &Row, args: &Args) -> Result<Type, CompileError> {
    real(row, args, 0)?;
    Ok(Type::BOOL)
}

fn lower_classify(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (_, p) = l.scalar_operand(args.get(0)?.hir()?)?;
    Ok(vec![super::ufunc::classify_value(l, row.name(), &p)])
}

fn infer_rounding(row: &Row, args: &Args) -> Result<Type, CompileError> {
    Ok(if real(row, args, 0)?.kind() == DKind::Unsigned { Type::Scalar(DType::U64) } else { Type::INT })
}

fn round_op(name: &str) -> Op {
    match name {
        "floor" => Op::Floor,
        "ceil" => Op::Ceil,
        _ => Op::Trunc,
    }
}

fn lower_rounding(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let (d, p) = l.scalar_operand(args.get(0)?.hir()?)?;
    let to = l.ty(result).clone();
    if !d.is_float() {
        return l.cast(&p, &Type::Scalar(d), &to);
    }
    if raises(l) {
        let odd = not_finite(l, p[0]);
        let (bad, ok) = (l.b.new_block(), l.b.new_block());
        l.b.func.blocks[bad.index()].cold = true;
        l.b.brif(odd, (bad, &[]), (ok, &[]));
        l.b.switch_to(bad);
        let nan = l.b.fcmp(Cc::Une, p[0], p[0]);
        l.b.trap_if(nan, TrapKind::NanToInt, &[]);
        l.b.trap(TrapKind::InfToInt, &[]);
        l.b.switch_to(ok);
    }
    let r = l.b.unary(round_op(row.name()), p[0]);
    l.cast(&[r], &Type::Scalar(d), &to)
}

fn ordinary_rounding(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, p) = l.scalar_operand(args.get(0)?.hir()?)?;
    if !d.is_float() {
        return Ok(l.cast_scalar(&p, d, DType::I64));
    }
    super::builtins::exit_unless_int(l, p[0])?;
    let r = l.b.unary(round_op(row.name()), p[0]);
    Ok(l.cast_scalar(&[r], d, DType::I64))
}

fn lower_angle(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, x) = operands(l, row, args)?;
    let factor = if row.name() == "degrees" { 180.0 / std::f64::consts::PI } else { std::f64::consts::PI / 180.0 };
    let k = l.b.fconst(crate::abi::scalar_ty(d), factor);
    Ok(vec![l.b.binary(Op::Fmul, x[0], k)])
}

fn infer_gcd(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let (a, b) = (real(row, args, 0)?, real(row, args, 1)?);
    if a.is_float() || b.is_float() {
        return Err(no_match(row, args));
    }
    let d = super::number::unify(a, b);
    Ok(Type::Scalar(if d == DType::Bool || d.is_float() { DType::I64 } else { d }))
}

fn lower_gcd(l: &mut Lowerer<'_>, _: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let a = l.int_of(args.get(0)?.hir()?)?;
    let b = l.int_of(args.get(1)?.hir()?)?;
    let r = l.runtime("taipan_gcd_i64", &[a, b]).expect("has a result");
    let to = l.ty(result).clone();
    l.cast(&[r], &Type::INT, &to)
}

fn ordinary_gcd(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let r = lower_gcd(l, row, args, result)?;
    // 2^63 does not fit.
    let zero = l.i64(0);
    let c = l.b.icmp(Cc::Slt, r[0], zero);
    l.exit_if(c, ExitReason::Overflow)?;
    Ok(r)
}

fn infer_ldexp(row: &Row, args: &Args) -> Result<Type, CompileError> {
    if real(row, args, 1)?.is_float() {
        return Err(no_match(row, args));
    }
    Ok(Type::Scalar(if real(row, args, 0)? == DType::F32 { DType::F32 } else { DType::F64 }))
}

fn lower_ldexp(l: &mut Lowerer<'_>, row: &Row, args: &Args, result: hir::Value) -> Result<Parts, CompileError> {
    let to = l.ty(result).clone();
    let x = l.parts_as(args.get(0)?.hir()?, &to)?[0];
    let i = l.int_of(args.get(1)?.hir()?)?;
    // Any exponent beyond these gives 0 or infinity.
    let (lo, hi) = (l.i64(-10_000), l.i64(10_000));
    let low = l.b.icmp(Cc::Slt, i, lo);
    let i = l.b.select(low, lo, i);
    let high = l.b.icmp(Cc::Sgt, i, hi);
    let i = l.b.select(high, hi, i);
    let i = l.b.op(Op::Itrunc, Ty::I32, &[i], 0);
    let name = if l.b.func.ty(x) == Ty::F32 { "ldexpf" } else { "ldexp" };
    let r = l.runtime(name, &[x, i]).expect("has a result");
    if raises(l) && row.name() == "ldexp" {
        check(l, row.name(), r, &[x], &("ldexp", "ldexp", Infinity::Range, Domain::Result));
    }
    Ok(vec![r])
}

fn infer_frexp(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let d = float_type(row, args)?;
    Ok(Type::Tuple(vec![Type::Scalar(d), Type::Scalar(DType::I32)].into()))
}

fn lower_frexp(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, x) = operands(l, row, args)?;
    let out = l.stack(8);
    let m = l.runtime(if d == DType::F32 { "frexpf" } else { "frexp" }, &[x[0], out]).expect("has a result");
    let e = l.b.load(Ty::I32, out, 0);
    Ok(vec![m, e])
}

fn infer_modf(row: &Row, args: &Args) -> Result<Type, CompileError> {
    let d = float_type(row, args)?;
    Ok(Type::Tuple(vec![Type::Scalar(d); 2].into()))
}

fn lower_modf(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, x) = operands(l, row, args)?;
    let out = l.stack(8);
    let fraction = l.runtime(if d == DType::F32 { "modff" } else { "modf" }, &[x[0], out]).expect("has a result");
    let whole = l.b.load(crate::abi::scalar_ty(d), out, 0);
    Ok(vec![fraction, whole])
}

fn lower_fma(l: &mut Lowerer<'_>, row: &Row, args: &Args, _: hir::Value) -> Result<Parts, CompileError> {
    let (d, x) = operands(l, row, args)?;
    Ok(vec![l.b.op(Op::Fma, crate::abi::scalar_ty(d), &x, 0)])
}
