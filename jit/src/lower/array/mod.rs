//! Arrays in compiled code: indexing, whole-array expressions, reductions,
//! creation, and calls of runtime kernels for everything else.

pub mod expr;
pub mod index;
pub mod kernel;
pub mod nest;
pub mod outline;
pub mod reduce;
pub mod typing;
pub mod value;

use super::{Lowerer, Parts};
use crate::error::CompileError;
use crate::hir;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::lir::Value;
use crate::lir::op::Cc;
use expr::{Expr, What, apply};
use index::{Item, Place};
use kernel::KernelArg;
use taipan_runtime::trap::TrapKind;
use value::ArrayVal;

/// `object[index]` of an array.
///
/// # Errors
/// Index expressions that have no lowering.
pub fn get_item(l: &mut Lowerer<'_>, object: hir::Value, index: hir::Value, result: hir::Value) -> Result<Parts, CompileError> {
    let a = l.materialised(object)?;
    let items = l.index_items(index)?;
    if let Some((base, axis, chooser)) = advanced(l, &a, &items)? {
        let to = result_array(l, result)?;
        return Ok(choose(l, &base, axis, chooser, to)?.parts);
    }
    match l.place(&a, &items)? {
        Place::Element(at) => Ok(l.load_element(a.ty.dtype, at)),
        Place::View(v) => Ok(v.parts),
    }
}

/// `object[index] = value` of an array.
///
/// # Errors
/// Index expressions that have no lowering, read-only arrays.
pub fn set_item(l: &mut Lowerer<'_>, object: hir::Value, index: hir::Value, value: hir::Value) -> Result<(), CompileError> {
    if l.hir.ordinary {
        return l.store_number(object, index, value);
    }
    let a = l.materialised(object)?;
    if a.ty.readonly {
        return Err(CompileError::typing(format!("cannot assign to {}: it is read-only", a.ty)));
    }
    let items = l.index_items(index)?;
    if let Some((base, axis, chooser)) = advanced(l, &a, &items)? {
        let source = source_array(l, value, a.ty.dtype)?;
        let axis = l.i64(axis as i64);
        let name = if chooser.ty.dtype == DType::Bool { "set_mask" } else { "set_index" };
        return l.kernel_in_place(
            name,
            &[KernelArg::Array(base), KernelArg::Array(chooser), KernelArg::Array(source), KernelArg::Int(axis)],
        );
    }
    match l.place(&a, &items)? {
        Place::Element(at) => {
            let parts = l.parts_as(value, &Type::Scalar(a.ty.dtype))?;
            l.store_element(at, &parts);
            Ok(())
        }
        Place::View(target) => assign(l, &target, value),
    }
}

/// `target[...] = value`.
fn assign(l: &mut Lowerer<'_>, target: &ArrayVal, value: hir::Value) -> Result<(), CompileError> {
    match l.ty(value) {
        Type::Array(_) => {
            // Through the kernel: it converts, broadcasts and minds overlap.
            let source = l.materialised(value)?;
            l.kernel_in_place("assign", &[KernelArg::Array(target.clone()), KernelArg::Array(source)])
        }
        _ => {
            let (d, p) = l.scalar_operand(value)?;
            l.fill(target, &Expr::Scalar(d, p))
        }
    }
}

impl Lowerer<'_> {
    /// Stores one scalar into every element.
    ///
    /// # Errors
    /// Types that do not convert.
    pub fn fill(&mut self, target: &ArrayVal, scalar: &Expr) -> Result<(), CompileError> {
        let d = target.ty.dtype;
        let parts = self.element(scalar, &mut std::iter::empty(), d)?;
        self.for_each_element(&Expr::Array(target.clone()), &[], &[], &mut |l, _, cursor, _| {
            l.store_element(cursor[0], &parts);
            Ok(vec![])
        })?;
        Ok(())
    }
}

/// The operand of an advanced index: the view that its basic items give, the
/// axis it applies to, and the index array.
fn advanced(l: &mut Lowerer<'_>, a: &ArrayVal, items: &[Item]) -> Result<Option<(ArrayVal, usize, ArrayVal)>, CompileError> {
    let Some(at) = items.iter().position(|i| matches!(i, Item::Array(_))) else { return Ok(None) };
    let Item::Array(chooser) = &items[at] else { return Ok(None) };
    if items.iter().skip(at + 1).any(|i| matches!(i, Item::Array(_) | Item::NewAxis)) {
        return Err(CompileError::unsupported("T0501", "more than one array in an index, or a new axis beside one"));
    }
    // The array stands where a full slice would; what it chooses is taken
    // along the resulting axis.
    let full = |_: &Item| Item::Slice(index::SliceParts { constant_step: Some(1), ..Default::default() });
    let covers = if chooser.ty.dtype == DType::Bool { chooser.ndim() } else { 1 };
    let mut basic: Vec<Item> = items[..at].to_vec();
    basic.extend(std::iter::repeat_with(|| full(&items[at])).take(covers));
    basic.extend(items[at + 1..].iter().cloned());
    let axis = items[..at].iter().filter(|i| matches!(i, Item::Slice(_) | Item::NewAxis)).count();
    match l.place(a, &basic)? {
        Place::View(v) => Ok(Some((v, axis, chooser.clone()))),
        Place::Element(_) => Err(CompileError::bug("advanced index without a dimension")),
    }
}

fn choose(l: &mut Lowerer<'_>, base: &ArrayVal, axis: usize, chooser: ArrayVal, to: ArrayType) -> Result<ArrayVal, CompileError> {
    let name = if chooser.ty.dtype == DType::Bool { "get_mask" } else { "get_index" };
    let axis = l.i64(axis as i64);
    l.kernel(name, &[KernelArg::Array(base.clone()), KernelArg::Array(chooser), KernelArg::Int(axis)], to)
}

/// HIR value `v` as an array operand of a kernel; scalars become 0-d arrays.
pub(crate) fn source_array(l: &mut Lowerer<'_>, v: hir::Value, dtype: DType) -> Result<ArrayVal, CompileError> {
    if l.ty(v).array().is_some() {
        return l.materialised(v);
    }
    let parts = l.parts_as(v, &Type::Scalar(dtype))?;
    let a = l.new_array(ArrayType { dtype, ndim: 0, layout: Layout::C, readonly: false }, &[], false);
    l.store_element(a.data(), &parts);
    Ok(a)
}

fn result_array(l: &Lowerer<'_>, v: hir::Value) -> Result<ArrayType, CompileError> {
    l.ty(v).array().ok_or_else(|| CompileError::bug(format!("{} is no array", l.ty(v))))
}

/// An elementwise ufunc with an array among its operands.
///
/// # Errors
/// Operations without scalar form.
pub fn elementwise(l: &mut Lowerer<'_>, ufunc: &str, args: &[hir::Value], result: hir::Value) -> Result<Parts, CompileError> {
    elementwise_op(l, &What::Ufunc(ufunc.into()), args, result)
}

/// Any elementwise operation.
///
/// # Errors
/// Operations without scalar form.
pub fn elementwise_op(l: &mut Lowerer<'_>, op: &What, args: &[hir::Value], result: hir::Value) -> Result<Parts, CompileError> {
    let to = result_array(l, result)?;
    let args = args.iter().map(|v| l.expr(*v)).collect::<Result<Vec<_>, _>>()?;
    let e = apply(op, args, to.dtype)?;
    Ok(l.materialise(&e, to)?.parts)
}

/// `a op= b` on array `a`: computed in place.
///
/// # Errors
/// Operations without scalar form, read-only arrays.
pub fn inplace(l: &mut Lowerer<'_>, ufunc: &str, a: hir::Value, b: hir::Value) -> Result<Parts, CompileError> {
    let target = l.materialised(a)?;
    if target.ty.readonly {
        return Err(CompileError::typing(format!("cannot assign to {}: it is read-only", target.ty)));
    }
    let mut operand = l.expr(b)?;
    if operand.ndim() > 0 {
        // An operand that overlaps the target must be read before it changes:
        // compute it first, unless it is an array that starts where the target does.
        let source = l.materialised(b)?;
        operand = Expr::Array(l.without_overlap(&target, source)?);
    }
    let e = apply(&What::Ufunc(ufunc.into()), vec![Expr::Array(target.clone()), operand], target.ty.dtype)?;
    let mut leaves = vec![];
    e.arrays(&mut leaves);
    let operands: Vec<ArrayVal> = leaves.into_iter().cloned().collect();
    let shape = l.broadcast_shape(&operands)?;
    for (dim, n) in shape.iter().enumerate() {
        // The target itself never broadcasts.
        let own = target.shape(dim + target.ndim() - shape.len());
        if own != *n {
            let differs = l.b.icmp(Cc::Ne, own, *n);
            let axis = l.i64(dim as i64);
            l.b.trap_if(differs, TrapKind::Broadcast, &[own, *n, axis]);
        }
    }
    l.assign_elements(&e, &target)?;
    Ok(target.parts)
}

impl Lowerer<'_> {
    /// `source`, or a copy of it if writing `target` element by element could
    /// change elements of `source` that are still to be read.
    fn without_overlap(&mut self, target: &ArrayVal, source: ArrayVal) -> Result<ArrayVal, CompileError> {
        let (t, s) = (self.descriptor(target), self.descriptor(&source));
        let overlaps = self
            .runtime("taipan_overlaps", &[t, s])
            .ok_or_else(|| CompileError::bug("taipan_overlaps has a result"))?;
        let zero = self.b.iconst(crate::lir::Ty::I32, 0);
        let c = self.b.icmp(Cc::Ne, overlaps, zero);
        let (copy, after) = (self.b.new_block(), self.b.new_block());
        self.b.func.blocks[copy.index()].cold = true;
        let out: Vec<_> = source.parts.iter().map(|p| self.b.func.add_param(after, self.b.func.ty(*p))).collect();
        // Any strides: the copy is contiguous, the original may not be.
        let any = ArrayType { layout: Layout::A, ..source.ty };
        self.b.brif(c, (copy, &[]), (after, &source.parts));
        self.b.switch_to(copy);
        let fresh = self.kernel("copy", &[KernelArg::Array(source)], any)?;
        self.b.jump(after, &fresh.parts);
        self.b.switch_to(after);
        Ok(ArrayVal::new(any, out))
    }
}

/// `a @ b`, `np.dot(a, b)`.
///
/// # Errors
/// None beyond the kernel call's.
pub fn matmul(l: &mut Lowerer<'_>, a: hir::Value, b: hir::Value, result: hir::Value) -> Result<Parts, CompileError> {
    let x = l.materialised(a)?;
    let y = l.materialised(b)?;
    let args = [KernelArg::Array(x), KernelArg::Array(y)];
    match l.ty(result) {
        Type::Scalar(d) => l.kernel_scalar("matmul", &args, *d),
        _ => {
            let to = result_array(l, result)?;
            Ok(l.kernel("matmul", &args, to)?.parts)
        }
    }
}

/// Truth of an array of one element; ValueError for others.
pub fn truth(l: &mut Lowerer<'_>, t: &Type, p: &[Value]) -> Result<Value, CompileError> {
    let ty = t.array().ok_or_else(|| CompileError::bug(format!("truth of {t} as an array")))?;
    let a = ArrayVal::new(ty, p.to_vec());
    let n = l.array_size(&a);
    let one = l.i64(1);
    let many = l.b.icmp(Cc::Ne, n, one);
    l.trap_text_if(
        many,
        TrapKind::ValueText,
        "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    );
    let x = l.load_element(ty.dtype, a.data());
    Ok(l.scalar_truth(&x, ty.dtype))
}

/// `item in array`: does any element equal it?
pub fn contains(l: &mut Lowerer<'_>, item: hir::Value, container: hir::Value) -> Result<Value, CompileError> {
    let args = vec![l.expr(container)?, l.expr(item)?];
    let e = apply(&What::Ufunc("equal".into()), args, DType::Bool)?;
    Ok(l.fold_expr(&e, reduce::Fold::Or, DType::Bool, None)?[0])
}

/// Element (or view, of more than one dimension) number `position` of the
/// first axis; in range.
pub fn item(l: &mut Lowerer<'_>, of: &Type, parts: &[Value], position: Value) -> Result<Parts, CompileError> {
    let ty = of.array().ok_or_else(|| CompileError::bug(format!("item of {of} as an array")))?;
    let a = ArrayVal::new(ty, parts.to_vec());
    let at = l.step_address(&a, a.data(), 0, position);
    if ty.ndim == 1 {
        return Ok(l.load_element(ty.dtype, at));
    }
    let mut out = vec![a.owner(), at];
    out.extend(&a.shapes()[1..]);
    out.extend(&a.strides()[1..]);
    Ok(out)
}

/// `a, b = array`: `count` items of the first axis, length checked.
pub fn unpack(l: &mut Lowerer<'_>, sequence: hir::Value, count: u32) -> Result<Parts, CompileError> {
    let t = l.ty(sequence).clone();
    let a = l.materialised(sequence)?;
    let (have, want) = (a.shape(0), l.i64(i64::from(count)));
    let more = l.b.icmp(Cc::Sgt, have, want);
    l.b.trap_if(more, TrapKind::UnpackMany, &[want, have]);
    let less = l.b.icmp(Cc::Slt, have, want);
    l.b.trap_if(less, TrapKind::UnpackFew, &[want, have]);
    let mut out = Parts::new();
    for i in 0..count {
        let position = l.i64(i64::from(i));
        out.extend(item(l, &t, &a.parts, position)?);
    }
    Ok(out)
}
