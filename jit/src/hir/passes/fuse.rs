//! Fusion of whole-array expressions: finds elementwise results that need no
//! array of their own because their only user, in the same block, is another
//! elementwise operation or a reduction; lowering then computes their elements
//! inside the user's loop.
//!
//! Fusing moves the evaluation of an operation down to its user. That is only
//! right if nothing between the two can change the operands' elements, so any
//! store, in-place operation or call of unknown effect in between keeps the
//! array.

use crate::hir::types::Type;
use crate::hir::value::{ConstValue, Global};
use crate::hir::{BinaryOp, Func, Inst, Op, Value};
use crate::lower::array::reduce::reduction;
use crate::lower::operands;

/// Sets [`Func::fused`].
pub fn fuse(f: &mut Func) {
    let uses = count_uses(f);
    let mut fused = vec![false; f.types.len()];
    for block in &f.blocks {
        // Where each instruction is evaluated; users come after definitions,
        // so going backwards the user's place is known.
        let mut place: Vec<usize> = (0..block.insts.len()).collect();
        for (at, inst) in block.insts.iter().enumerate().rev() {
            let Some(&result) = inst.results.first() else { continue };
            if uses[result.index()] != 1 || !is_elementwise(f, inst) {
                continue;
            }
            let user = block.insts[at + 1..].iter().position(|i| operands(&i.op).contains(&result)).map(|p| at + 1 + p);
            let Some(mut user) = user else { continue };
            // `x.sum` takes nothing from `x` yet: the call of it does.
            if let (Op::Attr { .. }, [method]) = (&block.insts[user].op, &block.insts[user].results[..])
                && uses[method.index()] == 1
                && let Some(call) = block.insts[user + 1..].iter().position(|i| operands(&i.op).contains(method))
            {
                user += 1 + call;
            }
            let takes = is_elementwise(f, &block.insts[user]) || is_full_reduction(f, &block.insts[user], result);
            let still = block.insts[at + 1..place[user]].iter().all(|i| keeps_elements(f, i));
            if takes && still {
                fused[result.index()] = true;
                place[at] = place[user];
            }
        }
    }
    f.fused = fused;
}

fn count_uses(f: &Func) -> Vec<u32> {
    let mut uses = vec![0; f.types.len()];
    for block in &f.blocks {
        for v in block.insts.iter().flat_map(|i| operands(&i.op)) {
            uses[v.index()] += 1;
        }
        block.term.for_uses(|v| uses[v.index()] += 1);
        for v in block.term.targets().into_iter().flat_map(|t| &t.args) {
            uses[v.index()] += 1;
        }
    }
    uses
}

fn is_array(f: &Func, v: Value) -> bool {
    matches!(f.types[v.index()], Type::Array(_))
}

/// An operation that gives an array element by element.
pub fn is_elementwise(f: &Func, inst: &Inst) -> bool {
    if !inst.results.first().is_some_and(|r| is_array(f, *r)) {
        return false;
    }
    match &inst.op {
        Op::Binary { op, inplace, a, .. } => *op != BinaryOp::MatMul && !(*inplace && is_array(f, *a)),
        Op::Unary { .. } | Op::Compare { .. } => true,
        Op::Call { callee, keywords, .. } => {
            keywords.is_empty()
                && library(f, *callee)
                    .and_then(|p| p.strip_prefix("numpy."))
                    .is_some_and(|name| name == "where" || taipan_runtime::ufunc::by_name(name).is_some())
        }
        _ => false,
    }
}

/// A reduction of all of `array` to a scalar.
fn is_full_reduction(f: &Func, inst: &Inst, array: Value) -> bool {
    let Op::Call { callee, args, keywords } = &inst.op else { return false };
    let scalar = inst.results.first().is_some_and(|r| matches!(f.types[r.index()], Type::Scalar(_)));
    let path = library(f, *callee).unwrap_or_default();
    let name = match (path.split_once('.'), &args[..]) {
        (Some(("numpy", name)), [a]) if *a == array => name,
        (Some(("array", name)), []) => name,
        _ => return false,
    };
    scalar && keywords.is_empty() && reduction(name).is_some_and(|r| r.fold.is_some())
}

/// Can the instruction run without changing any array's elements?
fn keeps_elements(f: &Func, inst: &Inst) -> bool {
    match &inst.op {
        Op::SetItem { .. } => false,
        Op::Binary { inplace, a, .. } => !(*inplace && is_array(f, *a)),
        Op::Call { callee, .. } => {
            is_elementwise(f, inst)
                || matches!(f.types[callee.index()], Type::Global(ref g) if matches!(&**g, Global::DType(_) | Global::NumbaType(_)))
                || library(f, *callee).is_some_and(|p| p.starts_with("math.") || p.starts_with("builtins.") && p != "builtins.print")
        }
        _ => true,
    }
}

/// Library path of a callee.
pub fn library(f: &Func, callee: Value) -> Option<&str> {
    if let Type::Global(g) = &f.types[callee.index()]
        && let Global::Library(p) = &**g
    {
        return Some(p);
    }
    let inst = f.blocks.iter().flat_map(|b| &b.insts).find(|i| i.results.first() == Some(&callee))?;
    match &inst.op {
        Op::Const(ConstValue::Global(g)) => match &**g {
            Global::Library(p) => Some(p),
            _ => None,
        },
        _ => None,
    }
}
