//! Arrays: indexing, slices, elementwise expressions, reductions.

use super::{Lowerer, Parts};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::Type;
use crate::lir::Value;

fn missing(what: &str, t: &Type) -> CompileError {
    CompileError::unsupported("T0410", format!("{what} of {t}"))
}

/// `a[index]`.
pub(crate) fn get_item(l: &mut Lowerer<'_>, object: hir::Value, _index: hir::Value, _result: hir::Value) -> Result<Parts, CompileError> {
    Err(missing("item", l.ty(object)))
}

/// `a[index] = value`.
pub(crate) fn set_item(l: &mut Lowerer<'_>, object: hir::Value, _index: hir::Value, _value: hir::Value) -> Result<(), CompileError> {
    Err(missing("assignment to an item", l.ty(object)))
}

/// `ufunc(operands…)` with at least one array, broadcast.
pub(crate) fn elementwise(l: &mut Lowerer<'_>, ufunc: &str, operands: &[hir::Value], _result: hir::Value) -> Result<Parts, CompileError> {
    Err(missing(ufunc, l.ty(operands[0])))
}

/// `a op= b` into the array `a`; gives the parts of `a`.
pub(crate) fn inplace(l: &mut Lowerer<'_>, ufunc: &str, a: hir::Value, _b: hir::Value) -> Result<Parts, CompileError> {
    Err(missing(ufunc, l.ty(a)))
}

/// `a @ b`.
pub(crate) fn matmul(l: &mut Lowerer<'_>, a: hir::Value, _b: hir::Value, _result: hir::Value) -> Result<Parts, CompileError> {
    Err(missing("operator @", l.ty(a)))
}

/// Truth of an array of one element.
pub(crate) fn truth(_l: &mut Lowerer<'_>, t: &Type, _p: &[Value]) -> Result<Value, CompileError> {
    Err(missing("truth", t))
}

/// `item in array`.
pub(crate) fn contains(l: &mut Lowerer<'_>, _item: hir::Value, container: hir::Value) -> Result<Value, CompileError> {
    Err(missing("operator in", l.ty(container)))
}

/// Element (or view, of more than one dimension) number `position` of the
/// first axis; in range.
pub(crate) fn item(_l: &mut Lowerer<'_>, of: &Type, _parts: &[Value], _position: Value) -> Result<Parts, CompileError> {
    Err(missing("iteration", of))
}

/// `a, b = array`: `count` items of the first axis, length checked.
pub(crate) fn unpack(l: &mut Lowerer<'_>, sequence: hir::Value, _count: u32) -> Result<Parts, CompileError> {
    Err(missing("unpacking", l.ty(sequence)))
}
