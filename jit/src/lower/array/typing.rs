//! Element and result types of array operations in nopython code, beside
//! what the ufuncs' loops say (`library::ufunc`).

use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};

/// Type of `np.where(condition, a, b)` on arrays and scalars.
///
/// # Errors
/// Operands that are neither.
pub fn where_type(args: &[&Type]) -> Result<Type, CompileError> {
    let (a, b) = (element_type(args[1])?, element_type(args[2])?);
    Ok(Type::Array(joint_array(args, taipan_runtime::dtype::promote_types(a, b))))
}

/// Element type of an elementwise operand.
///
/// # Errors
/// A typing error for other types.
pub fn element_type(t: &Type) -> Result<DType, CompileError> {
    match t {
        Type::Scalar(d) => Ok(*d),
        Type::Array(a) => Ok(a.dtype),
        Type::Optional(t) => element_type(t),
        t => Err(CompileError::typing(format!("cannot use {t} in an array expression"))),
    }
}

/// The array type that an elementwise result has: most dimensions win, and
/// Fortran order only if every array has it.
pub fn joint_array(args: &[&Type], dtype: DType) -> ArrayType {
    let arrays = || args.iter().filter_map(|t| t.array());
    let ndim = arrays().map(|a| a.ndim).max().unwrap_or(0);
    let fortran = ndim > 1 && arrays().all(|a| a.layout == Layout::F && a.ndim == ndim);
    ArrayType { dtype, ndim, layout: if fortran { Layout::F } else { Layout::C }, readonly: false }
}

/// Result type of a full or axis reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulate {
    /// sum, prod, cumsum: small integers become 64-bit, floats stay.
    Wide,
    /// min, max: the element type.
    Same,
    /// mean, var, std: float64 for integers, the real type of floats.
    Mean,
    /// any, all.
    Bool,
    /// argmin, argmax, count_nonzero.
    Index,
}

impl Accumulate {
    /// Result dtype for elements of type `d`.
    pub fn result(self, d: DType) -> DType {
        match self {
            Accumulate::Wide => match d.kind() {
                taipan_runtime::dtype::Kind::Bool | taipan_runtime::dtype::Kind::Signed => DType::I64,
                taipan_runtime::dtype::Kind::Unsigned => DType::U64,
                _ => d,
            },
            Accumulate::Same => d,
            Accumulate::Mean => if d.is_inexact() { d } else { DType::F64 },
            Accumulate::Bool => DType::Bool,
            Accumulate::Index => DType::I64,
        }
    }
}
