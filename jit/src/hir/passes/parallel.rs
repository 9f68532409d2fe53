//! Finding parallel loops.
//!
//! A `prange` loop becomes parallel when what it carries from one iteration
//! to the next is only its iterator and reductions: header parameters whose
//! new value is `acc op x` (or `max(acc, x)` …) of their old one and that the
//! body uses for nothing else. Array writes are the program's promise, as in
//! Numba. What does not fit runs in order, with a warning that says why.

use super::super::edit::Def;
use super::super::types::Type;
use super::super::value::Global;
use super::super::{BinaryOp, Block, Func, Op, ParallelLoop, Reduction, Term, Value};

/// Fills [`Func::parallel_loops`]; gives the warnings, each with its line.
pub fn find_parallel(f: &mut Func) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut found = Vec::new();
    for b in f.reverse_post_order() {
        let is_prange = f.blocks[b.index()].insts.last().is_some_and(|i| match i.op {
            Op::IterNext { iter } => matches!(f.ty(iter), Type::RangeIter { parallel: true, .. }),
            _ => false,
        });
        if !is_prange {
            continue;
        }
        match analyse(f, b) {
            Ok(p) => found.push(p),
            Err(why) => warnings.push(format!(
                "{}:{}: the prange loop in {} runs sequentially: {why}",
                f.file, f.blocks[b.index()].term_line, f.name
            )),
        }
    }
    f.parallel_loops = found;
    warnings
}

fn analyse(f: &Func, header: Block) -> Result<ParallelLoop, String> {
    let data = &f.blocks[header.index()];
    let Some(next) = data.insts.last() else { return Err("it has no iterator".into()) };
    let Op::IterNext { iter } = next.op else { return Err("it has no iterator".into()) };
    if data.term.handler().is_some() {
        return Err("it is inside a try block".into());
    }
    let Term::Branch { cond, then, otherwise } = &data.term else { return Err("it has no exit".into()) };
    if *cond != next.results[0] {
        return Err("its exit is not the end of the range".into());
    }
    let body = loop_body(f, header);
    if !body.contains(&then.block) || body.contains(&otherwise.block) {
        return Err("its exit is not the end of the range".into());
    }
    // Only the header leaves the loop; raising is fine.
    for b in &body {
        for t in f.blocks[b.index()].term.targets() {
            if t.block != header && !body.contains(&t.block) {
                return Err("it can be left before its end (break, return, raise, assert)".into());
            }
        }
        if matches!(f.blocks[b.index()].term.inner(), Term::Return(_)) {
            return Err("it can be left before its end (break, return, raise, assert)".into());
        }
    }
    let defs = f.definitions();
    let mut reductions = Vec::new();
    for (k, p) in data.params.iter().enumerate() {
        if *p == iter {
            continue;
        }
        let name = f.names[p.index()].as_deref().unwrap_or("a temporary");
        let carried = || format!("'{name}' carries a value from one iteration to the next");
        let backs = || body.iter().flat_map(|b| f.blocks[b.index()].term.targets()).filter(|t| t.block == header);
        if unused(f, &body, header, *p) {
            // What the last iteration leaves counts.
            if !held_in_words(f.ty(*p)) {
                return Err(format!("'{name}' keeps what the last iteration gave it, and is not made of numbers"));
            }
            reductions.push((*p, Reduction::Last));
            continue;
        }
        let mut op = None;
        for t in backs() {
            match (op, reduction(f, &defs, &body, header, *p, t.args[k]).ok_or_else(carried)?) {
                (_, Step::Same) => {}
                (None, Step::By(r)) => op = Some(r),
                (Some(x), Step::By(r)) if x == r => {}
                _ => return Err(format!("'{name}' is reduced by different operations")),
            }
        }
        let op = op.ok_or_else(carried)?;
        match f.ty(*p) {
            Type::Scalar(_) => {}
            Type::Array(_) if backs().all(|t| in_place(f, &defs, &body, *p, t.args[k], &mut Vec::new())) => {}
            Type::Array(_) => return Err(format!("the array '{name}' is not reduced in place (`{name} += …`)")),
            _ => return Err(format!("'{name}' is reduced but is not a number")),
        }
        check_uses(f, &defs, &body, header, *p).map_err(|()| format!("'{name}' is read inside the loop that reduces it"))?;
        reductions.push((*p, op));
    }
    Ok(ParallelLoop { header, exit: otherwise.block, body, reductions })
}

/// Blocks of the natural loop, header excluded, in reverse post-order.
fn loop_body(f: &Func, header: Block) -> Vec<Block> {
    let preds = f.predecessors();
    let order = f.reverse_post_order();
    // Back edges of reducible code come from blocks that the header reaches
    // without leaving through blocks before it in the order.
    let at = |b: Block| order.iter().position(|x| *x == b).unwrap_or(usize::MAX);
    let first = at(header);
    let mut inside = vec![header];
    let mut work: Vec<Block> = preds[header.index()].iter().copied().filter(|p| at(*p) > first && at(*p) != usize::MAX).collect();
    while let Some(b) = work.pop() {
        if !inside.contains(&b) {
            inside.push(b);
            work.extend(&preds[b.index()]);
        }
    }
    order.into_iter().filter(|b| *b != header && inside.contains(b)).collect()
}

/// Does no operation and no edge of the loop use `p`, the way out aside?
fn unused(f: &Func, body: &[Block], header: Block, p: Value) -> bool {
    let mut used = false;
    for b in body.iter().chain([&header]) {
        let data = &f.blocks[b.index()];
        for i in &data.insts {
            i.op.for_uses(|v| used |= v == p);
        }
        data.term.for_uses(|v| used |= v == p);
        for t in data.term.targets().into_iter().filter(|t| t.block == header || body.contains(&t.block)) {
            used |= t.args.contains(&p);
        }
    }
    !used
}

/// Is a value of this type nothing but numbers?
fn held_in_words(t: &Type) -> bool {
    !crate::abi::flatten(t).contains(&crate::lir::Ty::Ref)
}

/// Does the array come to `v` through in-place operators alone, so that it
/// stays the same array?
fn in_place(f: &Func, defs: &[Def], body: &[Block], acc: Value, v: Value, seen: &mut Vec<Value>) -> bool {
    if v == acc || seen.contains(&v) {
        return true;
    }
    seen.push(v);
    match defs[v.index()] {
        Def::Param(b, k) if body.contains(&b) => {
            let into = f.block_ids().flat_map(|p| f.blocks[p.index()].term.targets()).filter(|t| t.block == b);
            into.map(|t| t.args[k as usize]).collect::<Vec<_>>().into_iter().all(|a| in_place(f, defs, body, acc, a, seen))
        }
        Def::Inst(..) => match f.def_op(defs, v) {
            Some(Op::Binary { a, inplace: true, .. }) => in_place(f, defs, body, acc, *a, seen),
            _ => false,
        },
        _ => false,
    }
}

enum Step {
    /// The iteration leaves the accumulator as it is.
    Same,
    By(Reduction),
}

/// How `new` follows from the accumulator `acc`, looking through joins and
/// inner loops of the body.
fn reduction(f: &Func, defs: &[Def], body: &[Block], header: Block, acc: Value, new: Value) -> Option<Step> {
    let chain = chain(f, defs, body, header, acc, new, &mut Vec::new())?;
    match chain {
        Chain::Same => Some(Step::Same),
        Chain::By(r) => Some(Step::By(r)),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Chain {
    Same,
    By(Reduction),
}

impl Chain {
    fn then(self, r: Reduction) -> Option<Chain> {
        match self {
            Chain::Same => Some(Chain::By(r)),
            Chain::By(x) if x == r => Some(self),
            Chain::By(_) => None,
        }
    }
    fn meet(self, o: Chain) -> Option<Chain> {
        match (self, o) {
            (Chain::Same, c) | (c, Chain::Same) => Some(c),
            (a, b) if a == b => Some(a),
            _ => None,
        }
    }
}

/// Is `v` the accumulator, updated only by one operation? `None` = no.
fn chain(f: &Func, defs: &[Def], body: &[Block], header: Block, acc: Value, v: Value, seen: &mut Vec<Value>) -> Option<Chain> {
    if v == acc || seen.contains(&v) {
        return Some(Chain::Same);
    }
    match defs[v.index()] {
        Def::Param(b, k) if body.contains(&b) && b != header => {
            seen.push(v);
            let mut out = Chain::Same;
            for p in 0..f.blocks.len() {
                for t in f.blocks[p].term.targets() {
                    if t.block == b {
                        out = out.meet(chain(f, defs, body, header, acc, t.args[k as usize], seen)?)?;
                    }
                }
            }
            Some(out)
        }
        Def::Inst(..) => {
            let (r, operands) = update(f, defs, v)?;
            let carried: Vec<Value> =
                operands.iter().copied().filter(|o| chain(f, defs, body, header, acc, *o, &mut seen.clone()).is_some()).collect();
            let [c] = carried[..] else { return None };
            chain(f, defs, body, header, acc, c, seen)?.then(r)
        }
        _ => None,
    }
}

/// The reduction step that defines `v`, and the operands that may be the
/// accumulator.
fn update(f: &Func, defs: &[Def], v: Value) -> Option<(Reduction, Vec<Value>)> {
    match f.def_op(defs, v)? {
        Op::Binary { op, a, b, .. } => {
            let (r, both) = match op {
                BinaryOp::Add => (Reduction::Add, true),
                // acc - x adds -x.
                BinaryOp::Sub => (Reduction::Add, false),
                BinaryOp::Mul => (Reduction::Mul, true),
                BinaryOp::And => (Reduction::And, true),
                BinaryOp::Or => (Reduction::Or, true),
                BinaryOp::Xor => (Reduction::Xor, true),
                _ => return None,
            };
            Some((r, if both { vec![*a, *b] } else { vec![*a] }))
        }
        Op::Call { callee, args, keywords } if args.len() == 2 && keywords.is_empty() => {
            let Type::Global(g) = f.ty(*callee) else { return None };
            let Global::Library(path) = &**g else { return None };
            let r = match &**path {
                "builtins.min" | "numpy.minimum" | "numpy.fmin" => Reduction::Min,
                "builtins.max" | "numpy.maximum" | "numpy.fmax" => Reduction::Max,
                _ => return None,
            };
            Some((r, args.clone()))
        }
        Op::Cast { a, to } if to.scalar().is_some() => {
            let Def::Inst(..) = defs[a.index()] else { return None };
            update(f, defs, *a)
        }
        _ => None,
    }
}

/// The accumulator and its intermediate values may be used only by the
/// updates themselves, by joins, and by the edges back to the header.
fn check_uses(f: &Func, defs: &[Def], body: &[Block], header: Block, acc: Value) -> Result<(), ()> {
    let mut derived = vec![acc];
    let mut grown = true;
    while grown {
        grown = false;
        for b in body {
            for i in &f.blocks[b.index()].insts {
                let mut uses = false;
                i.op.for_uses(|v| uses |= derived.contains(&v));
                if !uses {
                    continue;
                }
                let [r] = i.results[..] else { return Err(()) };
                if update(f, defs, r).is_none() && !matches!(i.op, Op::Cast { .. }) {
                    return Err(());
                }
                if !derived.contains(&r) {
                    derived.push(r);
                    grown = true;
                }
            }
            let mut used = false;
            f.blocks[b.index()].term.for_uses(|v| used |= derived.contains(&v));
            if used {
                return Err(());
            }
            for t in f.blocks[b.index()].term.targets() {
                for (k, a) in t.args.iter().enumerate() {
                    let p = f.blocks[t.block.index()].params[k];
                    if derived.contains(a) && t.block == header && p != acc {
                        // Another variable keeps a partial sum.
                        return Err(());
                    }
                    if derived.contains(a) && t.block != header && !derived.contains(&p) {
                        derived.push(p);
                        grown = true;
                    }
                }
            }
        }
    }
    Ok(())
}
