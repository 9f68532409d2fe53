//! Bounds checks that cannot fail.
//!
//! A check is a branch to a block that raises `index`, on `uge index, extent`
//! (extents are never negative: array lowering alone makes such traps). It is
//! removed when
//!
//! * the index is at least 0: constants, induction variables that start so and
//!   count up below a limit, sums of those, and
//! * the index is below the extent: some branch on the way compares the
//!   variable with a limit that is the extent, or the extent less a constant,
//!   or a minimum of it with something else.
//!
//! The sign test of negative indices (`slt index, 0`) goes with it.

use crate::lir::analysis::{Cfg, Dominators};
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Block, Func, Inst, InstData, Ty, Value};
use taipan_runtime::trap::TrapKind;

/// How far proofs look.
const DEPTH: u32 = 12;

/// Runs the pass.
pub fn run(f: &mut Func) -> bool {
    let mut folds: Vec<(Inst, i64)> = Vec::new();
    {
        let facts = Facts::new(f);
        if !facts.any_check {
            return false;
        }
        for &b in &facts.cfg.rpo {
            for i in &f.blocks[b.index()].insts {
                let inst = &f.insts[i.index()];
                let (Op::Icmp, Aux::Cc(cc)) = (inst.op, &inst.aux) else { continue };
                if inst.ty != Ty::I64 {
                    continue;
                }
                let (x, y) = (inst.args[0], inst.args[1]);
                match cc {
                    Cc::Slt if facts.int(y) == Some(0) && facts.at_least(x, 0, b, DEPTH, &mut vec![]) => folds.push((*i, 0)),
                    Cc::Uge if facts.extents.contains(&(x, y)) && facts.at_least(x, 0, b, DEPTH, &mut vec![]) && facts.below(x, y, 0, b, DEPTH) => {
                        folds.push((*i, 0));
                    }
                    _ => {}
                }
            }
        }
    }
    let any = !folds.is_empty();
    for (i, v) in folds {
        let inst = &mut f.insts[i.index()];
        inst.op = Op::Iconst;
        inst.ty = Ty::I1;
        inst.args.clear();
        inst.aux = Aux::None;
        inst.imm = v;
    }
    // A chosen negative index hides the variable of the next round.
    if any {
        super::fold::run(f);
        run(f);
    }
    any
}

struct Facts<'a> {
    f: &'a Func,
    cfg: Cfg,
    dom: Dominators,
    defs: Vec<Option<Inst>>,
    /// Block of each instruction's results and of each parameter.
    home: Vec<Option<Block>>,
    /// (index, extent) of every bounds check.
    extents: Vec<(Value, Value)>,
    any_check: bool,
}

impl<'a> Facts<'a> {
    fn new(f: &'a Func) -> Self {
        let cfg = Cfg::new(f);
        let dom = Dominators::new(&cfg);
        let defs = super::definitions(f);
        let mut home = vec![None; f.values.len()];
        let mut extents = vec![];
        let mut any_check = false;
        for b in f.block_ids() {
            let block = &f.blocks[b.index()];
            for p in &block.params {
                home[p.index()] = Some(b);
            }
            for i in &block.insts {
                for r in &f.insts[i.index()].results {
                    home[r.index()] = Some(b);
                }
            }
        }
        for b in f.block_ids() {
            let Some(t) = f.terminator(b).filter(|t| t.op == Op::Brif) else { continue };
            let bad = t.targets()[0].block;
            let raises = f.terminator(bad).is_some_and(|t| {
                t.op == Op::Trap && matches!(t.aux, Aux::Trap(TrapKind::Index | TrapKind::IndexUnsigned))
            });
            if !raises {
                continue;
            }
            any_check = true;
            if let Some(c) = defs[t.args[0].index()].map(|i: Inst| &f.insts[i.index()])
                && c.op == Op::Icmp
                && c.aux == Aux::Cc(Cc::Uge)
            {
                extents.push((c.args[0], c.args[1]));
            }
        }
        Facts { f, cfg, dom, defs, home, extents, any_check }
    }

    fn def(&self, v: Value) -> Option<&'a InstData> {
        self.defs[v.index()].map(|i| &self.f.insts[i.index()])
    }

    fn int(&self, v: Value) -> Option<i64> {
        self.def(v).filter(|i| i.op == Op::Iconst).map(|i| i.imm)
    }

    /// `v` as `x + c`.
    fn offset(&self, v: Value) -> Option<(Value, i64)> {
        let i = self.def(v)?;
        let small = |c: i64| (-(1 << 32)..(1 << 32)).contains(&c).then_some(c);
        match i.op {
            Op::Iadd => match (self.int(i.args[0]), self.int(i.args[1])) {
                (None, Some(c)) => Some((i.args[0], small(c)?)),
                (Some(c), None) => Some((i.args[1], small(c)?)),
                _ => None,
            },
            Op::Isub => self.int(i.args[1]).and_then(small).map(|c| (i.args[0], -c)),
            _ => None,
        }
    }

    /// Limits `l` with `x < l` (signed) wherever block `b` runs.
    fn limits(&self, x: Value, b: Block) -> Vec<Value> {
        let mut out = vec![];
        let mut at = b;
        while let Some(d) = self.dom.idom[at.index()] {
            if d == at {
                break;
            }
            if let Some(t) = self.f.terminator(d).filter(|t| t.op == Op::Brif) {
                let [yes, no] = t.targets() else { break };
                // The edge d -> at must be the only way in.
                let single = self.cfg.preds[at.index()].iter().filter(|p| self.cfg.reachable(**p)).count() == 1;
                if single && yes.block != no.block {
                    let holds = yes.block == at;
                    if let Some(c) = self.def(t.args[0]).filter(|c| c.op == Op::Icmp) {
                        let Aux::Cc(cc) = c.aux else { break };
                        let cc = if holds { cc } else { cc.negated() };
                        let (l, r) = (c.args[0], c.args[1]);
                        match cc {
                            Cc::Slt if l == x => out.push(r),
                            Cc::Sgt if r == x => out.push(l),
                            // Passed another check: 0 <= x < extent.
                            Cc::Ult if l == x && self.extents.contains(&(l, r)) => out.push(r),
                            _ => {}
                        }
                    }
                }
            }
            at = d;
        }
        out
    }

    /// Is `v >= k` (signed) wherever block `b` runs? `assumed` holds block
    /// parameters under proof: a loop preserves what all its entries have.
    fn at_least(&self, v: Value, k: i64, b: Block, depth: u32, assumed: &mut Vec<(Value, i64)>) -> bool {
        if depth == 0 {
            return false;
        }
        if assumed.iter().any(|a| a.0 == v && a.1 >= k) {
            return true;
        }
        let home = self.home[v.index()].unwrap_or(b);
        if let Some(i) = self.def(v) {
            return match i.op {
                Op::Iconst => i.imm >= k,
                Op::Zext => k <= 0,
                Op::And => k <= 0 && i.args.iter().any(|a| self.int(*a).is_some_and(|c| c >= 0)),
                Op::Select => self.at_least(i.args[1], k, b, depth - 1, assumed) && self.at_least(i.args[2], k, b, depth - 1, assumed),
                Op::Iadd | Op::Isub => match self.offset(v) {
                    // Adding 1 cannot wrap what is below a limit.
                    Some((x, 1)) => k.checked_sub(1).is_some_and(|k| self.at_least(x, k, b, depth - 1, assumed)) && !self.limits(x, b).is_empty(),
                    Some((x, c)) if c > 0 => {
                        // A sum of a bounded index: limits are array extents or
                        // counts, below 2^62, when one of them is an extent.
                        let bounded = self.limits(x, b).iter().any(|l| self.extents.iter().any(|e| e.1 == *l));
                        bounded && k.checked_sub(c).is_some_and(|k| self.at_least(x, k, b, depth - 1, assumed))
                    }
                    Some((x, c)) => k.checked_sub(c).is_some_and(|k| k > i64::MIN / 2 && self.at_least(x, k, b, depth - 1, assumed)),
                    None => false,
                },
                _ => false,
            };
        }
        // A block parameter: every edge must bring it.
        if home == self.f.entry() {
            return false;
        }
        let Some(n) = self.f.blocks[home.index()].params.iter().position(|p| *p == v) else { return false };
        assumed.push((v, k));
        let ok = self.cfg.preds[home.index()].iter().filter(|p| self.cfg.reachable(**p)).all(|p| {
            let ts = self.f.terminator(*p).map_or(&[][..], |t| t.targets());
            ts.iter().filter(|t| t.block == home).all(|t| self.at_least(t.args[n], k, *p, depth - 1, assumed))
        });
        assumed.pop();
        ok
    }

    /// Is `v + off < extent` (signed, without wrapping) wherever `b` runs?
    fn below(&self, v: Value, extent: Value, off: i64, b: Block, depth: u32) -> bool {
        if depth == 0 {
            return false;
        }
        if self.limits(v, b).iter().any(|l| self.at_most(*l, extent, off, depth - 1)) {
            return true;
        }
        if let (Some(c), Some(n)) = (self.int(v), self.int(extent)) {
            return c.checked_add(off).is_some_and(|c| c < n);
        }
        match self.offset(v) {
            Some((x, c)) => off.checked_add(c).is_some_and(|off| self.below(x, extent, off, b, depth - 1)),
            None => false,
        }
    }

    /// Is `l + off <= extent`?
    fn at_most(&self, l: Value, extent: Value, off: i64, depth: u32) -> bool {
        if depth == 0 {
            return false;
        }
        if l == extent {
            return off <= 0;
        }
        if let (Some(c), Some(n)) = (self.int(l), self.int(extent)) {
            return c.checked_add(off).is_some_and(|c| c <= n);
        }
        if let Some((x, c)) = self.offset(l)
            && off.checked_add(c).is_some_and(|off| self.at_most(x, extent, off, depth - 1))
        {
            return true;
        }
        let Some(i) = self.def(l).filter(|i| i.op == Op::Select) else { return false };
        let (a, z) = (i.args[1], i.args[2]);
        if self.is_strip_end(i) {
            return self.at_most(z, extent, off, depth - 1);
        }
        if self.at_most(a, extent, off, depth - 1) && self.at_most(z, extent, off, depth - 1) {
            return true;
        }
        // min(a, z) is at most either.
        let min = self.def(i.args[0]).is_some_and(|c| {
            c.op == Op::Icmp
                && match c.aux {
                    Aux::Cc(Cc::Slt | Cc::Sle) => c.args[..] == [a, z],
                    Aux::Cc(Cc::Sgt | Cc::Sge) => c.args[..] == [z, a],
                    _ => false,
                }
        });
        min && (self.at_most(a, extent, off, depth - 1) || self.at_most(z, extent, off, depth - 1))
    }

    /// The end of a strip (`lower::loops`): `stop - next >u K && next < stop ?
    /// next + K : stop` is never above `stop`.
    fn is_strip_end(&self, select: &InstData) -> bool {
        let (end, stop) = (select.args[1], select.args[2]);
        let Some((next, k)) = self.offset(end) else { return false };
        let Some(cond) = self.def(select.args[0]).filter(|c| c.op == Op::And) else { return false };
        let icmp = |v: Value, cc: Cc| self.def(v).filter(|i| i.op == Op::Icmp && i.aux == Aux::Cc(cc));
        let longer = |v: Value| {
            icmp(v, Cc::Ugt).is_some_and(|i| {
                self.int(i.args[1]) == Some(k) && self.def(i.args[0]).is_some_and(|d| d.op == Op::Isub && d.args[..] == [stop, next])
            })
        };
        let inside = |v: Value| icmp(v, Cc::Slt).is_some_and(|i| i.args[..] == [next, stop]);
        k > 0 && ((longer(cond.args[0]) && inside(cond.args[1])) || (longer(cond.args[1]) && inside(cond.args[0])))
    }
}
