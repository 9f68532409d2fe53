//! Iteration: `iter(x)`, the next item, lengths of ranges, tuples.
//!
//! A range iterator is (next, stop, step) with `stop` *normalised*: a whole
//! number of steps after `next`, equal to it at the end. So `next != stop`
//! decides for every step, and nothing overflows.

use super::{Def, Lowerer, Parts};
use crate::abi::{self, ArrayParts};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::{self, Op as Hop, Term};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::trap::TrapKind;

/// The next step of an iterator.
struct Next {
    has: Value,
    /// Parts of the advanced iterator.
    iter: Parts,
    item: Item,
}

/// How the item is had once `has` is known to hold.
enum Item {
    Ready(Parts),
    /// Element of an array or tuple at a position.
    At { of: Type, parts: Parts, position: Value },
    /// A list's item that the runtime has put there, or not.
    Fetched { status: Value, out: Value, dtype: DType },
    /// Items of several iterators, as a tuple; a counter first for `enumerate`.
    Each(Vec<Item>),
}

/// What is known of a range loop: the values that made its iterator.
#[derive(Clone, Copy, Debug)]
pub struct RangeInfo {
    /// The `range` object.
    pub object: hir::Value,
    /// Step, where constant.
    pub step: Option<i64>,
}

impl<'a> Lowerer<'a> {
    /// `iter(object)`.
    pub(crate) fn iter(&mut self, object: hir::Value, to: &Type) -> Result<Parts, CompileError> {
        let p = self.parts(object);
        let from = self.ty(object);
        self.iter_of(from, &p, to)
    }

    /// An iterator over a value of type `from`.
    pub fn iter_of(&mut self, from: &Type, p: &[Value], to: &Type) -> Result<Parts, CompileError> {
        match from {
            Type::Range { .. } => {
                let n = self.range_length(p);
                let span = self.b.binary(Op::Imul, n, p[2]);
                let stop = self.b.binary(Op::Iadd, p[0], span);
                Ok(vec![p[0], stop, p[2]])
            }
            Type::Tuple(_) | Type::Array(_) | Type::Str | Type::ReflectedList(_) | Type::List(_) => {
                let mut out = p.to_vec();
                out.push(self.i64(0));
                Ok(out)
            }
            t if t == to => Ok(p.to_vec()),
            Type::RangeIter { .. } | Type::ArrayIter(_) | Type::TupleIter(_) | Type::ZipIter { .. } | Type::TextIter | Type::ReflectedListIter(_) => Ok(p.to_vec()),
            _ => Err(CompileError::typing(format!("{from} is not iterable"))),
        }
    }

    /// Number of items of range parts (start, stop, step).
    pub fn range_length(&mut self, p: &[Value]) -> Value {
        let (start, stop, step) = (p[0], p[1], p[2]);
        let zero = self.i64(0);
        let one = self.i64(1);
        match self.iconst_of(step) {
            Some(1) => {
                let n = self.b.binary(Op::Isub, stop, start);
                let some = self.b.icmp(Cc::Slt, start, stop);
                self.b.select(some, n, zero)
            }
            Some(-1) => {
                let n = self.b.binary(Op::Isub, start, stop);
                let some = self.b.icmp(Cc::Sgt, start, stop);
                self.b.select(some, n, zero)
            }
            _ => {
                // Unsigned arithmetic: spans of more than 2^63 exist.
                let up = self.b.icmp(Cc::Sgt, step, zero);
                let lo = self.b.select(up, start, stop);
                let hi = self.b.select(up, stop, start);
                let minus = self.b.binary(Op::Isub, zero, step);
                let width = self.b.select(up, step, minus);
                let null = self.b.icmp(Cc::Eq, step, zero);
                let width = self.b.select(null, one, width);
                let span = self.b.binary(Op::Isub, hi, lo);
                let last = self.b.binary(Op::Isub, span, one);
                let q = self.b.binary(Op::Udiv, last, width);
                let n = self.b.binary(Op::Iadd, q, one);
                let some = self.b.icmp(Cc::Slt, lo, hi);
                self.b.select(some, n, zero)
            }
        }
    }

    /// Is `x` an item of the range?
    pub(crate) fn range_contains(&mut self, p: &[Value], x: Value) -> Value {
        let n = self.range_length(p);
        let zero = self.i64(0);
        let one = self.i64(1);
        let null = self.b.icmp(Cc::Eq, p[2], zero);
        let step = self.b.select(null, one, p[2]);
        let d = self.b.binary(Op::Isub, x, p[0]);
        let (q, r) = self.int_divmod(true, d, step, super::scalar::Zero::Excluded);
        let exact = self.b.icmp(Cc::Eq, r, zero);
        let below = self.b.icmp(Cc::Ult, q, n);
        self.b.binary(Op::And, exact, below)
    }

    /// The constant that an LIR value is, if it is one.
    pub fn iconst_of(&self, v: Value) -> Option<i64> {
        // Constants are emitted shortly before their use: look at the last
        // instructions only.
        self.b.func.insts.iter().rev().take(256).find(|i| i.results.first() == Some(&v)).filter(|i| i.op == Op::Iconst).map(|i| i.imm)
    }

    /// Where the range that `iter` walks comes from, if it is one range.
    pub fn range_info(&self, iter: hir::Value) -> Option<RangeInfo> {
        let mut v = iter;
        for _ in 0..8 {
            match self.def(v) {
                Def::Inst { .. } => {
                    let Hop::Iter { object } = self.def_inst(v)?.op else { return None };
                    if !matches!(self.ty(object), Type::Range { .. }) {
                        return None;
                    }
                    let step = match self.def_inst(object).map(|i| &i.op) {
                        Some(Hop::Call { args, keywords, .. }) if keywords.is_empty() => match args.len() {
                            1 | 2 => Some(1),
                            3 => self.const_int(args[2]),
                            _ => None,
                        },
                        _ => None,
                    };
                    return Some(RangeInfo { object, step });
                }
                Def::Param { block, index } => v = self.only_source(block, index)?,
                Def::None => return None,
            }
        }
        None
    }

    /// The end of a range iterator of step 1: the stop as written where it is
    /// at hand, which helps range analysis, else the iterator's own.
    pub(crate) fn stop_of(&self, iter: hir::Value) -> Value {
        match self.range_info(iter) {
            Some(r) if self.is_lowered(r.object) && self.chunked != Some(iter) => self.parts(r.object)[1],
            _ => self.parts(iter)[1],
        }
    }

    /// The one value from outside that a block parameter starts with, not
    /// counting the parameter itself and iterators advanced from it.
    pub(crate) fn only_source(&self, block: hir::Block, index: u32) -> Option<hir::Value> {
        let param = self.hir.blocks[block.index()].params[index as usize];
        let mut source = None;
        for pred in &self.cfg.preds[block.index()] {
            for t in targets(&self.hir.blocks[pred.index()].term) {
                if t.block != block {
                    continue;
                }
                let arg = t.args[index as usize];
                let own = arg == param
                    || self.def_inst(arg).is_some_and(|i| matches!(i.op, Hop::IterNext { iter } if iter == param && i.results[2] == arg));
                if own {
                    continue;
                }
                if source.is_some_and(|s| s != arg) {
                    return None;
                }
                source = Some(arg);
            }
        }
        source
    }

    /// Lowers `IterNext`; true when the block's branch was lowered with it.
    pub(crate) fn iter_next(&mut self, h: hir::Block, iter: hir::Value, results: &[hir::Value]) -> Result<bool, CompileError> {
        let t = self.ty(iter).clone();
        let mut p = self.parts(iter);
        if let (Type::RangeIter { .. }, Some(step)) = (&t, self.range_info(iter).and_then(|r| r.step)) {
            // A parallel body gets the step from memory, where the optimiser
            // does not see that it is constant.
            p[2] = self.i64(step);
        }
        let next = if let Some(has) = self.strips.get(&h).map(|s| s.has) {
            let next = match t {
                Type::RangeIter { .. } => self.range_step(&t, &p, has),
                _ => self.next_of(&t, &p)?,
            };
            Next { has, ..next }
        } else if matches!(t, Type::RangeIter { .. }) && self.range_info(iter).is_some_and(|r| r.step == Some(1)) {
            let stop = self.stop_of(iter);
            let has = self.b.icmp(Cc::Slt, p[0], stop);
            self.range_step(&t, &p, has)
        } else {
            self.next_of(&t, &p)?
        };
        let [has, item, advanced] = results else { return Err(CompileError::bug("IterNext has three results")) };
        self.define(*has, vec![next.has]);
        self.define(*advanced, next.iter);
        let item_type = self.ty(*item).clone();
        match next.item {
            Item::Ready(parts) => {
                let n = self.cast_item(parts, &t, &item_type);
                self.define(*item, n);
                Ok(false)
            }
            later => self.guarded_item(h, *has, *item, &item_type, later),
        }
    }

    /// Range items are i64 parts whatever the dtype of the range.
    fn cast_item(&mut self, parts: Parts, iter: &Type, item: &Type) -> Parts {
        match (iter, item) {
            (Type::RangeIter { .. }, Type::Scalar(d)) => self.cast_scalar(&parts, DType::I64, *d),
            _ => parts,
        }
    }

    /// Computes an item only where there is one: on the taken side of the
    /// branch that follows, or in a diamond. True = the branch is done.
    fn guarded_item(&mut self, h: hir::Block, has: hir::Value, item: hir::Value, t: &Type, later: Item) -> Result<bool, CompileError> {
        let c = self.parts(has)[0];
        let there = self.b.new_block();
        if let Term::Branch { cond, then, otherwise } = &self.hir.blocks[h.index()].term
            && *cond == has
            && self.used_only_where_taken(h, item)
        {
            let here = self.b.block;
            self.b.switch_to(there);
            let parts = self.item_now(later, t)?;
            self.define(item, parts);
            self.jump_to(then)?;
            self.b.switch_to(here);
            self.branch_to(h, c, there, otherwise)?;
            return Ok(true);
        }
        let join = self.b.new_block();
        let zeros = self.zero(t);
        let params: Parts = abi::flatten(t).into_iter().map(|ty| self.b.func.add_param(join, ty)).collect();
        self.b.brif(c, (there, &[]), (join, &zeros));
        self.b.switch_to(there);
        let parts = self.item_now(later, t)?;
        self.b.jump(join, &parts);
        self.b.switch_to(join);
        self.define(item, params);
        Ok(false)
    }

    /// May the item be defined in the taken successor only?
    fn used_only_where_taken(&self, h: hir::Block, item: hir::Value) -> bool {
        let block = &self.hir.blocks[h.index()];
        let last = matches!(block.insts.last(), Some(i) if i.results.get(1) == Some(&item));
        let Term::Branch { then, otherwise, .. } = &block.term else { return false };
        last && !otherwise.args.contains(&item) && !self.hir.blocks[otherwise.block.index()].params.contains(&item) && then.block != otherwise.block
    }

    fn item_now(&mut self, item: Item, t: &Type) -> Result<Parts, CompileError> {
        match item {
            Item::Ready(p) => Ok(p),
            Item::Fetched { status, out, dtype } => self.list_fetched(status, out, dtype),
            Item::At { of: Type::Tuple(ts), parts, position } => {
                let item = self.select_item(&ts, &parts, position);
                let from = ts.first().cloned().unwrap_or(Type::Unknown);
                self.cast(&item, &from, t)
            }
            Item::At { of: Type::ReflectedList(item), parts, position } => Ok(self.reflected_get(parts[0], &item, position)),
            Item::At { of: Type::Str, parts, position } => Ok(self.text_at(&parts, position)),
            Item::At { of, parts, position } => super::array::item(self, &of, &parts, position),
            Item::Each(items) => {
                let mut out = Parts::new();
                let ts: Vec<Type> = match t {
                    Type::Tuple(ts) => ts.to_vec(),
                    _ => return Err(CompileError::bug("zip gives tuples")),
                };
                for (item, t) in items.into_iter().zip(ts) {
                    let p = self.item_now(item, &t)?;
                    // Items of ranges come as i64.
                    let have: Vec<Ty> = p.iter().map(|v| self.b.func.ty(*v)).collect();
                    match &t {
                        Type::Scalar(d) if have == [Ty::I64] && abi::scalar_ty(*d) != Ty::I64 => out.extend(self.cast_scalar(&p, DType::I64, *d)),
                        _ => out.extend(p),
                    }
                }
                Ok(out)
            }
        }
    }

    /// Runs `body` for each item of an iterator of type `iter`: it gets the
    /// item's type and parts and the values it gave last, first `carried`.
    ///
    /// # Errors
    /// What the body gives.
    pub fn for_each_item(
        &mut self,
        iter: &Type,
        p: &[Value],
        carried: &[Value],
        body: &mut dyn FnMut(&mut Self, &Type, &[Value], &[Value]) -> Result<Parts, CompileError>,
    ) -> Result<Parts, CompileError> {
        let (head, inside, after) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        let init = [p, carried].concat();
        self.b.jump(head, &init);
        self.b.switch_to(head);
        let params: Parts = init
            .iter()
            .map(|v| {
                let t = self.b.func.ty(*v);
                self.b.func.add_param(head, t)
            })
            .collect();
        let (state, values) = params.split_at(p.len());
        self.poll_here();
        let next = self.next_of(iter, state)?;
        self.b.brif(next.has, (inside, &[]), (after, &[]));
        self.b.switch_to(inside);
        let t = crate::typing::access::item(iter)?;
        let item = match next.item {
            Item::Ready(parts) => self.cast_item(parts, iter, &t),
            later => self.item_now(later, &t)?,
        };
        let out = body(self, &t, &item, values)?;
        let again = [next.iter, out].concat();
        self.b.jump(head, &again);
        self.b.switch_to(after);
        Ok(values.to_vec())
    }

    /// Items that a counted iterator has left; at least 0, as unsigned number.
    pub(crate) fn items_left(&mut self, t: &Type, p: &[Value]) -> Value {
        match t {
            Type::RangeIter { .. } => {
                let (next, stop, step) = (p[0], p[1], p[2]);
                let zero = self.i64(0);
                let up = self.b.icmp(Cc::Sgt, step, zero);
                let forward = self.b.binary(Op::Isub, stop, next);
                let backward = self.b.binary(Op::Isub, next, stop);
                let distance = self.b.select(up, forward, backward);
                let minus = self.b.binary(Op::Isub, zero, step);
                let width = self.b.select(up, step, minus);
                // A zero step never gets here (range() refuses it), but code that
                // is never reached must not divide by it either.
                let one = self.i64(1);
                let null = self.b.icmp(Cc::Eq, width, zero);
                let width = self.b.select(null, one, width);
                self.b.binary(Op::Udiv, distance, width)
            }
            Type::ZipIter { enumerate, parts } => {
                let mut at = usize::from(*enumerate);
                let mut fewest = None;
                for t in parts.iter() {
                    let n = abi::flatten(t).len();
                    let left = self.items_left(t, &p[at..at + n]);
                    at += n;
                    fewest = Some(match fewest {
                        None => left,
                        Some(least) => {
                            let fewer = self.b.icmp(Cc::Ult, left, least);
                            self.b.select(fewer, left, least)
                        }
                    });
                }
                fewest.unwrap_or_else(|| self.i64(0))
            }
            t => {
                let n = p.len() - 1;
                let count = match t {
                    Type::TupleIter(ts) => self.i64(ts.len() as i64),
                    Type::ArrayIter(a) => p[ArrayParts { ndim: a.ndim as usize }.shape(0)],
                    _ => p[super::text::LENGTH],
                };
                self.b.binary(Op::Isub, count, p[n])
            }
        }
    }

    fn range_step(&mut self, _t: &Type, p: &[Value], has: Value) -> Next {
        let next = self.b.binary(Op::Iadd, p[0], p[2]);
        Next { has, iter: vec![next, p[1], p[2]], item: Item::Ready(vec![p[0]]) }
    }

    fn next_of(&mut self, t: &Type, p: &[Value]) -> Result<Next, CompileError> {
        Ok(match t {
            Type::RangeIter { .. } => {
                let has = self.b.icmp(Cc::Ne, p[0], p[1]);
                self.range_step(t, p, has)
            }
            Type::TupleIter(ts) => {
                let n = p.len() - 1;
                let count = self.i64(ts.len() as i64);
                self.positional(Type::Tuple(ts.clone()), &p[..n], p[n], count)
            }
            Type::ArrayIter(a) => {
                let n = p.len() - 1;
                let count = p[ArrayParts { ndim: a.ndim as usize }.shape(0)];
                self.positional(Type::Array(*a), &p[..n], p[n], count)
            }
            Type::ReflectedListIter(item) => {
                let count = self.reflected_length(p[0]);
                self.positional(Type::ReflectedList(item.clone()), &p[..1], p[1], count)
            }
            Type::TextIter => self.positional(Type::Str, &p[..3], p[3], p[super::text::LENGTH]),
            Type::ListIter(d) => {
                let (status, out) = self.list_next(p[0], p[1], *d)?;
                let end = self.b.iconst(Ty::I32, super::list::END);
                let has = self.b.icmp(Cc::Ne, status, end);
                let one = self.i64(1);
                let next = self.b.binary(Op::Iadd, p[1], one);
                Next { has, iter: vec![p[0], next], item: Item::Fetched { status, out, dtype: *d } }
            }
            Type::ZipIter { enumerate, parts } => {
                let mut at = 0;
                let mut has = self.b.iconst(Ty::I1, i64::from(!parts.is_empty()));
                let mut iter = Parts::new();
                let mut items = Vec::new();
                if *enumerate {
                    let one = self.i64(1);
                    iter.push(self.b.binary(Op::Iadd, p[0], one));
                    items.push(Item::Ready(vec![p[0]]));
                    at = 1;
                }
                for t in parts.iter() {
                    let n = abi::flatten(t).len();
                    let next = self.next_of(t, &p[at..at + n])?;
                    at += n;
                    has = self.b.binary(Op::And, has, next.has);
                    iter.extend(next.iter);
                    items.push(next.item);
                }
                Next { has, iter, item: Item::Each(items) }
            }
            _ => return Err(CompileError::typing(format!("{t} is not an iterator"))),
        })
    }

    fn positional(&mut self, of: Type, parts: &[Value], position: Value, count: Value) -> Next {
        let has = self.b.icmp(Cc::Slt, position, count);
        let one = self.i64(1);
        let next = self.b.binary(Op::Iadd, position, one);
        let mut iter = parts.to_vec();
        iter.push(next);
        Next { has, iter, item: Item::At { of, parts: parts.to_vec(), position } }
    }

    // ----- tuples -------------------------------------------------------------------------

    /// Item number `position` of a homogeneous tuple; in range.
    pub(crate) fn select_item(&mut self, ts: &[Type], parts: &[Value], position: Value) -> Parts {
        let n = ts.first().map_or(0, |t| abi::flatten(t).len());
        let mut out = parts[..n].to_vec();
        for i in 1..ts.len() {
            let k = self.i64(i as i64);
            let here = self.b.icmp(Cc::Eq, position, k);
            for (j, o) in out.iter_mut().enumerate() {
                *o = self.b.select(here, parts[i * n + j], *o);
            }
        }
        out
    }

    /// `t[i]`, constant or (homogeneous tuples) computed.
    pub(crate) fn tuple_item(&mut self, tuple: hir::Value, index: hir::Value, result: hir::Value) -> Result<Parts, CompileError> {
        let Type::Tuple(ts) = self.ty(tuple) else { return Err(CompileError::bug("tuple expected")) };
        if let Some(crate::hir::value::ConstValue::Slice([start, stop, step])) = self.const_of(index) {
            let mut out = Parts::new();
            for i in slice_positions(start, stop, step, ts.len()) {
                out.extend(self.tuple_get(tuple, i as u32)?);
            }
            return Ok(out);
        }
        if let Some(Hop::Slice { start, stop, step }) = self.def_inst(index).map(|i| &i.op) {
            let part = |v: &Option<hir::Value>| match v {
                None => Some(None),
                Some(v) if *self.ty(*v) == Type::None => Some(None),
                Some(v) => self.const_int(*v).map(Some),
            };
            let (Some(start), Some(stop), Some(step)) = (part(start), part(stop), part(step)) else {
                return Err(CompileError::typing("tuples are sliced with constants only"));
            };
            let mut out = Parts::new();
            for i in slice_positions(start, stop, step, ts.len()) {
                out.extend(self.tuple_get(tuple, i as u32)?);
            }
            return Ok(out);
        }
        if let Some(i) = self.const_int(index) {
            let n = ts.len() as i64;
            let at = if i < 0 { i + n } else { i };
            if !(0..n).contains(&at) {
                return Err(CompileError::typing("tuple index out of range"));
            }
            return self.tuple_get(tuple, at as u32);
        }
        let i = self.int_of(index)?;
        let n = self.i64(ts.len() as i64);
        let zero = self.i64(0);
        let neg = self.b.icmp(Cc::Slt, i, zero);
        let wrapped = self.b.binary(Op::Iadd, i, n);
        let i = self.b.select(neg, wrapped, i);
        let outside = self.b.icmp(Cc::Uge, i, n);
        if self.hir.ordinary {
            self.exit_if(outside, hir::ExitReason::Domain)?;
        } else {
            self.b.trap_if(outside, TrapKind::TupleIndex, &[]);
        }
        let p = self.parts(tuple);
        let to = self.ty(result);
        let item = self.select_item(ts, &p, i);
        let from = ts.first().cloned().unwrap_or(Type::Unknown);
        self.cast(&item, &from, to)
    }

    /// Item number `index` of a tuple.
    pub fn tuple_get(&mut self, tuple: hir::Value, index: u32) -> Result<Parts, CompileError> {
        let t = self.ty(tuple);
        let Type::Tuple(ts) = t else { return Err(CompileError::bug(format!("item of {t}"))) };
        let skip: usize = ts[..index as usize].iter().map(|t| abi::flatten(t).len()).sum();
        let n = abi::flatten(&ts[index as usize]).len();
        Ok(self.parts(tuple)[skip..skip + n].to_vec())
    }

    /// `a, b = x`: a tuple of `count` items.
    pub(crate) fn unpack(&mut self, sequence: hir::Value, count: u32, to: &Type) -> Result<Parts, CompileError> {
        let t = self.ty(sequence);
        match t {
            Type::Tuple(ts) if ts.len() == count as usize => {
                let p = self.parts(sequence);
                self.cast(&p, t, to)
            }
            Type::Tuple(ts) => Err(CompileError::typing(format!("cannot unpack {} values into {count}", ts.len()))),
            Type::Array(_) => super::array::unpack(self, sequence, count),
            _ => Err(CompileError::typing(format!("{t} cannot be unpacked"))),
        }
    }
}

/// Is the number of items of iterators of type `t` known before the loop, and
/// does it stay the same? Lists grow and shrink under way.
pub(crate) fn is_counted(t: &Type) -> bool {
    match t {
        Type::RangeIter { .. } | Type::TupleIter(_) | Type::ArrayIter(_) | Type::TextIter => true,
        Type::ZipIter { parts, .. } => !parts.is_empty() && parts.iter().all(is_counted),
        _ => false,
    }
}

/// Index of a part of iterator type `t` that moves by 1 an item.
pub(crate) fn position(t: &Type) -> Option<usize> {
    match t {
        Type::TupleIter(_) | Type::ArrayIter(_) | Type::TextIter => abi::flatten(t).len().checked_sub(1),
        Type::ZipIter { enumerate, parts } => {
            let mut at = usize::from(*enumerate);
            for t in parts.iter() {
                if let Some(n) = position(t) {
                    return Some(at + n);
                }
                at += abi::flatten(t).len();
            }
            None
        }
        _ => None,
    }
}

/// Positions that `[start:stop:step]` selects of `n` items.
pub fn slice_positions(start: Option<i64>, stop: Option<i64>, step: Option<i64>, n: usize) -> Vec<usize> {
    let n = n as i64;
    let step = step.unwrap_or(1);
    if step == 0 {
        return vec![];
    }
    let clamp = |v: Option<i64>, default: i64| match v {
        None => default,
        Some(v) => {
            let v = if v < 0 { v + n } else { v };
            if step > 0 { v.clamp(0, n) } else { v.clamp(-1, n - 1) }
        }
    };
    let (mut i, stop) = if step > 0 { (clamp(start, 0), clamp(stop, n)) } else { (clamp(start, n - 1), clamp(stop, -1)) };
    let mut out = vec![];
    while (step > 0 && i < stop) || (step < 0 && i > stop) {
        out.push(i as usize);
        i += step;
    }
    out
}

/// The edges that leave a block.
pub fn targets(t: &Term) -> Vec<&hir::Target> {
    match t {
        Term::Jump(t) => vec![t],
        Term::Branch { then, otherwise, .. } => vec![then, otherwise],
        t => t.targets(),
    }
}
