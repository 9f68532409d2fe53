//! Clean-up after construction and after rewrites: redundant block
//! parameters, constant branches, unreachable blocks, dead instructions.

use super::edit::{Def, used_states};
use super::value::ConstValue;
use super::{Block, Func, Op, Target, Term, Value};

/// All clean-ups, until nothing changes.
pub fn simplify(f: &mut Func) {
    loop {
        remove_unreachable(f);
        remove_redundant_params(f);
        let folded = fold_branches(f) | fold_tuples(f) | cut_after_undefined(f);
        if !folded {
            break;
        }
    }
    remove_dead(f);
}

/// Removes parameters that get the same value over every edge (or their own).
/// Frees SSA of what construction by "a parameter for every live variable"
/// adds too much; exact for reducible control flow.
pub fn remove_redundant_params(f: &mut Func) {
    let n = f.types.len();
    // Where a removed value went; `find` follows chains.
    let mut subst: Vec<Value> = (0..n).map(Value::new).collect();
    fn find(subst: &mut [Value], mut v: Value) -> Value {
        while subst[v.index()] != v {
            let next = subst[v.index()];
            subst[v.index()] = subst[next.index()];
            v = next;
        }
        v
    }
    let mut removed = vec![false; n];
    let mut any = false;
    loop {
        let mut changed = false;
        // The one value each parameter receives: None yet, Some(None) several.
        let mut seen: Vec<Option<Option<Value>>> = vec![None; n];
        for b in 0..f.blocks.len() {
            for t in f.blocks[b].term.targets() {
                for (p, a) in f.blocks[t.block.index()].params.iter().zip(&t.args) {
                    if removed[p.index()] {
                        continue;
                    }
                    let a = find(&mut subst, *a);
                    if a == *p {
                        continue;
                    }
                    let slot = &mut seen[p.index()];
                    *slot = match *slot {
                        None => Some(Some(a)),
                        Some(Some(x)) if x == a => Some(Some(x)),
                        _ => Some(None),
                    };
                }
            }
        }
        for b in 1..f.blocks.len() {
            for p in f.blocks[b].params.clone() {
                if let (false, Some(Some(v))) = (removed[p.index()], seen[p.index()]) {
                    let v = find(&mut subst, v);
                    if v != p {
                        subst[p.index()] = v;
                        removed[p.index()] = true;
                        changed = true;
                        if f.names[v.index()].is_none() {
                            f.names[v.index()] = f.names[p.index()].clone();
                        }
                    }
                }
            }
        }
        any |= changed;
        if !changed {
            break;
        }
    }
    if any {
        drop_params(f, &removed);
        f.map_uses(|v| find(&mut subst, v));
    }
}

/// Removes the marked parameters and the arguments for them.
pub fn drop_params(f: &mut Func, removed: &[bool]) {
    let keep: Vec<Vec<bool>> =
        f.blocks.iter().map(|b| b.params.iter().map(|p| !removed[p.index()]).collect()).collect();
    for b in &mut f.blocks {
        for t in b.term.targets_mut() {
            let mut k = keep[t.block.index()].iter();
            t.args.retain(|_| *k.next().unwrap_or(&true));
        }
    }
    for (b, k) in f.blocks.iter_mut().zip(&keep) {
        let mut k = k.iter();
        b.params.retain(|_| *k.next().unwrap_or(&true));
    }
}

/// Empties unreachable blocks (block numbers stay valid).
pub fn remove_unreachable(f: &mut Func) {
    let mut live = vec![false; f.blocks.len()];
    for b in f.reverse_post_order() {
        live[b.index()] = true;
    }
    for (b, data) in f.blocks.iter_mut().enumerate() {
        if !live[b] {
            data.params.clear();
            data.insts.clear();
            data.term = Term::Unreachable;
        }
    }
}

/// Truth of a constant, where Python's rule is plain.
pub fn const_truth(c: &ConstValue) -> Option<bool> {
    Some(match c {
        ConstValue::None => false,
        ConstValue::Bool(b) => *b,
        ConstValue::Int(i) => *i != 0,
        ConstValue::UInt(u) => *u != 0,
        ConstValue::Float(x) => *x != 0.0,
        ConstValue::Complex(re, im) => *re != 0.0 || *im != 0.0,
        ConstValue::Scalar(_, c) => const_truth(c)?,
        ConstValue::Str(s) => !s.is_empty(),
        ConstValue::Tuple(t) => !t.is_empty(),
        ConstValue::Ellipsis | ConstValue::Slice(_) | ConstValue::Code(_) => true,
        ConstValue::Global(_) => return None,
    })
}

/// Branches on constants become jumps; truth of constants becomes constant.
pub fn fold_branches(f: &mut Func) -> bool {
    let mut changed = false;
    let defs = f.definitions();
    for b in 0..f.blocks.len() {
        for i in 0..f.blocks[b].insts.len() {
            let folded = match &f.blocks[b].insts[i].op {
                Op::Truth { a } => f.constant(&defs, *a).and_then(|c| const_truth(&c)),
                Op::Unary { op: super::UnaryOp::Not, a } => match f.def_op(&defs, *a) {
                    Some(Op::Const(ConstValue::Bool(x))) => Some(!x),
                    _ => None,
                },
                Op::Is { a, b, negate } => match (f.constant(&defs, *a), f.constant(&defs, *b)) {
                    (Some(ConstValue::None), Some(ConstValue::None)) => Some(!negate),
                    (Some(ConstValue::None), Some(ConstValue::Global(_))) => Some(*negate),
                    (Some(c), Some(ConstValue::None)) if !matches!(c, ConstValue::None) => Some(*negate),
                    _ => None,
                },
                _ => None,
            };
            if let Some(x) = folded {
                f.blocks[b].insts[i].op = Op::Const(ConstValue::Bool(x));
                changed = true;
            }
        }
        if let Term::Branch { cond, then, otherwise } = f.blocks[b].term.inner() {
            let taken = match f.def_op(&defs, *cond) {
                Some(Op::Const(ConstValue::Bool(x))) => Some(if *x { then.clone() } else { otherwise.clone() }),
                _ => None,
            };
            if let Some(t) = taken {
                *f.blocks[b].term.inner_mut() = Term::Jump(t);
                changed = true;
            }
        }
    }
    changed
}

/// Elements of tuples made in the same function are the elements themselves.
fn fold_tuples(f: &mut Func) -> bool {
    let defs = f.definitions();
    let mut subst: Vec<Option<Value>> = vec![None; f.types.len()];
    let mut changed = false;
    for b in 0..f.blocks.len() {
        for i in 0..f.blocks[b].insts.len() {
            let inst = &f.blocks[b].insts[i];
            match &inst.op {
                Op::TupleGet { tuple, index } => {
                    if let Some(Op::Tuple(items)) = f.def_op(&defs, *tuple)
                        && let Some(v) = items.get(*index as usize)
                    {
                        subst[inst.results[0].index()] = Some(*v);
                    }
                }
                Op::Unpack { sequence, count } => {
                    if let Some(Op::Tuple(items)) = f.def_op(&defs, *sequence)
                        && items.len() == *count as usize
                    {
                        subst[inst.results[0].index()] = Some(*sequence);
                    }
                }
                Op::Binary { op: super::BinaryOp::Add, a, b: c, .. } => {
                    if let (Some(Op::Tuple(x)), Some(Op::Tuple(y))) = (f.def_op(&defs, *a), f.def_op(&defs, *c)) {
                        let joined = x.iter().chain(y).copied().collect();
                        f.blocks[b].insts[i].op = Op::Tuple(joined);
                        changed = true;
                    }
                }
                Op::Call { callee, args, keywords } => {
                    if let [(star, tuple)] = &keywords[..]
                        && **star == *super::build::STAR
                        && let Some(Op::Tuple(items)) = f.def_op(&defs, *tuple)
                    {
                        let args = args.iter().chain(items).copied().collect();
                        f.blocks[b].insts[i].op = Op::Call { callee: *callee, args, keywords: vec![] };
                        changed = true;
                    }
                }
                _ => {}
            }
        }
    }
    let resolve = |v: Value| {
        let mut v = v;
        while let Some(x) = subst[v.index()] {
            v = x;
        }
        v
    };
    for b in &mut f.blocks {
        b.insts.retain(|i| !(i.results.len() == 1 && subst[i.results[0].index()].is_some()));
    }
    if subst.iter().any(Option::is_some) {
        changed = true;
        f.map_uses(resolve);
    }
    changed
}

/// Makes the items of tuple parameters values of their own, so that whatever
/// takes a tuple apart (or passes it on with `*`) sees them.
pub fn split_tuple_params(f: &mut Func, args: &[super::types::Type]) {
    let params = f.blocks[0].params.clone();
    let mut made = Vec::new();
    for (p, t) in params.iter().zip(args) {
        let super::types::Type::Tuple(items) = t else { continue };
        let mut parts = Vec::new();
        for index in 0..items.len() as u32 {
            let v = f.add_value(super::types::Type::Unknown);
            made.push(super::Inst::new(Op::TupleGet { tuple: *p, index }, vec![v], f.first_line));
            parts.push(v);
        }
        let whole = f.add_value(super::types::Type::Unknown);
        f.names[whole.index()] = f.names[p.index()].clone();
        f.map_uses(|v| if v == *p { whole } else { v });
        made.push(super::Inst::new(Op::Tuple(parts), vec![whole], f.first_line));
    }
    if !made.is_empty() {
        f.blocks[0].insts.splice(0..0, made);
        simplify(f);
    }
}

/// `CheckDefined` of true goes, of false ends its block.
fn cut_after_undefined(f: &mut Func) -> bool {
    let defs = f.definitions();
    let mut changed = false;
    for b in 0..f.blocks.len() {
        let known = |f: &Func, op: &Op| match op {
            Op::CheckDefined { defined, .. } => match f.def_op(&defs, *defined) {
                Some(Op::Const(ConstValue::Bool(x))) => Some(*x),
                _ => None,
            },
            _ => None,
        };
        let verdicts: Vec<Option<bool>> = f.blocks[b].insts.iter().map(|i| known(f, &i.op)).collect();
        if let Some(at) = verdicts.iter().position(|v| *v == Some(false)) {
            let data = &mut f.blocks[b];
            if data.insts.len() > at + 1 || !matches!(data.term.inner(), Term::Unreachable) {
                data.insts.truncate(at + 1);
                *data.term.inner_mut() = Term::Unreachable;
                changed = true;
            }
        }
        let mut k = verdicts.iter();
        f.blocks[b].insts.retain(|_| !matches!(k.next(), Some(Some(true))));
    }
    changed
}

/// Removes instructions and block parameters that nothing needs.
pub fn remove_dead(f: &mut Func) {
    let defs = f.definitions();
    let n = f.types.len();
    let mut live = vec![false; n];
    let mut work: Vec<Value> = Vec::new();
    let mark = |v: Value, live: &mut Vec<bool>, work: &mut Vec<Value>| {
        if !live[v.index()] {
            live[v.index()] = true;
            work.push(v);
        }
    };
    for b in &f.blocks {
        for i in &b.insts {
            if !i.op.removable() {
                i.op.for_uses(|v| mark(v, &mut live, &mut work));
            }
        }
        b.term.for_uses(|v| mark(v, &mut live, &mut work));
    }
    for s in used_states(f) {
        for v in f.states[s.index()].uses() {
            mark(v, &mut live, &mut work);
        }
    }
    let preds = f.predecessors();
    while let Some(v) = work.pop() {
        match defs[v.index()] {
            Def::Inst(b, i, _) => {
                f.blocks[b.index()].insts[i as usize].op.for_uses(|u| mark(u, &mut live, &mut work));
            }
            Def::Param(b, k) => {
                for p in &preds[b.index()] {
                    for t in f.blocks[p.index()].term.targets() {
                        if t.block == b
                            && let Some(a) = t.args.get(k as usize)
                        {
                            mark(*a, &mut live, &mut work);
                        }
                    }
                }
            }
            Def::None => {}
        }
    }
    for b in &mut f.blocks {
        b.insts.retain(|i| !i.op.removable() || i.results.iter().any(|r| live[r.index()]));
    }
    // The entry's parameters are the function's and stay.
    let mut drop: Vec<bool> = live.iter().map(|l| !l).collect();
    for p in &f.blocks[0].params {
        drop[p.index()] = false;
    }
    drop_params(f, &drop);
}

/// Merges straight-line chains: a block whose only predecessor ends in a
/// plain jump to it moves into that predecessor.
pub fn merge_chains(f: &mut Func) {
    let preds = f.predecessors();
    for b in f.reverse_post_order() {
        while let Term::Jump(Target { block: next, args }) = &f.blocks[b.index()].term {
            let next = *next;
            // What is in a `try` stays a block of its own.
            let guarded = f.blocks[next.index()].term.handler().is_some();
            if next == Block(0) || next == b || preds[next.index()].len() != 1 || guarded {
                break;
            }
            let args = args.clone();
            let data = std::mem::replace(
                &mut f.blocks[next.index()],
                super::BlockData { params: vec![], insts: vec![], term: Term::Unreachable, term_line: 0 },
            );
            let map: std::collections::HashMap<Value, Value> = data.params.iter().copied().zip(args).collect();
            let head = &mut f.blocks[b.index()];
            head.insts.extend(data.insts);
            head.term = data.term;
            head.term_line = data.term_line;
            if !map.is_empty() {
                f.map_uses(|v| map.get(&v).copied().unwrap_or(v));
            }
        }
    }
}
