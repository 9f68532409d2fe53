//! Branches around little work become selects.
//!
//! ```text
//! b:  brif c -> s, j(x…)          b:  y = …
//! s:  y = …                 =>        z = select c, y, x
//!     jump j(y…)                      jump j(z…)
//! ```
//!
//! Either or both sides may have such a block. What they compute must be cheap
//! and without effect. A loop with a condition like that gets a single latch
//! and straight-line code, which can be vectorised, and a condition that
//! cannot be foreseen costs nothing.

use crate::lir::analysis::Cfg;
use crate::lir::op::{Effect, Op};
use crate::lir::{Aux, Block, Func, Inst, InstData, Target, Ty, Value};

/// Instructions moved in front of the branch, constants aside, at most.
const MOVED: usize = 4;
/// Selects made, at most.
const SELECTS: usize = 3;

/// Every conversion looks at the whole function: this many instructions are
/// looked at in all, so that huge functions stay quick.
const BUDGET: usize = 4 << 20;

/// Runs the pass.
pub fn run(f: &mut Func) -> bool {
    let mut any = false;
    let mut budget = BUDGET;
    // A conversion may make the next one possible; inner ones come first.
    while let Some(rest) = budget.checked_sub(f.insts.len())
        && let Some((b, c)) = find(f)
    {
        budget = rest;
        c.apply(f, b);
        any = true;
    }
    any
}

/// A branch that can go.
struct Conversion {
    condition: Value,
    /// What to move into the block.
    moved: Vec<Inst>,
    /// Where both sides go, with either side's arguments.
    to: Block,
    args: [Vec<Value>; 2],
    /// The blocks in between, if any.
    between: Vec<Block>,
}

fn find(f: &Func) -> Option<(Block, Conversion)> {
    let cfg = Cfg::new(f);
    let defs = super::definitions(f);
    cfg.rpo.iter().rev().find_map(|b| Some((*b, Conversion::new(f, &cfg, &defs, *b)?)))
}

/// Pure, and cheap wherever it runs.
fn is_cheap(i: &InstData) -> bool {
    const DEAR: [Op; 6] = [Op::Sdiv, Op::Udiv, Op::Srem, Op::Urem, Op::Fdiv, Op::Sqrt];
    i.op.effect() == Effect::Pure && !DEAR.contains(&i.op)
}

impl Conversion {
    fn new(f: &Func, cfg: &Cfg, defs: &[Option<Inst>], b: Block) -> Option<Conversion> {
        let branch = f.terminator(b).filter(|t| t.op == Op::Brif)?;
        let [yes, no] = branch.targets() else { return None };
        let mut moved = Vec::new();
        let mut between = Vec::new();
        let mut side = |t: &Target, other: &Target| -> Option<Target> {
            if t.block == other.block {
                return Some(t.clone());
            }
            let block = &f.blocks[t.block.index()];
            let (last, body) = block.insts.split_last()?;
            let jump = &f.insts[last.index()];
            let only = cfg.preds[t.block.index()].iter().filter(|p| cfg.reachable(**p)).count() == 1;
            if !only || block.cold || t.block == f.entry() || !block.params.is_empty() || jump.op != Op::Jump || jump.targets()[0].block == t.block {
                // The side itself may be where the other one goes.
                return Some(t.clone());
            }
            if !body.iter().all(|i| is_cheap(&f.insts[i.index()])) {
                return Some(t.clone());
            }
            moved.extend(body);
            between.push(t.block);
            Some(jump.targets()[0].clone())
        };
        let mut ends = [side(yes, no)?, side(no, yes)?];
        if ends[0].block != ends[1].block {
            // One side may have been looked through too far: a triangle whose
            // point is a small block itself.
            let direct = [yes, no];
            let n = (0..2).find(|n| direct[*n].block == ends[1 - *n].block)?;
            ends[n] = direct[n].clone();
            let looked = direct[n].block;
            between.retain(|s| *s != looked);
            let insts = &f.blocks[looked.index()].insts;
            moved.retain(|i| !insts.contains(i));
        }
        let [a, z] = ends;
        if a.block == b || f.blocks[a.block.index()].cold {
            return None;
        }
        let work = moved.iter().filter(|i| !matches!(f.insts[i.index()].op, Op::Iconst | Op::Fconst)).count();
        let differ = || a.args.iter().zip(&z.args).filter(|(x, y)| x != y);
        if work > MOVED || differ().count() > SELECTS || differ().any(|(x, _)| f.ty(*x) == Ty::Ref) {
            return None;
        }
        // The least or largest so far: hardly ever changes, and a select would
        // make every element wait for the one before.
        let condition = defs[branch.args[0].index()].map(|i| &f.insts[i.index()]);
        let compared: &[Value] = condition.filter(|i| i.op == Op::Fcmp).map_or(&[], |i| &i.args);
        if differ().any(|(x, y)| compared.contains(x) || compared.contains(y)) {
            return None;
        }
        Some(Conversion { condition: branch.args[0], moved, to: a.block, args: [a.args, z.args], between })
    }

    fn apply(self, f: &mut Func, b: Block) {
        let Some(branch) = f.blocks[b.index()].insts.pop() else { return };
        let site = f.insts[branch.index()].site;
        f.blocks[b.index()].insts.extend(&self.moved);
        for s in &self.between {
            f.blocks[s.index()].insts.retain(|i| !self.moved.contains(i));
        }
        let [yes, no] = self.args;
        let mut args = Vec::new();
        for (x, y) in yes.into_iter().zip(no) {
            if x == y {
                args.push(x);
                continue;
            }
            let ty = f.ty(x);
            let r = f.add_value(ty);
            let select = InstData { op: Op::Select, ty, args: vec![self.condition, x, y], imm: 0, aux: Aux::None, results: vec![r], site };
            f.insts.push(select);
            let i = Inst::new(f.insts.len() - 1);
            f.blocks[b.index()].insts.push(i);
            args.push(r);
        }
        f.insts[branch.index()] = InstData {
            op: Op::Jump,
            ty: Ty::I1,
            args: vec![],
            imm: 0,
            aux: Aux::Targets(vec![Target { block: self.to, args }]),
            results: vec![],
            site,
        };
        f.blocks[b.index()].insts.push(branch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lir::reader::read_module;

    #[test]
    fn conditions_in_loops_become_selects() {
        let text = include_str!("../../../../tests/ir/lir/conditions.lir");
        let mut m = read_module(text).unwrap();
        for f in &mut m.funcs {
            assert!(run(f));
            crate::lir::passes::cleanup::run(f);
        }
        crate::lir::verify::verify(&m).unwrap();
        let branches = |f: &Func| f.block_ids().filter(|b| f.terminator(*b).is_some_and(|t| t.op == Op::Brif)).count();
        // The loop's own remains, and the one around the division.
        assert_eq!(m.funcs.iter().map(branches).collect::<Vec<_>>(), [1, 1, 2]);
    }
}
