//! Result types of ordinary code: Python's own numbers. `None` = compiled
//! code does not do it and the interpreter takes over.

use crate::hir::types::{DType, Type};
use crate::hir::value::ConstValue;
use crate::hir::{BinaryOp, UnaryOp};
use crate::library;
use crate::typing::numpy_scalar;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Int,
    Float,
    Bool,
}

fn number(t: &Type) -> Option<Number> {
    match t {
        Type::Scalar(DType::I64) => Some(Number::Int),
        Type::Scalar(DType::F64) => Some(Number::Float),
        Type::Scalar(DType::Bool) => Some(Number::Bool),
        _ => None,
    }
}

/// Is it an int, a float or a bool?
pub fn is_number(t: &Type) -> bool {
    number(t).is_some()
}

/// Is it a number, Python's or NumPy's?
pub fn is_scalar(t: &Type) -> bool {
    is_number(t) || matches!(t, Type::Numpy(d) if numpy_scalar::is_supported(*d))
}

/// May a value of this type live in compiled ordinary code, that is, can an
/// exit give it back to the interpreter?
pub fn representable(t: &Type) -> bool {
    match t {
        Type::Tuple(items) => items.iter().all(|t| is_scalar(t) || *t == Type::None),
        Type::None | Type::Global(_) | Type::Range { .. } | Type::RangeIter { .. } | Type::Array(_) | Type::List(_) | Type::Lists(_) | Type::Row(_) | Type::Append(_) => true,
        t => is_scalar(t),
    }
}

/// `a op b`.
pub fn binary(op: BinaryOp, a: &Type, b: &Type) -> Option<Type> {
    if matches!((a, b), (Type::Numpy(_), _) | (_, Type::Numpy(_))) {
        return numpy_scalar::binary(op, a, b);
    }
    let (x, y) = (number(a)?, number(b)?);
    let bits = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor);
    if op == BinaryOp::MatMul {
        return None;
    }
    if x == Number::Float || y == Number::Float {
        let shifts = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        return (!bits && !shifts).then_some(Type::FLOAT);
    }
    if bits && x == Number::Bool && y == Number::Bool {
        return Some(Type::BOOL);
    }
    Some(if op == BinaryOp::Div { Type::FLOAT } else { Type::INT })
}

/// One-operand arithmetic (`not` is done on truth values).
pub fn unary(op: UnaryOp, a: &Type) -> Option<Type> {
    if let Type::Numpy(d) = a {
        return numpy_scalar::unary(op, *d);
    }
    match (op, number(a)?) {
        (UnaryOp::Not, _) => Some(Type::BOOL),
        // Python warns about ~bool.
        (UnaryOp::Invert, Number::Float | Number::Bool) => None,
        (_, Number::Float) => Some(Type::FLOAT),
        _ => Some(Type::INT),
    }
}

/// A comparison.
pub fn compare(a: &Type, b: &Type) -> Option<Type> {
    if is_number(a) && is_number(b) {
        return Some(Type::BOOL);
    }
    numpy_scalar::common(a, b).map(|_| Type::Numpy(DType::Bool))
}

/// A call of a library function.
pub fn call(path: &str, args: &[Type], consts: &[Option<ConstValue>]) -> Option<Type> {
    if path == "builtins.range" {
        let ints = (1..=3).contains(&args.len()) && args.iter().all(|t| *t == Type::INT);
        return ints.then_some(Type::Range { dtype: DType::I64, parallel: false });
    }
    if !library::in_ordinary(path) || !args.iter().all(is_number) {
        return None;
    }
    // min and max give one of their arguments as it is.
    if matches!(path, "builtins.min" | "builtins.max") && args.windows(2).any(|w| w[0] != w[1]) {
        return None;
    }
    library::infer(path, args, consts, &[]).ok().filter(representable)
}

/// Float constants of modules; their other members are functions.
pub fn float_constant(path: &str) -> Option<f64> {
    Some(match path {
        "math.pi" | "numpy.pi" => std::f64::consts::PI,
        "math.e" | "numpy.e" => std::f64::consts::E,
        "math.tau" => std::f64::consts::TAU,
        "math.inf" | "numpy.inf" => f64::INFINITY,
        "math.nan" | "numpy.nan" => f64::NAN,
        _ => return None,
    })
}
