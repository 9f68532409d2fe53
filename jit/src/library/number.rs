//! Result types of operators on numbers, as Numba has them: integers widen to
//! 64 bits, small integers with float32 stay float32.

use crate::hir::types::DType;
use crate::hir::{BinaryOp, UnaryOp};
use taipan_runtime::dtype::{Kind, promote_types};

fn is_int(d: DType) -> bool {
    matches!(d.kind(), Kind::Bool | Kind::Signed | Kind::Unsigned)
}

/// The type of integer arithmetic.
fn int_pair(a: DType, b: DType) -> DType {
    if a.kind() == Kind::Unsigned && b.kind() == Kind::Unsigned { DType::U64 } else { DType::I64 }
}

/// The smallest common type of two numbers where one is inexact, or the
/// narrowest integer type of both (Numba's unification).
pub fn unify(a: DType, b: DType) -> DType {
    if a == b { a } else { promote_types(a, b) }
}

/// Type of `a op b`; `None` where the operator is not defined.
pub fn binary(op: BinaryOp, a: DType, b: DType) -> Option<DType> {
    let ints = is_int(a) && is_int(b);
    let complex = a.is_complex() || b.is_complex();
    Some(match op {
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor if a == DType::Bool && b == DType::Bool => DType::Bool,
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor if ints => int_pair(a, b),
        BinaryOp::Shl | BinaryOp::Shr if ints => {
            if a.kind() == Kind::Unsigned { DType::U64 } else { DType::I64 }
        }
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr | BinaryOp::MatMul => return None,
        BinaryOp::FloorDiv | BinaryOp::Mod if complex => return None,
        BinaryOp::Div if ints => DType::F64,
        _ if ints => int_pair(a, b),
        _ => unify(a, b),
    })
}

/// Type of `op a`; `None` where the operator is not defined.
pub fn unary(op: UnaryOp, a: DType) -> Option<DType> {
    Some(match op {
        UnaryOp::Not => DType::Bool,
        UnaryOp::Invert if a == DType::Bool => DType::Bool,
        UnaryOp::Invert if !is_int(a) => return None,
        _ if is_int(a) => int_pair(a, a),
        _ => a,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_numbas() {
        use BinaryOp::*;
        use DType::*;
        for (op, a, b, r) in [
            (Add, I8, I32, Some(I64)),
            (Add, U8, U32, Some(U64)),
            (Add, U64, I64, Some(I64)),
            (Add, I64, F32, Some(F64)),
            (Add, U8, F32, Some(F32)),
            (Add, Bool, U8, Some(I64)),
            (Div, I64, I64, Some(F64)),
            (And, Bool, Bool, Some(Bool)),
            (Shl, U8, I8, Some(U64)),
            (Mod, F32, C64, None),
            (Mul, F64, C64, Some(C128)),
        ] {
            assert_eq!(binary(op, a, b), r, "{op:?} {a} {b}");
        }
        assert_eq!(unify(U64, I64), F64);
    }
}
