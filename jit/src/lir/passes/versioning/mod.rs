//! Bounds checks out of inner loops: one check before the loop instead of one
//! an access.
//!
//! An innermost loop that counts a position up by 1 and leaves when it reaches
//! a limit gets a second version without the checks that are known to pass for
//! every position from the first to the limit. A block in front of the loop
//! tests that once and chooses the version:
//!
//! ```text
//! guard(p…):  ok = every removed check passes at the first and the last position
//!             brif ok -> fast(p…), loop(p…)
//! ```
//!
//! A check is a branch to a block that raises, on `index uge size` with an
//! invariant size, where the index is invariant or the position plus or minus
//! invariant terms, or the same with a *walk* in place of the position: another
//! value that each trip adds an invariant step to, as `range` with a step has
//! it. It may come after the wrap of negative indices
//! (`select (x slt 0), x + size, x`). Other checks stay in both versions.
//! The loop without checks is what the optimiser can vectorise.
//!
//! Checks of numbers that are hardly ever true (`math` functions, divisors of
//! zero) go too if a third version of the loop can tell beforehand that none
//! of them comes true; see [`probe`].

mod guard;
mod probe;

use crate::lir::analysis::{Cfg, Dominators, Loop, Loops};
use crate::lir::op::{Cc, Effect, Op};
use crate::lir::{Aux, Block, Func, Inst, InstData, Module, Target, Ty, Value};
use guard::Guard;
use probe::Probe;
use std::collections::{HashMap, HashSet};

/// Instructions of a loop worth a second copy, at most.
const LARGEST: usize = 400;

/// Looking at a loop costs time in proportion to its function: this many
/// instructions are looked at in all, so that huge functions stay quick.
const BUDGET: usize = 1 << 19;

/// Runs the pass. Steps must be recognisable constants (`params` first).
pub fn run(m: &Module, f: &mut Func) -> bool {
    let mut any = false;
    // Versioning adds blocks and keeps the numbers of the others.
    let cfg = Cfg::new(f);
    let dominators = Dominators::new(&cfg);
    let loops = Loops::new(&cfg, &dominators);
    let parents: HashSet<usize> = loops.loops.iter().filter_map(|l| l.parent).collect();
    let mut budget = BUDGET;
    for (n, l) in loops.loops.iter().enumerate() {
        if parents.contains(&n) {
            continue;
        }
        let Some(rest) = budget.checked_sub(f.insts.len()) else { break };
        budget = rest;
        if let Some(c) = Candidate::new(m, f, &dominators, l)
        {
            c.apply(f);
            any = true;
        }
    }
    any
}

/// A branch that a version can do without.
struct Check {
    block: Block,
    /// Which target raises.
    raises: usize,
    /// The index before the wrap of negative ones, if it is wrapped.
    index: Value,
    /// The value compared with the size.
    compared: Value,
    size: Value,
    /// The index moves with the position, or with a walk.
    moves: bool,
    walks: bool,
}

struct Candidate {
    header: Block,
    /// Blocks to copy: the loop and the raising blocks that only it reaches.
    body: Vec<Block>,
    /// The only block outside that the loop goes on to.
    exit: Block,
    position: Value,
    limit: Value,
    /// Walks and their steps.
    walks: HashMap<Value, Value>,
    checks: Vec<Check>,
    probe: Option<Probe>,
}

/// Which version of a loop to make.
#[derive(Clone, Copy)]
enum Version {
    /// Without checks.
    Fast,
    /// That only looks whether a rare check comes true, and goes on to this
    /// block; its header has that as one more parameter.
    Probe(Block),
}

/// Facts about the values of one loop.
struct Facts<'a> {
    f: &'a Func,
    inside: HashSet<Value>,
    definition: HashMap<Value, Inst>,
    /// Of the whole function.
    constants: HashMap<Value, i64>,
    position: Value,
    walks: HashMap<Value, Value>,
}

impl<'a> Facts<'a> {
    fn new(f: &'a Func, body: &[Block], position: Value) -> Self {
        let mut inside = HashSet::new();
        let mut definition = HashMap::new();
        for b in body {
            inside.extend(f.blocks[b.index()].params.iter().copied());
            for i in &f.blocks[b.index()].insts {
                for r in &f.insts[i.index()].results {
                    inside.insert(*r);
                    definition.insert(*r, *i);
                }
            }
        }
        let constants = f.insts.iter().filter(|i| i.op == Op::Iconst).filter_map(|i| Some((*i.results.first()?, i.imm))).collect();
        Facts { f, inside, definition, constants, position, walks: HashMap::new() }
    }
    fn data(&self, v: Value) -> Option<&'a InstData> {
        self.definition.get(&v).map(|i| &self.f.insts[i.index()])
    }
    /// Computed from values outside alone, by cheap operations.
    fn invariant(&self, v: Value, depth: u32) -> bool {
        if !self.inside.contains(&v) {
            return true;
        }
        depth < 12
            && self.data(v).is_some_and(|i| {
                matches!(i.op, Op::Iconst | Op::Iadd | Op::Isub | Op::Imul | Op::Icmp | Op::Select | Op::Sext | Op::Zext | Op::PtrAdd | Op::PtrIndex)
                    && i.args.iter().all(|a| self.invariant(*a, depth + 1))
            })
    }
    /// The position or a walk, plus or minus invariant terms.
    fn affine(&self, v: Value, depth: u32) -> bool {
        v == self.position
            || self.walks.contains_key(&v)
            || depth < 8
                && self.data(v).is_some_and(|i| match i.op {
                    Op::Iadd => {
                        (self.affine(i.args[0], depth + 1) && self.invariant(i.args[1], 0))
                            || (self.affine(i.args[1], depth + 1) && self.invariant(i.args[0], 0))
                    }
                    Op::Isub => self.affine(i.args[0], depth + 1) && self.invariant(i.args[1], 0),
                    _ => false,
                })
    }
    /// The walk that an affine value moves with, if it is not the position.
    fn walks(&self, v: Value) -> bool {
        self.walks.contains_key(&v) || self.data(v).is_some_and(|i| matches!(i.op, Op::Iadd | Op::Isub) && i.args.iter().any(|a| self.walks(*a)))
    }
    /// The walks among the header's parameters, by what the latch passes.
    fn find_walks(&mut self, params: &[Value], back: &[Value]) {
        for (p, b) in params.iter().zip(back) {
            if let Some(i) = self.data(*b).filter(|i| i.op == Op::Iadd && i.args[0] == *p && i.ty == Ty::I64)
                && *p != self.position
                && self.invariant(i.args[1], 0)
            {
                self.walks.insert(*p, i.args[1]);
            }
        }
    }
    fn constant(&self, v: Value) -> Option<i64> {
        self.constants.get(&v).copied()
    }
    /// `x` of `select (x slt 0), x + size, x`.
    fn unwrapped(&self, v: Value, size: Value) -> Option<Value> {
        let select = self.data(v).filter(|i| i.op == Op::Select)?;
        let x = select.args[2];
        let negative = self.data(select.args[0]).filter(|i| i.op == Op::Icmp && i.aux == Aux::Cc(Cc::Slt))?;
        let sum = self.data(select.args[1]).filter(|i| i.op == Op::Iadd)?;
        let wraps = negative.args[0] == x && self.constant(negative.args[1]) == Some(0) && sum.args[..] == [x, size];
        wraps.then_some(x)
    }
}

impl Candidate {
    fn new(m: &Module, f: &Func, dominators: &Dominators, l: &Loop) -> Option<Candidate> {
        let [latch] = l.latches[..] else { return None };
        let inside: HashSet<Block> = l.blocks.iter().copied().collect();
        let insts = || l.blocks.iter().flat_map(|b| &f.blocks[b.index()].insts).map(|i| &f.insts[i.index()]);
        if insts().count() > LARGEST || insts().any(|i| i.op == Op::Poll) {
            return None;
        }
        // Where the loop goes on to, raising blocks aside.
        let mut body = l.blocks.clone();
        let mut exit = None;
        for b in &l.blocks {
            for s in f.successors(*b).filter(|s| !inside.contains(s)) {
                if f.successors(s).next().is_none() && !matches!(f.terminator(s)?.op, Op::Ret | Op::Exit) {
                    if !body.contains(&s) {
                        body.push(s);
                    }
                } else if *exit.get_or_insert(s) != s {
                    return None;
                }
            }
        }
        // Raising blocks that others reach too are not ours to copy.
        let own: HashSet<Block> = body.iter().copied().collect();
        let shared = |b: Block| !inside.contains(&b) && own.contains(&b);
        if l.header == f.entry() || f.block_ids().filter(|p| !own.contains(p)).any(|p| f.successors(p).any(shared)) {
            return None;
        }
        let exit = exit?;
        // The position: compared at the header, one more at the latch.
        let test = f.terminator(l.header).filter(|t| t.op == Op::Brif)?;
        if test.targets()[1].block != exit || !inside.contains(&test.targets()[0].block) {
            return None;
        }
        let find = |v: Value| f.insts.iter().find(|i| i.results.contains(&v));
        let compare = find(test.args[0]).filter(|i| i.op == Op::Icmp && i.aux == Aux::Cc(Cc::Slt) && i.ty == Ty::I64)?;
        let (position, limit) = (compare.args[0], compare.args[1]);
        let mut facts = Facts::new(f, &body, position);
        let place = f.blocks[l.header.index()].params.iter().position(|p| *p == position)?;
        let passed = &f.terminator(latch)?.targets().iter().find(|t| t.block == l.header)?.args;
        let next = facts.data(passed[place]).filter(|i| i.op == Op::Iadd && i.args[0] == position)?;
        if facts.constant(next.args[1]) != Some(1) || facts.inside.contains(&limit) {
            return None;
        }
        facts.find_walks(&f.blocks[l.header.index()].params, passed);
        let checks: Vec<Check> = l.blocks.iter().filter_map(|b| Self::check(f, &facts, *b, &inside)).collect();
        let probe = Probe::new(m, f, &facts, dominators, l, &checks);
        if checks.is_empty() && probe.is_none() {
            return None;
        }
        let walks = facts.walks;
        Some(Candidate { probe, header: l.header, body, exit, position, limit, walks, checks })
    }

    fn check(f: &Func, facts: &Facts<'_>, block: Block, inside: &HashSet<Block>) -> Option<Check> {
        let branch = f.terminator(block).filter(|t| t.op == Op::Brif)?;
        let raises = branch.targets().iter().position(|t| f.terminator(t.block).is_some_and(|i| i.op == Op::Trap))?;
        if !inside.contains(&branch.targets()[1 - raises].block) {
            return None;
        }
        let test = facts.data(branch.args[0]).filter(|i| i.op == Op::Icmp && i.ty == Ty::I64)?;
        let passes_when_set = raises == 1;
        let in_bounds = match test.aux {
            Aux::Cc(Cc::Uge) => !passes_when_set,
            Aux::Cc(Cc::Ult) => passes_when_set,
            _ => false,
        };
        let (compared, size) = (test.args[0], test.args[1]);
        if !in_bounds || !facts.invariant(size, 0) {
            return None;
        }
        if facts.invariant(compared, 0) {
            return Some(Check { block, raises, index: compared, compared, size, moves: false, walks: false });
        }
        let index = facts.unwrapped(compared, size).unwrap_or(compared);
        let walks = facts.walks(index);
        facts.affine(index, 0).then_some(Check { block, raises, index, compared, size, moves: true, walks })
    }

    fn apply(&self, f: &mut Func) {
        let body: HashSet<Block> = self.body.iter().copied().collect();
        self.merge_exits(f, &body);
        let guard = self.guard(f);
        // Entries from outside go through the guard.
        for b in f.block_ids().filter(|b| !body.contains(b) && *b != guard) {
            self.redirect(f, b, guard);
        }
        let fast = self.copy(f, Version::Fast)[&self.header];
        let args = f.blocks[guard.index()].params.clone();
        let mut entry = Target { block: fast, args: args.clone() };
        if self.probe.is_some() {
            let decision = f.add_block();
            let probe = self.copy(f, Version::Probe(decision))[&self.header];
            let slow = Target { block: self.header, args: args.clone() };
            let rare = f.blocks[probe.index()].params.last().copied().into_iter().collect();
            let aux = Aux::Targets(vec![slow, entry]);
            append(f, decision, InstData { op: Op::Brif, ty: Ty::I1, args: rare, imm: 0, aux, results: vec![], site: 0 });
            let no = f.add_value(Ty::I1);
            let at = f.blocks[guard.index()].insts.len() - 1;
            f.insts.push(InstData { op: Op::Iconst, ty: Ty::I1, args: vec![], imm: 0, aux: Aux::None, results: vec![no], site: 0 });
            let no_inst = Inst::new(f.insts.len() - 1);
            f.blocks[guard.index()].insts.insert(at, no_inst);
            entry = Target { block: probe, args: args.iter().copied().chain([no]).collect() };
        }
        if let Some(i) = f.blocks[guard.index()].insts.last().copied()
            && let Aux::Targets(t) = &mut f.insts[i.index()].aux
        {
            t[0] = entry;
            t[1] = Target { block: self.header, args };
        }
    }

    fn redirect(&self, f: &mut Func, b: Block, guard: Block) {
        let Some(i) = f.blocks[b.index()].insts.last().copied() else { return };
        if let Aux::Targets(ts) = &mut f.insts[i.index()].aux {
            for t in ts.iter_mut().filter(|t| t.block == self.header) {
                t.block = guard;
            }
        }
    }

    /// Puts a block on the way to the exit whose parameters carry what the
    /// code behind the loop reads of it.
    fn merge_exits(&self, f: &mut Func, body: &HashSet<Block>) {
        let defined: HashSet<Value> = Facts::new(f, &self.body, self.position).inside;
        let mut read: Vec<Value> = Vec::new();
        for b in f.block_ids().filter(|b| !body.contains(b)) {
            for i in &f.blocks[b.index()].insts {
                read.extend(f.insts[i.index()].uses().filter(|v| defined.contains(v)));
            }
        }
        read.sort();
        read.dedup();
        let landing = f.add_block();
        let plain: Vec<Value> = f.blocks[self.exit.index()].params.clone().iter().map(|p| f.add_param(landing, f.ty(*p))).collect();
        let renamed: HashMap<Value, Value> = read.iter().map(|v| (*v, f.add_param(landing, f.ty(*v)))).collect();
        for b in f.block_ids().filter(|b| *b != landing) {
            let inside = body.contains(&b);
            for i in f.blocks[b.index()].insts.clone() {
                let data = &mut f.insts[i.index()];
                if !inside {
                    data.map_uses(|v| renamed.get(&v).copied().unwrap_or(v));
                } else if let Aux::Targets(ts) = &mut data.aux {
                    for t in ts.iter_mut().filter(|t| t.block == self.exit) {
                        t.block = landing;
                        t.args.extend(&read);
                    }
                }
            }
        }
        let jump = Aux::Targets(vec![Target { block: self.exit, args: plain }]);
        append(f, landing, InstData { op: Op::Jump, ty: Ty::I1, args: vec![], imm: 0, aux: jump, results: vec![], site: 0 });
    }

    /// The block in front, its targets still open.
    fn guard(&self, f: &mut Func) -> Block {
        let guard = f.add_block();
        let mut at = HashMap::new();
        for p in f.blocks[self.header.index()].params.clone() {
            let n = f.add_param(guard, f.ty(p));
            at.insert(p, n);
        }
        let definition = Facts::new(f, &self.body, self.position).definition;
        let walks = self.walks.iter().map(|(q, step)| (*q, (at[q], *step))).collect();
        let mut g = Guard { f, guard, definition, first: at[&self.position], position: self.position, limit: self.limit, walks, made: HashMap::new() };
        let mut all: Option<Value> = None;
        for c in &self.checks {
            let mut parts = Vec::new();
            let size = g.invariant(c.size);
            if c.moves {
                let low = g.affine(c.index, true, &mut parts);
                let high = g.affine(c.index, false, &mut parts);
                if c.walks {
                    parts.push(g.compare(Cc::Ult, low, size));
                    parts.push(g.compare(Cc::Ult, high, size));
                } else {
                    let zero = g.constant(0);
                    parts.push(g.compare(Cc::Sge, low, zero));
                    parts.push(g.compare(Cc::Sle, high, size));
                }
            } else {
                let index = g.invariant(c.index);
                parts.push(g.compare(Cc::Ult, index, size));
            }
            for p in parts {
                all = Some(match all {
                    Some(a) => g.op(Op::And, Ty::I1, &[a, p], Aux::None),
                    None => p,
                });
            }
        }
        if let Some(probe) = &self.probe {
            for p in probe.conditions(&mut g) {
                all = Some(match all {
                    Some(a) => g.op(Op::And, Ty::I1, &[a, p], Aux::None),
                    None => p,
                });
            }
        }
        let ok = all.unwrap_or_else(|| {
            let zero = g.constant(0);
            g.compare(Cc::Eq, zero, zero)
        });
        let open = Target { block: self.header, args: vec![] };
        append(f, guard, InstData { op: Op::Brif, ty: Ty::I1, args: vec![ok], imm: 0, aux: Aux::Targets(vec![open.clone(), open]), results: vec![], site: 0 });
        guard
    }

    /// Copies the loop without the checks.
    fn copy(&self, f: &mut Func, version: Version) -> HashMap<Block, Block> {
        let mut blocks = HashMap::new();
        let mut values: HashMap<Value, Value> = HashMap::new();
        for b in &self.body {
            let n = f.add_block();
            f.blocks[n.index()].cold = f.blocks[b.index()].cold;
            blocks.insert(*b, n);
            for p in f.blocks[b.index()].params.clone() {
                let v = f.add_param(n, f.ty(p));
                values.insert(p, v);
            }
            for i in f.blocks[b.index()].insts.clone() {
                for r in f.insts[i.index()].results.clone() {
                    let v = f.add_value(f.ty(r));
                    values.insert(r, v);
                }
            }
        }
        let rare = self.probe.as_ref().map_or(&[][..], |p| &p.rare);
        // Whether one of the rare checks came true, by the block that looks.
        let mut seen: HashMap<Block, (Value, Value)> = HashMap::new();
        let mut last_seen = None;
        if let Version::Probe(_) = version {
            let mut before = f.add_param(blocks[&self.header], Ty::I1);
            for r in rare {
                let after = f.add_value(Ty::I1);
                seen.insert(r.block, (before, after));
                before = after;
            }
            last_seen = Some(before);
        }
        // Indices known to be in bounds need no wrap.
        let plain: HashMap<Value, Value> = self.checks.iter().filter(|c| c.index != c.compared).map(|c| (c.compared, c.index)).collect();
        for b in &self.body {
            for i in f.blocks[b.index()].insts.clone() {
                let mut data = f.insts[i.index()].clone();
                if matches!(version, Version::Probe(_)) && matches!(data.op, Op::Store | Op::Keep) {
                    continue;
                }
                let check = self.checks.iter().find(|c| c.block == *b).map(|c| c.raises);
                let skipped = check.or_else(|| rare.iter().find(|r| r.block == *b).map(|r| r.cold));
                if data.op.effect() == Effect::Terminator
                    && let Some(skipped) = skipped
                    && let Aux::Targets(ts) = &data.aux
                {
                    let on = ts[1 - skipped].clone();
                    if let Some((before, after)) = seen.get(b) {
                        let now = values.get(&data.args[0]).copied().unwrap_or(data.args[0]);
                        self.look(f, blocks[b], now, skipped == 1, *before, *after);
                    }
                    data = InstData { op: Op::Jump, args: vec![], aux: Aux::Targets(vec![on]), ..data };
                }
                data.map_uses(|v| {
                    let v = plain.get(&v).copied().unwrap_or(v);
                    values.get(&v).copied().unwrap_or(v)
                });
                if let Aux::Targets(ts) = &mut data.aux {
                    for t in ts.iter_mut() {
                        match (blocks.get(&t.block), version) {
                            (Some(n), _) => {
                                if t.block == self.header {
                                    t.args.extend(last_seen);
                                }
                                t.block = *n;
                            }
                            (None, Version::Probe(decision)) => *t = Target { block: decision, args: vec![] },
                            (None, Version::Fast) => {}
                        }
                    }
                }
                for r in &mut data.results {
                    *r = values[r];
                }
                append(f, blocks[b], data);
            }
        }
        blocks
    }

    /// `after = before or condition`, or its opposite.
    fn look(&self, f: &mut Func, b: Block, mut condition: Value, negate: bool, before: Value, after: Value) {
        let op = |op, args, imm, r| InstData { op, ty: Ty::I1, args, imm, aux: Aux::None, results: vec![r], site: 0 };
        if negate {
            let (yes, not) = (f.add_value(Ty::I1), f.add_value(Ty::I1));
            append(f, b, op(Op::Iconst, vec![], 1, yes));
            append(f, b, op(Op::Xor, vec![condition, yes], 0, not));
            condition = not;
        }
        append(f, b, op(Op::Or, vec![before, condition], 0, after));
    }
}

fn append(f: &mut Func, b: Block, data: InstData) {
    f.insts.push(data);
    let i = Inst::new(f.insts.len() - 1);
    f.blocks[b.index()].insts.push(i);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lir::reader::read_module;

    /// Reachable raising blocks inside loops, by loop.
    fn raising(f: &Func) -> Vec<usize> {
        let cfg = Cfg::new(f);
        let loops = Loops::new(&cfg, &Dominators::new(&cfg));
        let raises = |b: Block| f.terminator(b).is_some_and(|t| t.op == Op::Trap);
        loops.loops.iter().map(|l| l.blocks.iter().flat_map(|b| f.successors(*b)).filter(|s| raises(*s)).count()).collect()
    }

    fn version(m: &mut Module) {
        for n in 0..m.funcs.len() {
            let mut f = std::mem::take(&mut m.funcs[n]);
            crate::lir::passes::params::run(&mut f);
            assert!(run(m, &mut f));
            m.funcs[n] = f;
        }
    }

    #[test]
    fn checked_loops_get_a_version_without_checks() {
        let text = include_str!("../../../../../tests/ir/lir/versions.lir");
        let mut m = read_module(text).unwrap();
        assert_eq!(raising(&m.funcs[0]), [2, 2]);
        version(&mut m);
        crate::lir::verify::verify(&m).unwrap();
        let mut inner = raising(&m.funcs[0]);
        inner.sort();
        // The outer loop has the checked version inside.
        assert_eq!(inner, [0, 2, 2]);
        let mut other = raising(&m.funcs[1]);
        other.sort();
        assert_eq!(other, [0, 1]);
    }

    #[test]
    fn rare_checks_are_looked_for_beforehand() {
        let text = include_str!("../../../../../tests/ir/lir/rare_checks.lir");
        let mut m = read_module(text).unwrap();
        version(&mut m);
        crate::lir::verify::verify(&m).unwrap();
        for f in &mut m.funcs {
            crate::lir::passes::cleanup::run(f);
        }
        let mut all: Vec<Vec<usize>> = m.funcs.iter().map(raising).collect();
        all.iter_mut().for_each(|r| r.sort());
        // The one that raises, the one that looks, and the one that does it;
        // the sum whose argument depends on the sum has no second version.
        assert_eq!(all[0], [0, 0, 1]);
    }
}
