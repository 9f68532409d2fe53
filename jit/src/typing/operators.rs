//! Result types of operators.
//!
//! Scalars follow Numba (integers widen to 64 bits; a float32 survives only
//! next to integers of at most 16 bits); arrays follow the ufunc loop that
//! Numba picks, which differs from NumPy 2: a scalar counts like an array.

use super::no_operator;
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::hir::{BinaryOp, CompareOp, UnaryOp};
use taipan_runtime::dtype::{DTYPES, Kind, promote_types};

/// Names of the `operator` functions, for messages.
pub fn binary_name(op: BinaryOp, inplace: bool) -> &'static str {
    let (plain, place) = match op {
        BinaryOp::Add => ("add", "iadd"),
        BinaryOp::Sub => ("sub", "isub"),
        BinaryOp::Mul => ("mul", "imul"),
        BinaryOp::Div => ("truediv", "itruediv"),
        BinaryOp::FloorDiv => ("floordiv", "ifloordiv"),
        BinaryOp::Mod => ("mod", "imod"),
        BinaryOp::Pow => ("pow", "ipow"),
        BinaryOp::And => ("and_", "iand"),
        BinaryOp::Or => ("or_", "ior"),
        BinaryOp::Xor => ("xor", "ixor"),
        BinaryOp::Shl => ("lshift", "ilshift"),
        BinaryOp::Shr => ("rshift", "irshift"),
        BinaryOp::MatMul => ("matmul", "imatmul"),
    };
    if inplace { place } else { plain }
}

/// The same for comparisons.
pub fn compare_name(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "eq",
        CompareOp::Ne => "ne",
        CompareOp::Lt => "lt",
        CompareOp::Le => "le",
        CompareOp::Gt => "gt",
        CompareOp::Ge => "ge",
    }
}

fn itemsize(d: DType) -> usize {
    DTYPES[d as usize].itemsize
}

/// Integers and bool widen: both unsigned give uint64, anything else int64.
fn wide(a: DType, b: DType) -> DType {
    if a.kind() == Kind::Unsigned && b.kind() == Kind::Unsigned { DType::U64 } else { DType::I64 }
}

/// May a value of this type stand beside a float32 without widening it?
fn narrow(d: DType) -> bool {
    matches!(d, DType::Bool | DType::I8 | DType::I16 | DType::U8 | DType::F32 | DType::C64)
}

/// Float and complex arithmetic on scalars.
fn inexact(a: DType, b: DType) -> DType {
    let single = narrow(a) && narrow(b);
    match (a.is_complex() || b.is_complex(), single) {
        (true, true) => DType::C64,
        (true, false) => DType::C128,
        (false, true) => DType::F32,
        (false, false) => DType::F64,
    }
}

/// Result of a scalar operator, if there is one. `%` and `//` do not take
/// complex numbers, bit operators only integers.
pub fn scalar_binary(op: BinaryOp, a: DType, b: DType) -> Option<DType> {
    if a == DType::F16 || b == DType::F16 {
        return None;
    }
    let ints = a.is_integer_or_bool() && b.is_integer_or_bool();
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => Some(if ints { wide(a, b) } else { inexact(a, b) }),
        BinaryOp::Div => Some(if ints { DType::F64 } else { inexact(a, b) }),
        BinaryOp::FloorDiv | BinaryOp::Mod if a.is_complex() || b.is_complex() => None,
        BinaryOp::FloorDiv | BinaryOp::Mod => Some(if ints { wide(a, b) } else { inexact(a, b) }),
        BinaryOp::Pow if ints => Some(wide(a, b)),
        // A float to an integer power keeps its type.
        BinaryOp::Pow if a.is_float() && b.is_integer_or_bool() => Some(a),
        BinaryOp::Pow => Some(inexact(a, b)),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor if a == DType::Bool && b == DType::Bool => Some(DType::Bool),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => ints.then(|| wide(a, b)),
        BinaryOp::Shl | BinaryOp::Shr => ints.then(|| wide(a, a)),
        BinaryOp::MatMul => None,
    }
}

trait IntegerOrBool {
    fn is_integer_or_bool(&self) -> bool;
}
impl IntegerOrBool for DType {
    fn is_integer_or_bool(&self) -> bool {
        matches!(self.kind(), Kind::Bool | Kind::Signed | Kind::Unsigned)
    }
}

/// Element type in which the ufunc of an operator computes on arrays.
pub fn array_loop(op: BinaryOp, a: DType, b: DType) -> Option<DType> {
    if a == DType::F16 || b == DType::F16 {
        return None;
    }
    let ints = a.is_integer_or_bool() && b.is_integer_or_bool();
    let common = || {
        if ints {
            promote_types(a, b)
        } else {
            let double = |d| matches!(d, DType::F64 | DType::C128);
            match (a.is_complex() || b.is_complex(), double(a) || double(b)) {
                (true, true) => DType::C128,
                (true, false) => DType::C64,
                (false, true) => DType::F64,
                (false, false) => DType::F32,
            }
        }
    };
    match op {
        BinaryOp::Add | BinaryOp::Mul => Some(common()),
        BinaryOp::Sub | BinaryOp::Pow => Some(no_bool(common())),
        BinaryOp::Div if ints => {
            // The loops are float32 for at most 16 bits, else float64.
            Some(if itemsize(a).max(itemsize(b)) <= 2 { DType::F32 } else { DType::F64 })
        }
        BinaryOp::Div => Some(common()),
        BinaryOp::FloorDiv | BinaryOp::Mod => {
            let d = no_bool(common());
            (!d.is_complex()).then_some(d)
        }
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => {
            let d = common();
            (ints && d != DType::F64).then_some(d)
        }
        BinaryOp::Shl | BinaryOp::Shr => {
            let d = no_bool(common());
            (ints && d != DType::F64).then_some(d)
        }
        BinaryOp::MatMul => None,
    }
}

/// Arithmetic loops that have no bool form compute in int8.
fn no_bool(d: DType) -> DType {
    if d == DType::Bool { DType::I8 } else { d }
}

/// Element type in which arrays are compared.
pub fn compare_loop(a: DType, b: DType) -> DType {
    array_loop(BinaryOp::Add, a, b).unwrap_or(DType::F64)
}

/// The array that an elementwise operation over these operands makes:
/// Fortran order only if every operand of full dimension has it.
pub fn elementwise(dtype: DType, operands: &[&Type]) -> Type {
    let arrays = operands.iter().filter_map(|t| t.array());
    let ndim = arrays.clone().map(|a| a.ndim).max().unwrap_or(0);
    let all_f = arrays.filter(|a| a.ndim == ndim).all(|a| a.layout == Layout::F);
    let layout = if all_f && ndim > 1 { Layout::F } else { Layout::C };
    Type::Array(ArrayType { dtype, ndim, layout, readonly: false })
}

fn element(t: &Type) -> Option<DType> {
    match t {
        Type::Scalar(d) => Some(*d),
        Type::Array(a) => Some(a.dtype),
        _ => None,
    }
}

/// Result type of `a op b` (`a op= b`).
///
/// # Errors
/// Typing: no such operator for these operands.
pub fn binary(op: BinaryOp, inplace: bool, a: &Type, b: &Type) -> Result<Type, CompileError> {
    let refuse = || no_operator(binary_name(op, inplace), &[a, b]);
    if let (Type::Tuple(x), Type::Tuple(y), BinaryOp::Add) = (a, b, op) {
        return Ok(Type::Tuple(x.iter().chain(y.iter()).cloned().collect::<Vec<_>>().into()));
    }
    match (a, b, op) {
        (Type::ReflectedList(x), Type::ReflectedList(y), BinaryOp::Add) => {
            let item = super::unify::unify(x, y).ok_or_else(refuse)?;
            // In place the list stays the same: its items must do.
            if inplace && item != **x && **x != Type::Unknown {
                return Err(refuse());
            }
            return Ok(if inplace { a.clone() } else { Type::ReflectedList(item.into()) });
        }
        (Type::ReflectedList(_), n, BinaryOp::Mul) if super::is_integer(n) && !inplace => return Ok(a.clone()),
        (n, Type::ReflectedList(_), BinaryOp::Mul) if super::is_integer(n) => return Ok(b.clone()),
        (Type::Str, Type::Str, BinaryOp::Add) => return Ok(Type::Str),
        (Type::Str, n, BinaryOp::Mul) | (n, Type::Str, BinaryOp::Mul) if super::is_integer(n) => return Ok(Type::Str),
        _ => {}
    }
    let (Some(x), Some(y)) = (element(a), element(b)) else { return Err(refuse()) };
    if op == BinaryOp::MatMul {
        return matmul(a, b).ok_or_else(refuse);
    }
    if a.array().is_none() && b.array().is_none() {
        return scalar_binary(op, x, y).map(Type::Scalar).ok_or_else(refuse);
    }
    let dtype = array_loop(op, x, y).ok_or_else(refuse)?;
    if let (true, Some(target)) = (inplace, a.array()) {
        // Like a ufunc's `out=`: the result must fit the kind of the target.
        let fits = dtype.kind() <= target.dtype.kind()
            || (dtype.is_integer_or_bool() && target.dtype.is_integer() && x.is_integer_or_bool());
        let dims = b.array().is_none_or(|b| b.ndim <= target.ndim);
        if target.readonly {
            return Err(CompileError::typing("Cannot modify readonly array of type: ".to_owned() + &a.to_string()));
        }
        return if fits && dims { Ok(a.clone()) } else { Err(refuse()) };
    }
    Ok(elementwise(dtype, &[a, b]))
}

/// `@` on one- and two-dimensional arrays of one float or complex type.
fn matmul(a: &Type, b: &Type) -> Option<Type> {
    let (x, y) = (a.array()?, b.array()?);
    if x.dtype != y.dtype || !(x.dtype.is_float() || x.dtype.is_complex()) {
        return None;
    }
    let ndim = match (x.ndim, y.ndim) {
        (1, 1) => return Some(Type::Scalar(x.dtype)),
        (2, 2) => 2,
        (1, 2) | (2, 1) => 1,
        _ => return None,
    };
    Some(Type::Array(ArrayType { dtype: x.dtype, ndim, layout: Layout::C, readonly: false }))
}

/// Result type of a one-operand operator.
///
/// # Errors
/// Typing: no such operator for the operand.
pub fn unary(op: UnaryOp, a: &Type) -> Result<Type, CompileError> {
    let name = match op {
        UnaryOp::Neg => "neg",
        UnaryOp::Pos => "pos",
        UnaryOp::Invert => "invert",
        UnaryOp::Not => "not_",
    };
    let refuse = || no_operator(name, &[a]);
    match (op, a) {
        (UnaryOp::Not, Type::Array(_)) => Err(refuse()),
        (UnaryOp::Not, _) => Ok(Type::BOOL),
        (UnaryOp::Invert, Type::Scalar(DType::Bool)) => Ok(Type::BOOL),
        (UnaryOp::Invert, Type::Scalar(d)) if d.is_integer() => Ok(Type::Scalar(wide(*d, *d))),
        (UnaryOp::Neg | UnaryOp::Pos, Type::Scalar(d)) if d.is_integer_or_bool() => Ok(Type::Scalar(wide(*d, *d))),
        (UnaryOp::Neg | UnaryOp::Pos, Type::Scalar(_)) => Ok(a.clone()),
        (UnaryOp::Invert, Type::Array(x)) if x.dtype.is_integer_or_bool() => Ok(elementwise(x.dtype, &[a])),
        (UnaryOp::Neg | UnaryOp::Pos, Type::Array(x)) => Ok(elementwise(no_bool(x.dtype), &[a])),
        _ => Err(refuse()),
    }
}

/// Result type of a comparison.
///
/// # Errors
/// Typing: the operands cannot be compared.
pub fn compare(op: CompareOp, a: &Type, b: &Type) -> Result<Type, CompileError> {
    let refuse = || no_operator(compare_name(op), &[a, b]);
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    match (a, b) {
        (Type::Scalar(x), Type::Scalar(y)) => {
            if !equality && (x.is_complex() || y.is_complex()) {
                return Err(refuse());
            }
            Ok(Type::BOOL)
        }
        (Type::Array(_) | Type::Scalar(_), Type::Array(_) | Type::Scalar(_)) => Ok(elementwise(DType::Bool, &[a, b])),
        (Type::Tuple(x), Type::Tuple(y)) => {
            for (p, q) in x.iter().zip(y.iter()) {
                compare(op, p, q)?;
            }
            Ok(Type::BOOL)
        }
        (Type::ReflectedList(x), Type::ReflectedList(y)) if equality => {
            if **x != Type::Unknown && **y != Type::Unknown {
                compare(op, x, y)?;
            }
            Ok(Type::BOOL)
        }
        (Type::Str, Type::Str) => Ok(Type::BOOL),
        (Type::None, _) | (_, Type::None) if equality => Ok(Type::BOOL),
        (Type::Global(x), Type::Global(y)) if equality && x.is_dtype() && y.is_dtype() => Ok(Type::BOOL),
        _ => Err(refuse()),
    }
}
