//! Result types of NumPy's scalars in ordinary code (NEP 50): Python's ints
//! and floats adapt to the other side. `None` = the interpreter does it.

use crate::hir::types::{DType, Type};
use crate::hir::{BinaryOp, UnaryOp};
use taipan_runtime::dtype::{Kind, Weak, promote_types, promote_weak};

/// Can compiled ordinary code compute with elements of this dtype?
pub fn is_supported(d: DType) -> bool {
    !d.is_complex() && d != DType::F16
}

/// An operand: of definite dtype (NumPy's scalars, Python's bools), or one
/// that adapts.
enum Operand {
    Strong(DType),
    Weak(Weak),
}

fn operand(t: &Type) -> Option<Operand> {
    Some(match t {
        Type::Numpy(d) if is_supported(*d) => Operand::Strong(*d),
        Type::Scalar(DType::Bool) => Operand::Strong(DType::Bool),
        Type::Scalar(DType::I64) => Operand::Weak(Weak::Int),
        Type::Scalar(DType::F64) => Operand::Weak(Weak::Float),
        _ => return None,
    })
}

/// The dtype that two operands meet in; at least one is NumPy's.
pub fn common(a: &Type, b: &Type) -> Option<DType> {
    let d = match (operand(a)?, operand(b)?) {
        (Operand::Strong(x), Operand::Strong(y)) => promote_types(x, y),
        (Operand::Strong(x), Operand::Weak(w)) | (Operand::Weak(w), Operand::Strong(x)) => promote_weak(x, w),
        (Operand::Weak(_), Operand::Weak(_)) => return None,
    };
    is_supported(d).then_some(d)
}

/// `a op b` where one is a NumPy scalar.
pub fn binary(op: BinaryOp, a: &Type, b: &Type) -> Option<Type> {
    use BinaryOp as O;
    let d = common(a, b)?;
    let result = match (op, d.kind()) {
        (O::MatMul, _) => return None,
        (O::And | O::Or | O::Xor | O::Add | O::Mul, Kind::Bool) => d,
        (_, Kind::Bool) => return None,
        (O::Div, Kind::Signed | Kind::Unsigned) => DType::F64,
        (O::Pow, _) if d == DType::U64 => return None,
        (O::And | O::Or | O::Xor | O::Shl | O::Shr, Kind::Float) => return None,
        _ => d,
    };
    Some(Type::Numpy(result))
}

/// One-operand arithmetic on a NumPy scalar.
pub fn unary(op: UnaryOp, d: DType) -> Option<Type> {
    match (op, d.kind()) {
        _ if !is_supported(d) => None,
        (UnaryOp::Not, _) => Some(Type::BOOL),
        (UnaryOp::Invert, Kind::Float) | (UnaryOp::Neg | UnaryOp::Pos, Kind::Bool) => None,
        _ => Some(Type::Numpy(d)),
    }
}

/// A call of a ufunc on numbers.
#[derive(Clone, Copy, Debug)]
pub struct UfuncCall {
    /// Dtype that the operands are converted to.
    pub input: DType,
    pub output: DType,
    /// Must the array kernel compute it, because its digits differ from the
    /// machine instruction's or the C library's?
    pub by_kernel: bool,
}

/// What a ufunc's result is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// The dtype of the operands, made a float.
    Float,
    /// The dtype of the operands, floats only.
    SameFloat,
    /// The dtype of the operands; int64 stays.
    Same,
    Bool,
}

/// Ufuncs of numbers: name, number of operands, result, by the array kernel.
const UFUNCS: &[(&str, usize, Gives, bool)] = &[
    ("sqrt", 1, Gives::Float, false),
    ("fabs", 1, Gives::Float, false),
    ("rint", 1, Gives::Float, false),
    ("sin", 1, Gives::Float, true),
    ("cos", 1, Gives::Float, true),
    ("tan", 1, Gives::Float, true),
    ("arcsin", 1, Gives::Float, true),
    ("arccos", 1, Gives::Float, true),
    ("arctan", 1, Gives::Float, true),
    ("sinh", 1, Gives::Float, true),
    ("cosh", 1, Gives::Float, true),
    ("tanh", 1, Gives::Float, true),
    ("arcsinh", 1, Gives::Float, true),
    ("arccosh", 1, Gives::Float, true),
    ("arctanh", 1, Gives::Float, true),
    ("exp", 1, Gives::Float, true),
    ("exp2", 1, Gives::Float, true),
    ("expm1", 1, Gives::Float, true),
    ("log", 1, Gives::Float, true),
    ("log2", 1, Gives::Float, true),
    ("log10", 1, Gives::Float, true),
    ("log1p", 1, Gives::Float, true),
    ("cbrt", 1, Gives::Float, true),
    ("degrees", 1, Gives::Float, true),
    ("radians", 1, Gives::Float, true),
    ("deg2rad", 1, Gives::Float, true),
    ("rad2deg", 1, Gives::Float, true),
    ("hypot", 2, Gives::Float, true),
    ("arctan2", 2, Gives::Float, true),
    ("copysign", 2, Gives::Float, true),
    ("maximum", 2, Gives::Same, true),
    ("minimum", 2, Gives::Same, true),
    ("floor", 1, Gives::SameFloat, false),
    ("ceil", 1, Gives::SameFloat, false),
    ("trunc", 1, Gives::SameFloat, false),
    ("isnan", 1, Gives::Bool, false),
    ("isinf", 1, Gives::Bool, false),
    ("isfinite", 1, Gives::Bool, false),
];

/// Does ordinary code know the ufunc at this path (`numpy.sqrt`)?
pub fn is_ufunc(path: &str) -> bool {
    path.strip_prefix("numpy.").is_some_and(|name| UFUNCS.iter().any(|u| u.0 == name))
}

/// How ufunc `name` is called on operands of these types.
pub fn ufunc(name: &str, args: &[Type]) -> Option<UfuncCall> {
    let (_, nin, gives, by_kernel) = *UFUNCS.iter().find(|u| u.0 == name)?;
    if args.len() != nin {
        return None;
    }
    let python = |t: &Type| match t {
        Type::Scalar(DType::I64) => Some(DType::I64),
        Type::Scalar(DType::F64) => Some(DType::F64),
        Type::Numpy(d) if is_supported(*d) => Some(*d),
        _ => None,
    };
    let d = match args {
        [a] => python(a)?,
        [a, b] if matches!((a, b), (Type::Scalar(_), Type::Scalar(_))) => promote_types(python(a)?, python(b)?),
        [a, b] => common(a, b)?,
        _ => return None,
    };
    // Narrow integers have loops of narrow floats: not done here.
    let wide = matches!(d, DType::I64 | DType::I32 | DType::U32 | DType::U64);
    let input = match d.kind() {
        Kind::Float => d,
        Kind::Signed | Kind::Unsigned if gives == Gives::Float && wide => DType::F64,
        Kind::Signed if gives == Gives::Same && d == DType::I64 => d,
        _ => return None,
    };
    Some(UfuncCall { input, output: if gives == Gives::Bool { DType::Bool } else { input }, by_kernel })
}
