//! What the block in front of a versioned loop computes.

use super::append;
use super::probe::Place;
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Block, Func, Inst, InstData, Ty, Value};
use std::collections::HashMap;

/// Computes in front of the loop what its checks compare.
pub(super) struct Guard<'a> {
    pub f: &'a mut Func,
    pub guard: Block,
    pub definition: HashMap<Value, Inst>,
    /// The position on entry, as the guard block has it.
    pub first: Value,
    pub position: Value,
    pub limit: Value,
    /// Where the walks start, and their steps.
    pub walks: HashMap<Value, (Value, Value)>,
    pub made: HashMap<Value, Value>,
}

impl Guard<'_> {
    pub fn op(&mut self, op: Op, ty: Ty, args: &[Value], aux: Aux) -> Value {
        let out = if matches!(op, Op::Icmp | Op::SaddO | Op::SsubO | Op::SmulO) { Ty::I1 } else { ty };
        let r = self.f.add_value(out);
        append(self.f, self.guard, InstData { op, ty, args: args.to_vec(), imm: 0, aux, results: vec![r], site: 0 });
        r
    }
    pub fn constant(&mut self, imm: i64) -> Value {
        let r = self.f.add_value(Ty::I64);
        append(self.f, self.guard, InstData { op: Op::Iconst, ty: Ty::I64, args: vec![], imm, aux: Aux::None, results: vec![r], site: 0 });
        r
    }
    pub fn compare(&mut self, cc: Cc, a: Value, b: Value) -> Value {
        self.op(Op::Icmp, Ty::I64, &[a, b], Aux::Cc(cc))
    }
    /// An invariant value, computed here if the loop computes it.
    pub fn invariant(&mut self, v: Value) -> Value {
        if let Some(n) = self.made.get(&v) {
            return *n;
        }
        let Some(i) = self.definition.get(&v).copied() else { return v };
        let mut data = self.f.insts[i.index()].clone();
        data.args = data.args.iter().map(|a| self.invariant(*a)).collect();
        let n = self.f.add_value(self.f.ty(v));
        data.results = vec![n];
        append(self.f, self.guard, data);
        self.made.insert(v, n);
        n
    }
    /// `a op b`; that it does not overflow is one more condition.
    pub fn exact(&mut self, op: Op, a: Value, b: Value, conditions: &mut Vec<Value>) -> Value {
        let predicate = match op {
            Op::Iadd => Op::SaddO,
            Op::Isub => Op::SsubO,
            _ => Op::SmulO,
        };
        let overflow = self.op(predicate, Ty::I64, &[a, b], Aux::None);
        let no = self.f.add_value(Ty::I1);
        append(self.f, self.guard, InstData { op: Op::Iconst, ty: Ty::I1, args: vec![], imm: 0, aux: Aux::None, results: vec![no], site: 0 });
        conditions.push(self.op(Op::Icmp, Ty::I1, &[overflow, no], Aux::Cc(Cc::Eq)));
        self.op(op, Ty::I64, &[a, b], Aux::None)
    }
    /// Address `place` on the first trip, or at the limit, as an integer.
    pub fn address(&mut self, place: &Place, first: bool, conditions: &mut Vec<Value>) -> Value {
        let base = self.invariant(place.base);
        let index = self.affine(place.index, first, conditions);
        let r = self.f.add_value(Ty::Ptr);
        append(
            self.f,
            self.guard,
            InstData { op: Op::PtrIndex, ty: Ty::Ptr, args: vec![base, index], imm: place.scale, aux: Aux::None, results: vec![r], site: 0 },
        );
        let address = self.op(Op::Bitcast, Ty::I64, &[r], Aux::None);
        let offset = self.constant(place.offset);
        self.op(Op::Iadd, Ty::I64, &[address, offset], Aux::None)
    }
    /// The index on the first trip (`first`), or: of a position at the limit,
    /// one behind the last trip; of a walk on the last trip. Steps that could
    /// overflow add a condition.
    pub fn affine(&mut self, v: Value, first: bool, conditions: &mut Vec<Value>) -> Value {
        if v == self.position {
            return if first { self.first } else { self.limit };
        }
        if let Some((start, step)) = self.walks.get(&v).copied() {
            if first {
                return start;
            }
            let step = self.invariant(step);
            let trips = self.exact(Op::Isub, self.limit, self.first, conditions);
            let one = self.constant(1);
            let steps = self.exact(Op::Isub, trips, one, conditions);
            let way = self.exact(Op::Imul, steps, step, conditions);
            return self.exact(Op::Iadd, start, way, conditions);
        }
        let Some(i) = self.definition.get(&v).copied() else { return v };
        let data = self.f.insts[i.index()].clone();
        let moving = self.moves(data.args[0]);
        let (a, b) = if moving {
            (self.affine(data.args[0], first, conditions), self.invariant(data.args[1]))
        } else {
            (self.invariant(data.args[0]), self.affine(data.args[1], first, conditions))
        };
        self.exact(data.op, a, b, conditions)
    }
    pub fn moves(&self, v: Value) -> bool {
        v == self.position
            || self.walks.contains_key(&v)
            || self.definition.get(&v).is_some_and(|i| {
                let i = &self.f.insts[i.index()];
                matches!(i.op, Op::Iadd | Op::Isub) && i.args.iter().any(|a| self.moves(*a))
            })
    }
}
