//! Lists: one part, the reference to a list of `taipan_runtime::list`. Items
//! travel as blocks of 8-byte words, one a machine value.

use super::array::index::SliceParts;
use super::{Lowerer, Parts};
use crate::abi;
use crate::error::CompileError;
use crate::hir::types::Type;
use crate::hir::{self, CompareOp};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::list::MAX_WORDS;
use taipan_runtime::trap::TrapKind;

/// The item type of a list type.
pub fn item_type(t: &Type) -> Result<&Type, CompileError> {
    match t {
        Type::ReflectedList(item) => Ok(item),
        t => Err(CompileError::bug(format!("{t} is not a list"))),
    }
}

/// Words of an item, and the mask of those that are references.
///
/// # Errors
/// Items of too many words.
pub fn item_layout(item: &Type) -> Result<(usize, u64), CompileError> {
    let tys = abi::flatten(item);
    if tys.len() > MAX_WORDS {
        return Err(CompileError::unsupported("T0414", format!("a list of {item}: its items have more than {MAX_WORDS} parts")));
    }
    let refs = tys.iter().enumerate().filter(|(_, t)| **t == Ty::Ref).fold(0, |mask, (k, _)| mask | 1 << k);
    Ok((tys.len(), refs))
}

impl Lowerer<'_> {
    /// A new empty list.
    ///
    /// # Errors
    /// See [`item_layout`].
    pub fn reflected_new(&mut self, item: &Type) -> Result<Value, CompileError> {
        let (width, refs) = item_layout(item)?;
        let (width, refs) = (self.i64(width as i64), self.i64(refs as i64));
        Ok(self.runtime("taipan_reflected_new", &[width, refs]).expect("has a result"))
    }

    /// The address of a block with the words of an item.
    fn item_block(&mut self, p: &[Value]) -> Value {
        let block = self.stack(8 * p.len().max(1) as i64);
        for (i, v) in p.iter().enumerate() {
            self.b.store(block, *v, 8 * i as i64);
        }
        block
    }

    /// The item whose words a runtime function stored; its references are ours.
    fn item_of_block(&mut self, item: &Type, block: Value) -> Parts {
        let mut parts = Parts::new();
        for (i, t) in abi::flatten(item).into_iter().enumerate() {
            let at = 8 * i as i64;
            parts.push(if t == Ty::Ref {
                let offset = self.i64(at);
                let address = self.b.op(Op::PtrAdd, Ty::Ptr, &[block, offset], 0);
                self.runtime("taipan_take_ref", &[address]).expect("has a result")
            } else {
                self.b.load(t, block, at)
            });
        }
        parts
    }

    fn no_memory_if_zero(&mut self, ok: Value) {
        let zero = self.i64(0);
        let failed = self.b.icmp(Cc::Eq, ok, zero);
        self.trap_text_if(failed, TrapKind::MemoryText, "not enough memory for a list");
    }

    /// Appends an item of the list's item type.
    pub fn reflected_append(&mut self, list: Value, p: &[Value]) {
        let block = self.item_block(p);
        let ok = self.runtime("taipan_reflected_append", &[list, block]).expect("has a result");
        self.no_memory_if_zero(ok);
        self.keep_refs(list, p);
    }

    fn keep_refs(&mut self, list: Value, p: &[Value]) {
        let mut refs = vec![list];
        refs.extend(p.iter().copied().filter(|v| self.b.func.ty(*v) == Ty::Ref));
        self.keep(&refs);
    }

    /// Inserts an item before a position.
    pub fn reflected_insert(&mut self, list: Value, index: Value, p: &[Value]) {
        let block = self.item_block(p);
        let ok = self.runtime("taipan_reflected_insert", &[list, index, block]).expect("has a result");
        self.no_memory_if_zero(ok);
        self.keep_refs(list, p);
    }

    /// Number of items.
    pub fn reflected_length(&mut self, list: Value) -> Value {
        self.runtime("taipan_reflected_length", &[list]).expect("has a result")
    }

    /// The item at an index; IndexError when there is none.
    pub fn reflected_get(&mut self, list: Value, item: &Type, index: Value) -> Parts {
        let block = self.stack(8 * abi::flatten(item).len().max(1) as i64);
        let ok = self.runtime("taipan_reflected_get", &[list, index, block]).expect("has a result");
        let zero = self.i64(0);
        let bad = self.b.icmp(Cc::Eq, ok, zero);
        self.trap_text_if(bad, TrapKind::IndexText, "list index out of range");
        self.item_of_block(item, block)
    }

    /// Takes an item out.
    pub fn reflected_pop(&mut self, list: Value, item: &Type, index: Value) -> Parts {
        let block = self.stack(8 * abi::flatten(item).len().max(1) as i64);
        let ok = self.runtime("taipan_reflected_pop", &[list, index, block]).expect("has a result");
        let zero = self.i64(0);
        let empty = self.b.icmp(Cc::Slt, ok, zero);
        self.trap_text_if(empty, TrapKind::IndexText, "pop from empty list");
        let bad = self.b.icmp(Cc::Eq, ok, zero);
        self.trap_text_if(bad, TrapKind::IndexText, "pop index out of range");
        self.item_of_block(item, block)
    }

    /// `del list[index]` with an integer or a slice.
    pub(crate) fn reflected_delete(&mut self, object: hir::Value, index: hir::Value) -> Result<(), CompileError> {
        let list = self.parts(object)[0];
        let (start, step, count) = if self.ty(index).scalar().is_some() {
            let at = self.int_of(index)?;
            let (n, zero, one) = (self.reflected_length(list), self.i64(0), self.i64(1));
            let from_end = self.b.binary(Op::Iadd, at, n);
            let negative = self.b.icmp(Cc::Slt, at, zero);
            let at = self.b.select(negative, from_end, at);
            let bad = self.b.icmp(Cc::Uge, at, n);
            self.trap_text_if(bad, TrapKind::IndexText, "list assignment index out of range");
            (at, one, one)
        } else {
            let Some(slice) = self.slice_parts(index) else {
                return Err(CompileError::typing(format!("a list is not indexed by {}", self.ty(index))));
            };
            let n = self.reflected_length(list);
            self.slice_bounds(&slice, n)
        };
        self.runtime("taipan_reflected_delete", &[list, start, step, count]);
        self.keep(&[list]);
        Ok(())
    }

    /// `list[index]` with an integer or a slice.
    pub(crate) fn reflected_item(&mut self, object: hir::Value, index: hir::Value) -> Result<Parts, CompileError> {
        let list = self.parts(object)[0];
        let item = item_type(self.ty(object))?.clone();
        if self.ty(index).scalar().is_some() {
            let at = self.int_of(index)?;
            return Ok(self.reflected_get(list, &item, at));
        }
        let Some(slice) = self.slice_parts(index) else {
            return Err(CompileError::typing(format!("a list is not indexed by {}", self.ty(index))));
        };
        Ok(vec![self.reflected_slice(list, &slice)])
    }

    fn reflected_slice(&mut self, list: Value, slice: &SliceParts) -> Value {
        let n = self.reflected_length(list);
        let (start, step, count) = self.slice_bounds(slice, n);
        self.runtime("taipan_reflected_pick", &[list, start, step, count]).expect("has a result")
    }

    /// A new list with the same items.
    pub fn reflected_copy(&mut self, list: Value) -> Value {
        let all = SliceParts { constant_step: Some(1), ..SliceParts::default() };
        self.reflected_slice(list, &all)
    }

    /// `list[index] = value`.
    pub(crate) fn reflected_set(&mut self, object: hir::Value, index: hir::Value, value: hir::Value) -> Result<(), CompileError> {
        let list = self.parts(object)[0];
        let item = item_type(self.ty(object))?.clone();
        let at = self.int_of(index)?;
        let p = self.parts_as(value, &item)?;
        let block = self.item_block(&p);
        let ok = self.runtime("taipan_reflected_set", &[list, at, block]).expect("has a result");
        let zero = self.i64(0);
        let bad = self.b.icmp(Cc::Eq, ok, zero);
        self.trap_text_if(bad, TrapKind::IndexText, "list assignment index out of range");
        self.keep_refs(list, &p);
        Ok(())
    }

    /// Appends every item of an iterable value to a list of items of type `item`.
    ///
    /// # Errors
    /// Items that do not convert.
    pub fn reflected_extend(&mut self, list: Value, item: &Type, from: &Type, p: &[Value]) -> Result<(), CompileError> {
        if *from == Type::ReflectedList(item.clone().into()) {
            let ok = self.runtime("taipan_reflected_extend", &[list, p[0]]).expect("has a result");
            self.no_memory_if_zero(ok);
            return Ok(());
        }
        let iter = crate::typing::access::iter(from)?;
        let start = self.iter_of(from, p, &iter)?;
        self.for_each_item(&iter, &start, &[], &mut |l, t, x, _| {
            let x = l.cast(x, t, item)?;
            l.reflected_append(list, &x);
            Ok(Parts::new())
        })?;
        self.keep(&[list]);
        Ok(())
    }

    /// `a + b` and `a * n`.
    pub(crate) fn reflected_binary(&mut self, op: hir::BinaryOp, a: hir::Value, b: hir::Value, inplace: bool, to: &Type) -> Result<Parts, CompileError> {
        let item = item_type(to)?.clone();
        let (ta, tb) = (self.ty(a).clone(), self.ty(b).clone());
        if op == hir::BinaryOp::Mul {
            let (list, count) = if matches!(ta, Type::ReflectedList(_)) { (a, b) } else { (b, a) };
            let (list, n) = (self.parts(list)[0], self.int_of(count)?);
            let made = self.runtime("taipan_reflected_repeat", &[list, n]).expect("has a result");
            let null = self.b.iconst(Ty::Ref, 0);
            let failed = self.b.icmp(Cc::Eq, made, null);
            self.trap_text_if(failed, TrapKind::MemoryText, "not enough memory for a list");
            return Ok(vec![made]);
        }
        let (pa, pb) = (self.parts(a), self.parts(b));
        if inplace {
            self.reflected_extend(pa[0], &item, &tb, &pb)?;
            return Ok(pa);
        }
        let made = self.reflected_new(&item)?;
        self.reflected_extend(made, &item, &ta, &pa)?;
        self.reflected_extend(made, &item, &tb, &pb)?;
        Ok(vec![made])
    }

    /// Are two lists equal, item by item?
    ///
    /// # Errors
    /// Items that do not compare.
    pub(crate) fn reflected_equal(&mut self, a: Value, ta: &Type, b: Value, tb: &Type) -> Result<Value, CompileError> {
        let (n, m) = (self.reflected_length(a), self.reflected_length(b));
        let same = self.b.icmp(Cc::Eq, n, m);
        let zero = self.i64(0);
        let n = self.b.select(same, n, zero);
        let mut failed = None;
        let equal = self.counted_loop(n, &[same], false, &mut |l, i, so_far| {
            let (x, y) = (l.reflected_get(a, ta, i), l.reflected_get(b, tb, i));
            match l.compare_values(CompareOp::Eq, ta, &x, tb, &y) {
                Ok(here) => vec![l.b.binary(Op::And, so_far[0], here)],
                Err(e) => {
                    failed = Some(e);
                    so_far.to_vec()
                }
            }
        });
        match failed {
            Some(e) => Err(e),
            None => Ok(equal[0]),
        }
    }

    /// Position of the first item equal to a value, or -1; and how many are.
    ///
    /// # Errors
    /// Items that do not compare with the value.
    pub fn reflected_find(&mut self, list: Value, item: &Type, t: &Type, p: &[Value]) -> Result<(Value, Value), CompileError> {
        let n = self.reflected_length(list);
        let (minus, zero, one) = (self.i64(-1), self.i64(0), self.i64(1));
        let mut failed = None;
        let found = self.counted_loop(n, &[minus, zero], false, &mut |l, i, so_far| {
            let x = l.reflected_get(list, item, i);
            match l.compare_values(CompareOp::Eq, item, &x, t, p) {
                Ok(here) => {
                    let none = l.b.icmp(Cc::Slt, so_far[1], one);
                    let first = l.b.binary(Op::And, none, here);
                    let more = l.b.binary(Op::Iadd, so_far[1], one);
                    vec![l.b.select(first, i, so_far[0]), l.b.select(here, more, so_far[1])]
                }
                Err(e) => {
                    failed = Some(e);
                    so_far.to_vec()
                }
            }
        });
        match failed {
            Some(e) => Err(e),
            None => Ok((found[0], found[1])),
        }
    }
}
