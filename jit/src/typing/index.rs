//! Types of `a[i]`: which dimensions stay, what layout remains, and what the
//! indices may be.

use super::{is_integer, no_operator};
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};

/// What one index does to one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// An integer: the dimension goes.
    Drop,
    /// `a:b`: part of the dimension, unit step.
    Part,
    /// `a:b:c`: strided.
    Strided,
    /// Not named (behind the last index or under `...`): all of it.
    Whole,
    /// `newaxis`: a dimension of size one that the array does not have.
    New,
    /// An integer array of this many dimensions.
    Fancy(u8),
    /// A boolean mask.
    Mask,
}

/// Most dimensions of an array, as in NumPy.
const MAX_DIMS: usize = 64;

/// The axes of `array[index]`, in order, `...` expanded.
pub fn axes(array: ArrayType, index: &Type) -> Option<Vec<Axis>> {
    let one = [index.clone()];
    let items: &[Type] = match index {
        Type::Tuple(t) => t,
        _ => &one,
    };
    let mut out = Vec::new();
    let mut gap = None;
    let mut used = 0;
    for t in items {
        match t {
            Type::Scalar(DType::Bool) => return None,
            t if is_integer(t) => {
                out.push(Axis::Drop);
                used += 1;
            }
            Type::Slice { step, .. } => {
                out.push(if *step { Axis::Strided } else { Axis::Part });
                used += 1;
            }
            Type::Ellipsis if gap.is_none() => gap = Some(out.len()),
            Type::None => out.push(Axis::New),
            Type::Array(a) if a.dtype.is_integer() => {
                out.push(Axis::Fancy(a.ndim));
                used += 1;
            }
            Type::Array(a) if a.dtype == DType::Bool && a.ndim == 1 => {
                out.push(Axis::Mask);
                used += 1;
            }
            _ => return None,
        }
    }
    let rest = (array.ndim as usize).checked_sub(used)?;
    if out.len() + rest > MAX_DIMS {
        return None;
    }
    let at = gap.unwrap_or(out.len());
    out.splice(at..at, std::iter::repeat_n(Axis::Whole, rest));
    Some(out)
}

/// Does a view that keeps these axes stay contiguous, the fastest-varying
/// axis last in the iteration order? Dropped axes must come first, then at
/// most one partial axis, then whole ones.
fn contiguous(axes: impl Iterator<Item = Axis>) -> bool {
    let mut started = false;
    for a in axes {
        match a {
            Axis::Drop if !started => {}
            Axis::Part if !started => started = true,
            Axis::Whole => started = true,
            Axis::New => {}
            _ => return false,
        }
    }
    true
}

/// Type of `array[index]` for basic and advanced indices.
///
/// # Errors
/// Typing: too many or unusable indices.
pub fn getitem(array: ArrayType, index: &Type) -> Result<Type, CompileError> {
    let whole = Type::Array(array);
    let count = if let Type::Tuple(t) = index { t.len() } else { 1 };
    let Some(axes) = axes(array, index) else {
        let effective = match index {
            Type::Tuple(t) => t.iter().filter(|t| !matches!(t, Type::None | Type::Ellipsis)).count(),
            _ => 1,
        };
        if effective > array.ndim as usize {
            return Err(CompileError::typing(format!("cannot index {whole} with {count} indices: {index}")));
        }
        return Err(no_operator("getitem", &[&whole, index]));
    };
    let kept = axes.iter().filter(|a| matches!(a, Axis::Part | Axis::Strided | Axis::Whole | Axis::New)).count();
    if axes.iter().any(|a| matches!(a, Axis::Fancy(_) | Axis::Mask)) {
        // The advanced indices broadcast together into one group of axes.
        let group = axes.iter().map(|a| if let Axis::Fancy(n) = a { *n } else { u8::from(*a == Axis::Mask) }).max();
        let ndim = kept as u8 + group.unwrap_or(1);
        return Ok(Type::Array(ArrayType { dtype: array.dtype, ndim, layout: Layout::C, readonly: false }));
    }
    if kept == 0 && !matches!(index, Type::Ellipsis) && array.ndim as usize == axes.len() && array.ndim > 0 {
        return Ok(Type::Scalar(array.dtype));
    }
    if kept == 0 && array.ndim == 0 && matches!(index, Type::Tuple(_)) {
        return Ok(Type::Scalar(array.dtype));
    }
    let layout = match array.layout {
        Layout::C if contiguous(axes.iter().copied()) => Layout::C,
        Layout::F if !axes.contains(&Axis::New) && contiguous(axes.iter().rev().copied()) => {
            if kept > 1 { Layout::F } else { Layout::C }
        }
        _ => Layout::A,
    };
    Ok(Type::Array(ArrayType { ndim: kept as u8, layout, ..array }))
}

/// Checks `array[index] = value`.
///
/// # Errors
/// Typing: read-only array, unusable index, value that cannot be stored.
pub fn setitem(array: ArrayType, index: &Type, value: &Type) -> Result<(), CompileError> {
    let whole = Type::Array(array);
    let refuse = || no_operator("setitem", &[&whole, index, value]);
    if array.readonly {
        return Err(CompileError::typing(format!("Cannot modify readonly array of type: {whole}")));
    }
    let target = getitem(array, index).map_err(|_| refuse())?;
    let storable = |from: DType| !from.is_complex() || array.dtype.is_complex();
    match (&target, value) {
        (_, Type::Scalar(d)) if storable(*d) => Ok(()),
        (Type::Array(t), Type::Array(v)) if v.ndim <= t.ndim && storable(v.dtype) => Ok(()),
        // A tuple spreads over the last axis.
        (Type::Array(t), Type::Tuple(items))
            if t.ndim == 1 && items.iter().all(|i| matches!(i, Type::Scalar(d) if storable(*d))) =>
        {
            Ok(())
        }
        _ => Err(refuse()),
    }
}
