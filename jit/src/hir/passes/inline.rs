//! Inlining of inner functions at their calls, before inference.
//!
//! An inner function is a value only at compile time: its code and what it
//! captured. Every call of one is replaced by its body, so that captured
//! variables need no memory and every call is typed on its own.

use super::super::build::nopython::{Source, build};
use super::super::infer::{Bound, bind_code};
use super::super::simplify::{merge_chains, simplify};
use super::super::value::Outside;
use super::super::{Block, BlockData, Func, Inst, Op, Target, Term, Value};
use crate::error::{Audience, CompileError};

/// Most calls to inline in one function: a chain of inner functions that
/// call each other twice grows exponentially.
const MAX_CALLS: usize = 256;

/// Replaces calls of inner functions by their bodies.
///
/// # Errors
/// Errors in the inner function, wrong arguments, too many calls.
pub fn inline_closures(f: &mut Func, outside: &dyn Outside) -> Result<(), CompileError> {
    for _ in 0..MAX_CALLS {
        let Some((b, i)) = find_call(f) else { return Ok(()) };
        let line = f.blocks[b.index()].insts[i].line;
        splice(f, b, i, outside).map_err(|e| e.at(&f.file, &f.name, line))?;
        simplify(f);
        merge_chains(f);
    }
    Err(CompileError::new(Audience::Limit, "too many calls of inner functions"))
}

fn find_call(f: &Func) -> Option<(Block, usize)> {
    let defs = f.definitions();
    for b in f.reverse_post_order() {
        for (i, inst) in f.blocks[b.index()].insts.iter().enumerate() {
            if let Op::Call { callee, .. } = inst.op
                && matches!(f.def_op(&defs, callee), Some(Op::Closure { .. }))
            {
                return Some((b, i));
            }
        }
    }
    None
}

fn splice(f: &mut Func, b: Block, i: usize, outside: &dyn Outside) -> Result<(), CompileError> {
    let defs = f.definitions();
    let call = f.blocks[b.index()].insts[i].clone();
    let Op::Call { callee, args, keywords } = &call.op else { return Err(CompileError::bug("not a call")) };
    let Some(Op::Closure { closure, captured }) = f.def_op(&defs, *callee).cloned() else {
        return Err(CompileError::bug("not a call of an inner function"));
    };
    let body = build(&Source { code: &closure.code, outside, options: f.options, free_as_params: true })?;
    let bound = bind_code(&closure.code, &closure.defaults, &[], args, keywords)?;

    // The block ends before the call; what follows becomes a block of its own
    // whose parameter is the call's result.
    let rest = f.add_block();
    let data = &mut f.blocks[b.index()];
    let tail = data.insts.split_off(i + 1);
    data.insts.pop();
    let (term, term_line) = (std::mem::replace(&mut data.term, Term::Unreachable), data.term_line);
    f.blocks[rest.index()] = BlockData { params: call.results.clone(), insts: tail, term, term_line };

    let mut values = Vec::new();
    for a in bound {
        let op = match a {
            Bound::Value(v) => {
                values.push(v);
                continue;
            }
            Bound::Const(c) => Op::Const(c),
            Bound::Tuple(vs) => Op::Tuple(vs),
        };
        let v = f.add_value(super::super::types::Type::Unknown);
        f.blocks[b.index()].insts.push(Inst::new(op, vec![v], call.line));
        values.push(v);
    }
    values.extend(captured);
    // A call in a `try` is one of the whole body.
    let handler = f.blocks[rest.index()].term.handler().cloned();
    let entry = import(f, body, rest, handler.as_ref());
    let data = &mut f.blocks[b.index()];
    data.term = guarded(Term::Jump(Target { block: entry, args: values }), handler.as_ref());
    data.term_line = call.line;
    Ok(())
}

fn guarded(term: Term, handler: Option<&Target>) -> Term {
    match handler {
        Some(h) if term.handler().is_none() => Term::Guarded { handler: h.clone(), then: term.into() },
        _ => term,
    }
}

/// Copies the blocks of `body` into `f`; its returns go to `rest`, what it
/// raises to `handler`. Gives the copy of its entry.
fn import(f: &mut Func, body: Func, rest: Block, handler: Option<&Target>) -> Block {
    let (values, blocks) = (f.types.len() as u32, f.blocks.len() as u32);
    f.types.extend(body.types);
    f.names.extend(body.names);
    f.fused.extend(body.fused);
    let shift = |v: Value| Value(v.0 + values);
    for mut data in body.blocks {
        data.params.iter_mut().for_each(|p| *p = shift(*p));
        for inst in &mut data.insts {
            inst.op.map_uses(shift);
            inst.results.iter_mut().for_each(|r| *r = shift(*r));
        }
        data.term.map_uses(shift);
        for t in data.term.targets_mut() {
            t.block = Block(t.block.0 + blocks);
        }
        if let Term::Return(v) = *data.term.inner() {
            *data.term.inner_mut() = Term::Jump(Target { block: rest, args: vec![v] });
        }
        data.term = guarded(data.term, handler);
        f.blocks.push(data);
    }
    Block(blocks)
}
