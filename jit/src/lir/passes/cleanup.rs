//! Control-flow clean-up: unreachable blocks go, blocks that only jump are
//! skipped, a block joins its only predecessor.

use crate::lir::analysis::Cfg;
use crate::lir::op::Op;
use crate::lir::{Aux, Block, Func, Target};

/// Runs the pass.
pub fn run(f: &mut Func) -> bool {
    let a = skip_jumps(f);
    let b = merge(f);
    let c = remove_unreachable(f);
    a | b | c
}

/// Edges to an empty block that jumps on go to its target at once.
fn skip_jumps(f: &mut Func) -> bool {
    let mut any = false;
    for b in 0..f.blocks.len() {
        let Some(last) = f.blocks[b].insts.last().copied() else { continue };
        let Aux::Targets(mut ts) = f.insts[last.index()].aux.clone() else { continue };
        let mut changed = false;
        for t in ts.iter_mut() {
            for _ in 0..4 {
                let Some(next) = through(f, t) else { break };
                if next.block == t.block {
                    break;
                }
                *t = next;
                changed = true;
            }
        }
        if changed {
            f.insts[last.index()].aux = Aux::Targets(ts);
            any = true;
        }
    }
    any
}

/// Where an edge to a block without work really goes. The block's parameters
/// must not be used elsewhere, which holds when it passes them on as arguments
/// only and dominates nothing.
fn through(f: &Func, t: &Target) -> Option<Target> {
    let block = &f.blocks[t.block.index()];
    let [only] = block.insts[..] else { return None };
    let inst = &f.insts[only.index()];
    if inst.op != Op::Jump || !block.params.is_empty() {
        return None;
    }
    let to = &inst.targets()[0];
    Some(Target { block: to.block, args: to.args.clone() })
}

/// A block that ends with a jump to a block without other predecessors takes
/// that block's instructions.
fn merge(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let mut any = false;
    let mut to = super::Replacements::new(f);
    for &b in &cfg.rpo {
        while let Some(last) = f.blocks[b.index()].insts.last().copied() {
            let inst = &f.insts[last.index()];
            if inst.op != Op::Jump {
                break;
            }
            let t = inst.targets()[0].clone();
            let s = t.block;
            let single = cfg.preds[s.index()].iter().filter(|p| cfg.reachable(**p)).count() == 1;
            let polls = f.blocks[s.index()].insts.first().is_some_and(|i| f.insts[i.index()].op == Op::Poll);
            if s == b || s == Block(0) || !single || polls || f.blocks[s.index()].insts.is_empty() {
                break;
            }
            let params = std::mem::take(&mut f.blocks[s.index()].params);
            for (p, a) in params.into_iter().zip(t.args) {
                to.replace(p, a);
            }
            let insts = std::mem::take(&mut f.blocks[s.index()].insts);
            let cold = f.blocks[s.index()].cold;
            let block = &mut f.blocks[b.index()];
            block.insts.pop();
            block.insts.extend(insts);
            block.cold |= cold;
            any = true;
        }
    }
    if any {
        to.apply(f);
    }
    any
}

fn remove_unreachable(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    if cfg.rpo.len() == f.blocks.len() {
        return false;
    }
    // Layout order stays; numbers close up.
    let mut number = vec![None; f.blocks.len()];
    let mut kept = Vec::new();
    for (i, block) in std::mem::take(&mut f.blocks).into_iter().enumerate() {
        if cfg.reachable(Block::new(i)) {
            number[i] = Some(Block::new(kept.len()));
            kept.push(block);
        }
    }
    f.blocks = kept;
    let last: Vec<_> = f.blocks.iter().filter_map(|b| b.insts.last().copied()).collect();
    for i in last {
        if let Aux::Targets(ts) = &mut f.insts[i.index()].aux {
            for t in ts {
                t.block = number[t.block.index()].unwrap_or(t.block);
            }
        }
    }
    true
}
