//! Removes block parameters that receive one value (or themselves) over every
//! edge.

use super::Replacements;
use crate::lir::analysis::Cfg;
use crate::lir::{Aux, Func, Value};

/// Runs the pass.
pub fn run(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let mut to = Replacements::new(f);
    let mut removed = vec![false; f.values.len()];
    let mut any = false;
    loop {
        let mut changed = false;
        for &b in cfg.rpo.iter().skip(1) {
            for n in 0..f.blocks[b.index()].params.len() {
                let p = f.blocks[b.index()].params[n];
                if removed[p.index()] {
                    continue;
                }
                let mut only: Option<Value> = None;
                let mut several = false;
                for pred in cfg.preds[b.index()].iter().filter(|p| cfg.reachable(**p)) {
                    for t in f.terminator(*pred).map_or(&[][..], |t| t.targets()).iter().filter(|t| t.block == b) {
                        let a = to.find(t.args[n]);
                        if a == p || only == Some(a) {
                            continue;
                        }
                        several |= only.is_some();
                        only = Some(a);
                    }
                }
                if let (Some(v), false) = (only, several) {
                    to.replace(p, v);
                    removed[p.index()] = true;
                    changed = true;
                }
            }
        }
        any |= changed;
        if !changed {
            break;
        }
    }
    if any {
        to.apply(f);
        drop_params(f, &removed);
    }
    any
}

/// Removes block parameters (by value number) and their edge arguments.
pub fn drop_params(f: &mut Func, removed: &[bool]) {
    let gone: Vec<Vec<bool>> = f.blocks.iter().map(|b| b.params.iter().map(|p| removed[p.index()]).collect()).collect();
    for b in f.blocks.iter_mut().skip(1) {
        b.params.retain(|p| !removed[p.index()]);
    }
    let last: Vec<_> = f.blocks.iter().filter_map(|b| b.insts.last().copied()).collect();
    for i in last {
        if let Aux::Targets(ts) = &mut f.insts[i.index()].aux {
            for t in ts {
                let gone = &gone[t.block.index()];
                if t.block.index() != 0 {
                    let mut n = 0;
                    t.args.retain(|_| {
                        n += 1;
                        !gone[n - 1]
                    });
                }
            }
        }
    }
}
