//! Typing rules of nopython code: what Numba's front end decides, as plain
//! functions on types. No HIR here; `hir::infer` applies them.

pub mod access;
pub mod conversion;
pub mod index;
pub mod numpy_scalar;
pub mod operators;
pub mod ordinary;
pub mod unify;

use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::hir::value::{ConstValue, Global};

/// Type of a constant.
///
/// # Errors
/// Unsupported kinds of constants.
pub fn of_constant(c: &ConstValue) -> Result<Type, CompileError> {
    Ok(match c {
        ConstValue::None => Type::None,
        ConstValue::Bool(_) => Type::BOOL,
        ConstValue::Int(_) => Type::INT,
        ConstValue::UInt(_) => Type::Scalar(DType::U64),
        ConstValue::Float(_) => Type::FLOAT,
        ConstValue::Complex(..) => Type::COMPLEX,
        ConstValue::Scalar(d, _) => Type::Scalar(*d),
        ConstValue::Str(_) => Type::Str,
        ConstValue::Tuple(items) => {
            Type::Tuple(items.iter().map(of_constant).collect::<Result<Vec<_>, _>>()?.into())
        }
        ConstValue::Ellipsis => Type::Ellipsis,
        ConstValue::Slice(p) => Type::Slice { start: p[0].is_some(), stop: p[1].is_some(), step: p[2].is_some() },
        ConstValue::Code(c) => {
            return Err(CompileError::unsupported("T0003", format!("not supported in nopython mode: code object {}", c.name)));
        }
        ConstValue::Global(g) => match &**g {
            Global::Array(a) => {
                let shape = a.shape();
                // Global arrays are frozen: read-only, and as contiguous as they are.
                let layout = if a.is_c_contiguous() {
                    Layout::C
                } else if a.is_f_contiguous() && shape.len() > 1 {
                    Layout::F
                } else {
                    Layout::A
                };
                Type::Array(ArrayType { dtype: a.dtype(), ndim: shape.len() as u8, layout, readonly: true })
            }
            Global::Opaque { type_name, .. } => {
                return Err(CompileError::typing(format!("Untyped global name: Cannot determine Numba type of <class '{type_name}'>")));
            }
            _ => Type::Global(g.clone()),
        },
    })
}

/// The value inside an optional; other types as they are.
pub fn strip(t: &Type) -> &Type {
    match t {
        Type::Optional(t) => t,
        t => t,
    }
}

/// Integer or bool scalar: may count, index and shift.
pub fn is_integer(t: &Type) -> bool {
    matches!(t, Type::Scalar(d) if d.is_integer())
}

/// `count` values of one type as a tuple.
pub fn uni_tuple(t: Type, count: usize) -> Type {
    Type::Tuple(vec![t; count].into())
}

/// Numba's wording for an operation without implementation for its operands.
pub fn no_implementation(function: &str, name: &str, args: &[&Type]) -> CompileError {
    let list = args.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(", ");
    CompileError::typing(format!(
        "No implementation of function Function({function}) found for signature:\n \n >>> {name}({list})\n"
    ))
}

/// The same for a Python operator function such as `add`.
pub fn no_operator(name: &str, args: &[&Type]) -> CompileError {
    no_implementation(&format!("<built-in function {name}>"), name, args)
}
