//! Rare checks, and whether a loop can tell beforehand that none comes true.
//!
//! A rare check is a branch on a comparison of floats to a cold block that
//! raises or comes back without having changed anything. A *probe* is a
//! version of the loop that stores nothing and only collects whether such a
//! branch would be taken; if it would not, the version without checks runs,
//! else the original, from the start: nothing has been written yet.
//!
//! That the probe sees the numbers that the loop will see needs three things:
//! what is compared comes from memory, invariants and the position alone, not
//! from what earlier trips computed; a place that is read for it is either
//! where the same trip stores, or away from all stores of the loop (tested in
//! front of it); and the checks are on every trip's way.

use super::guard::Guard;
use super::{Check, Facts};
use crate::lir::analysis::{Dominators, Loop};
use crate::lir::op::{Cc, Effect, Op};
use crate::lir::{Aux, Block, Func, InstData, Module, Target, Ty, Value};
use std::collections::HashSet;

/// A branch that is hardly ever taken.
pub(super) struct Rare {
    pub block: Block,
    /// Which target is the cold one.
    pub cold: usize,
}

/// The address `base + index * scale + offset` of an access.
#[derive(Clone, PartialEq)]
pub(super) struct Place {
    pub base: Value,
    pub index: Value,
    pub scale: i64,
    pub offset: i64,
}

pub(super) struct Probe {
    /// Each on the way to the next.
    pub rare: Vec<Rare>,
    /// Accesses that must not overlap.
    apart: Vec<(Place, Place)>,
}

impl Probe {
    /// Finds the rare checks of a loop; `None` if there are none, or another
    /// check remains, or the probe could see something else than the loop.
    pub fn new(m: &Module, f: &Func, facts: &Facts<'_>, dominators: &Dominators, l: &Loop, checks: &[Check]) -> Option<Probe> {
        let [latch] = l.latches[..] else { return None };
        let inside: HashSet<Block> = l.blocks.iter().copied().collect();
        let mut rare: Vec<Rare> = Vec::new();
        let mut conditions = Vec::new();
        let mut cold = HashSet::new();
        for b in l.blocks.iter().filter(|b| **b != l.header && dominators.dominates(**b, latch)) {
            if let Some((r, condition)) = rare_check(f, facts, *b, &inside, &mut cold) {
                rare.push(r);
                conditions.push(condition);
            }
        }
        if rare.is_empty() {
            return None;
        }
        for b in l.blocks.iter().filter(|b| !cold.contains(*b)) {
            let known = *b == l.header || checks.iter().any(|c| c.block == *b) || rare.iter().any(|r| r.block == *b);
            // Neither another check nor another way out.
            if !known && f.successors(*b).any(|s| !inside.contains(&s)) {
                return None;
            }
        }
        rare.sort_by(|a, b| if dominators.dominates(a.block, b.block) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater });
        let insts = || l.blocks.iter().flat_map(|b| &f.blocks[b.index()].insts).map(|i| &f.insts[i.index()]);
        if !insts().all(|i| is_quiet(m, i)) {
            return None;
        }
        let mut reads = Vec::new();
        let mut seen = HashSet::new();
        for c in conditions {
            trace(facts, c, &mut seen, &mut reads)?;
        }
        let mut apart = Vec::new();
        for store in insts().filter(|i| i.op == Op::Store) {
            let to = place(facts, checks, store)?;
            for load in &reads {
                let from = place(facts, checks, load)?;
                if from != to && !apart.contains(&(from.clone(), to.clone())) {
                    apart.push((from, to.clone()));
                }
            }
        }
        Some(Probe { rare, apart })
    }

    /// What must hold in front of the loop.
    pub fn conditions(&self, g: &mut Guard<'_>) -> Vec<Value> {
        let mut all = Vec::new();
        for (a, b) in &self.apart {
            let ends = |g: &mut Guard<'_>, p: &Place, all: &mut Vec<Value>| (g.address(p, true, all), g.address(p, false, all));
            let (a, b) = (ends(g, a, &mut all), ends(g, b, &mut all));
            let before = g.compare(Cc::Ule, a.1, b.0);
            let behind = g.compare(Cc::Ule, b.1, a.0);
            all.push(g.op(Op::Or, Ty::I1, &[before, behind], Aux::None));
        }
        all
    }
}

/// Calls nothing that anybody could notice.
fn is_quiet(m: &Module, i: &InstData) -> bool {
    match (i.op.effect(), &i.aux) {
        (Effect::Call, Aux::Sym(s)) if i.op == Op::CallSym => m.symbols[s.index()].pure_fn,
        (Effect::Call, _) => false,
        _ => true,
    }
}

fn rare_check(f: &Func, facts: &Facts<'_>, b: Block, inside: &HashSet<Block>, all_cold: &mut HashSet<Block>) -> Option<(Rare, Value)> {
    let branch = f.terminator(b).filter(|t| t.op == Op::Brif)?;
    let targets = branch.targets();
    let cold = targets.iter().position(|t| f.blocks[t.block.index()].cold)?;
    let on = &targets[1 - cold];
    if !inside.contains(&on.block) || !compares_floats(facts, branch.args[0], 0) {
        return None;
    }
    let mut blocks = vec![targets[cold].block];
    let mut n = 0;
    while let Some(s) = blocks.get(n).copied() {
        n += 1;
        let (last, body) = f.blocks[s.index()].insts.split_last()?;
        if n > 8 || !body.iter().all(|i| f.insts[i.index()].op.effect() == Effect::Pure) {
            return None;
        }
        let end = &f.insts[last.index()];
        if end.op == Op::Trap {
            continue;
        }
        if !matches!(end.op, Op::Jump | Op::Brif) {
            return None;
        }
        for t in end.targets() {
            let Target { block, args } = t;
            if *block == on.block {
                if *args != on.args {
                    return None;
                }
            } else if !blocks.contains(block) {
                blocks.push(*block);
            }
        }
    }
    all_cold.extend(blocks);
    Some((Rare { block: b, cold }, branch.args[0]))
}

/// A comparison of floats, or several of them.
fn compares_floats(facts: &Facts<'_>, v: Value, depth: u32) -> bool {
    depth < 4
        && facts.data(v).is_some_and(|i| match i.op {
            Op::Fcmp => true,
            Op::And | Op::Or => i.args.iter().all(|a| compares_floats(facts, *a, depth + 1)),
            _ => false,
        })
}

/// Follows a value back to loads, invariants and the position.
fn trace<'a>(facts: &Facts<'a>, v: Value, seen: &mut HashSet<Value>, reads: &mut Vec<&'a InstData>) -> Option<()> {
    if v == facts.position || !facts.inside.contains(&v) || facts.walks.contains_key(&v) || !seen.insert(v) {
        return Some(());
    }
    // A parameter of a block inside has no instruction.
    let i = facts.data(v)?;
    if i.op == Op::Load {
        reads.push(i);
    }
    i.args.iter().try_for_each(|a| trace(facts, *a, seen, reads))
}

/// The address of an access that moves with the position.
fn place(facts: &Facts<'_>, checks: &[Check], access: &InstData) -> Option<Place> {
    let i = facts.data(access.args[0]).filter(|i| i.op == Op::PtrIndex)?;
    let index = checks.iter().find(|c| c.compared == i.args[1]).map_or(i.args[1], |c| c.index);
    let width = i64::from(access.ty.bits().max(8) / 8);
    let moves = facts.affine(index, 0) && !facts.walks(index);
    (moves && facts.invariant(i.args[0], 0) && width <= i.imm).then_some(Place { base: i.args[0], index, scale: i.imm, offset: access.imm })
}
