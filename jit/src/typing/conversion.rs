//! Which types a declared signature accepts, as arguments and as results, and
//! at what loss: the ranking by which Numba chooses between several signatures.

use crate::hir::types::{DType, Layout, Type};
use taipan_runtime::dtype::Kind;

/// How well a value of one type fits a parameter of another; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same type.
    Exact,
    /// A wider type of the same kind.
    Promote,
    /// Another kind without loss.
    Safe,
    /// May lose digits or wrap.
    Unsafe,
}

/// The fit of a value of type `from` to a parameter of type `to`; `None` = no
/// conversion.
///
/// Optional types are taken off by a loop and not by a call of itself: LLVM
/// turns `fit(…).max(Promote)` into a loop that keeps the range of the
/// maximum (never `Exact`) for results that do not pass through it.
pub fn fit(from: &Type, to: &Type) -> Option<Fit> {
    let (mut to, mut least) = (to, Fit::Exact);
    while from != to
        && let Type::Optional(inner) = to
    {
        least = Fit::Promote;
        if *from == Type::None {
            return Some(least);
        }
        to = inner;
    }
    Some(fit_plain(from, to)?.max(least))
}

/// [`fit`] to a type that is not optional.
fn fit_plain(from: &Type, to: &Type) -> Option<Fit> {
    if from == to {
        return Some(Fit::Exact);
    }
    match (from, to) {
        (Type::Scalar(f), Type::Scalar(t)) => fit_scalar(*f, *t),
        (Type::Array(f), Type::Array(t)) => {
            let order = f.layout == t.layout || t.layout == Layout::A;
            let same = f.dtype == t.dtype && f.ndim == t.ndim && order && (t.readonly || !f.readonly);
            same.then_some(Fit::Safe)
        }
        (Type::Tuple(fs), Type::Tuple(ts)) if fs.len() == ts.len() => {
            let mut worst = Fit::Exact;
            for (f, t) in fs.iter().zip(ts.iter()) {
                worst = worst.max(fit(f, t)?);
            }
            Some(worst)
        }
        _ => None,
    }
}

/// Kinds in the order in which numbers widen.
fn rank(d: DType) -> u8 {
    match d.kind() {
        Kind::Bool => 0,
        Kind::Unsigned => 1,
        Kind::Signed => 2,
        Kind::Float => 3,
        Kind::Complex => 4,
    }
}

fn fit_scalar(from: DType, to: DType) -> Option<Fit> {
    let (f, t) = (from.itemsize(), to.itemsize());
    let by = |safe: bool| Some(if safe { Fit::Safe } else { Fit::Unsafe });
    match (from.kind(), to.kind()) {
        (Kind::Complex, k) if k != Kind::Complex => None,
        (a, b) if a == b => Some(if f < t { Fit::Promote } else { Fit::Unsafe }),
        (Kind::Bool, _) => Some(Fit::Safe),
        (_, Kind::Bool) => Some(Fit::Unsafe),
        (Kind::Unsigned, Kind::Signed) => by(f < t),
        // 64-bit integers count as safe for float64, as in Numba.
        (Kind::Unsigned | Kind::Signed, Kind::Float) => by(f < t || t == 8),
        (Kind::Unsigned | Kind::Signed, Kind::Complex) => by(2 * f < t || t == 16),
        (Kind::Float, Kind::Complex) => by(2 * f <= t),
        _ => by(rank(from) < rank(to)),
    }
}

/// Sum of an argument list's fits, worst kinds first, so that comparing two
/// totals prefers the signature with fewer lossy conversions.
pub fn total(args: &[Type], params: &[Type]) -> Option<[u32; 3]> {
    if args.len() != params.len() {
        return None;
    }
    let mut counts = [0; 3];
    for (a, p) in args.iter().zip(params) {
        match fit(a, p)? {
            Fit::Exact => {}
            Fit::Promote => counts[2] += 1,
            Fit::Safe => counts[1] += 1,
            Fit::Unsafe => counts[0] += 1,
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn scalars(names: &[&str]) -> Vec<Type> {
        names.iter().map(|n| Type::Scalar(DType::from_name(n).expect("a dtype"))).collect()
    }

    #[test]
    fn an_integer_prefers_float64_to_a_narrower_integer() {
        let arg = scalars(&["int64"]);
        assert!(total(&arg, &scalars(&["float64"])) < total(&arg, &scalars(&["int32"])));
    }

    #[test]
    fn totals_count_every_kind_of_fit() {
        let params = scalars(&["int64", "float64", "float64", "int32"]);
        assert_eq!(total(&scalars(&["int64", "float64", "float32", "int64"]), &params), Some([1, 0, 1]));
        let optional = [Type::Optional(Arc::new(params[0].clone()))];
        assert_eq!(total(&params[..1], &optional), Some([0, 0, 1]));
        assert_eq!(total(&[Type::None], &optional), Some([0, 0, 1]));
        assert_eq!(fit(&optional[0], &optional[0]), Some(Fit::Exact));
    }

    #[test]
    fn complex_does_not_become_real() {
        assert_eq!(fit_scalar(DType::C128, DType::I32), None);
        assert_eq!(fit_scalar(DType::F64, DType::I32), Some(Fit::Unsafe));
    }
}
