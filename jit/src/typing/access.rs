//! Types of iteration and of element access on tuples.

use super::{is_integer, no_implementation, no_operator};
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::hir::value::ConstValue;

/// Type of `iter(object)`.
///
/// # Errors
/// Typing: not iterable.
pub fn iter(object: &Type) -> Result<Type, CompileError> {
    let refuse = || no_implementation("<intrinsic getiter>", "getiter", &[object]);
    Ok(match object {
        Type::Range { dtype, parallel } => Type::RangeIter { dtype: *dtype, parallel: *parallel },
        Type::Array(a) if a.ndim > 0 => Type::ArrayIter(*a),
        Type::Tuple(items) => {
            if items.windows(2).any(|w| w[0] != w[1]) {
                return Err(refuse().note("The items of the tuple have different types."));
            }
            Type::TupleIter(items.clone())
        }
        Type::Str => Type::TextIter,
        Type::ReflectedList(item) => Type::ReflectedListIter(item.clone()),
        Type::RangeIter { .. } | Type::ArrayIter(_) | Type::TupleIter(_) | Type::ZipIter { .. } | Type::TextIter | Type::ReflectedListIter(_) => object.clone(),
        _ => return Err(refuse()),
    })
}

/// Type of the items of an iterator.
///
/// # Errors
/// Our bug: not an iterator.
pub fn item(iter: &Type) -> Result<Type, CompileError> {
    Ok(match iter {
        Type::RangeIter { dtype, .. } => Type::Scalar(*dtype),
        Type::ArrayIter(a) if a.ndim == 1 => Type::Scalar(a.dtype),
        Type::ArrayIter(a) => {
            let layout = if a.layout == Layout::C { Layout::C } else { Layout::A };
            Type::Array(ArrayType { ndim: a.ndim - 1, layout, ..*a })
        }
        Type::TextIter => Type::Str,
        Type::ReflectedListIter(item) => (**item).clone(),
        Type::TupleIter(items) => items.first().cloned().unwrap_or(Type::Unknown),
        Type::ZipIter { enumerate, parts } => {
            let mut items: Vec<Type> = if *enumerate { vec![Type::INT] } else { vec![] };
            for p in parts.iter() {
                items.push(item(p)?);
            }
            Type::Tuple(items.into())
        }
        _ => return Err(CompileError::bug(format!("{iter} is not an iterator"))),
    })
}

/// A tuple index made of constants.
pub enum TupleIndex {
    At(u32),
    /// Positions of a slice.
    Range(Vec<u32>),
}

/// Resolves `tuple[index]` for a constant index.
///
/// # Errors
/// Typing: out of range.
pub fn tuple_index(items: &[Type], index: &ConstValue) -> Result<Option<TupleIndex>, CompileError> {
    let n = items.len() as i64;
    match index {
        ConstValue::Int(i) => {
            let at = if *i < 0 { i + n } else { *i };
            if !(0..n).contains(&at) {
                return Err(CompileError::typing("tuple index out of range"));
            }
            Ok(Some(TupleIndex::At(at as u32)))
        }
        ConstValue::Scalar(_, c) => tuple_index(items, c),
        ConstValue::Slice([start, stop, step]) => {
            let step = step.unwrap_or(1);
            if step == 0 {
                return Err(CompileError::typing("slice step cannot be zero"));
            }
            let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
            let clamp = |v: i64| (if v < 0 { v + n } else { v }).clamp(low, high);
            let (first, last) = if step > 0 { (0, n) } else { (n - 1, -1) };
            let (mut at, end) = (start.map_or(first, clamp), stop.map_or(last, clamp));
            let mut out = Vec::new();
            while (step > 0 && at < end) || (step < 0 && at > end) {
                out.push(at as u32);
                at += step;
            }
            Ok(Some(TupleIndex::Range(out)))
        }
        _ => Ok(None),
    }
}

/// Type of `tuple[i]` with an index known only at run time.
///
/// # Errors
/// Typing: not an integer, or items of different types.
pub fn tuple_item(tuple: &Type, items: &[Type], index: &Type) -> Result<Type, CompileError> {
    let uniform = items.windows(2).all(|w| w[0] == w[1]);
    match items.first() {
        Some(t) if uniform && is_integer(index) && *index != Type::Scalar(DType::Bool) => Ok(t.clone()),
        _ => Err(no_operator("getitem", &[tuple, index])),
    }
}
