//! The join of types: what a variable is that holds both.

use crate::hir::types::{ArrayType, Layout, Type};
use std::sync::Arc;
use taipan_runtime::dtype::promote_types;

/// The smallest type that both convert to, or `None`.
///
/// Scalars follow NumPy's promotion (`uint64` with a signed integer is
/// `float64`); None with T is an optional T; arrays of different layout meet
/// in layout A.
pub fn unify(a: &Type, b: &Type) -> Option<Type> {
    if a == b {
        return Some(a.clone());
    }
    Some(match (a, b) {
        (Type::Unknown, t) | (t, Type::Unknown) => t.clone(),
        (Type::Scalar(x), Type::Scalar(y)) => Type::Scalar(promote_types(*x, *y)),
        (Type::None, Type::Optional(_)) => b.clone(),
        (Type::Optional(_), Type::None) => a.clone(),
        (Type::None, t) | (t, Type::None) if optional_inner(t) => Type::Optional(Arc::new(t.clone())),
        (Type::Optional(x), Type::Optional(y)) => Type::Optional(Arc::new(unify(x, y)?)),
        (Type::Optional(x), y) | (y, Type::Optional(x)) => Type::Optional(Arc::new(unify(x, y)?)),
        (Type::Tuple(x), Type::Tuple(y)) => Type::Tuple(unify_all(x, y)?),
        (Type::ReflectedList(x), Type::ReflectedList(y)) => Type::ReflectedList(Arc::new(unify(x, y)?)),
        (Type::ReflectedListIter(x), Type::ReflectedListIter(y)) => Type::ReflectedListIter(Arc::new(unify(x, y)?)),
        (Type::Array(x), Type::Array(y)) => Type::Array(unify_arrays(*x, *y)?),
        (Type::ArrayIter(x), Type::ArrayIter(y)) => Type::ArrayIter(unify_arrays(*x, *y)?),
        (Type::Range { dtype: x, parallel: p }, Type::Range { dtype: y, parallel: q }) if p == q => {
            Type::Range { dtype: promote_types(*x, *y), parallel: *p }
        }
        _ => return None,
    })
}

fn unify_all(x: &[Type], y: &[Type]) -> Option<Arc<[Type]>> {
    if x.len() != y.len() {
        return None;
    }
    x.iter().zip(y).map(|(a, b)| unify(a, b)).collect::<Option<Vec<_>>>().map(Into::into)
}

fn unify_arrays(x: ArrayType, y: ArrayType) -> Option<ArrayType> {
    (x.dtype == y.dtype && x.ndim == y.ndim).then(|| ArrayType {
        layout: if x.layout == y.layout { x.layout } else { Layout::A },
        readonly: x.readonly || y.readonly,
        ..x
    })
}

fn optional_inner(t: &Type) -> bool {
    matches!(t, Type::Scalar(_) | Type::Str | Type::ReflectedList(_) | Type::Array(_) | Type::Tuple(_))
}
