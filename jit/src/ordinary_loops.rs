//! The loops of a code object, found without running it.

use crate::bytecode::{Code, Instr, Opcode};
use crate::hir::Variable;
use crate::ordinary::LoopInfo;
use std::collections::BTreeMap;

/// All natural loops of `code`, those inside exception handlers included, in
/// order of their headers.
pub fn loops(code: &Code) -> Vec<LoopInfo> {
    let Some(depths) = depths(code) else { return vec![] };
    let mut back_edges: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, i) in code.instrs.iter().enumerate() {
        if i.op == Opcode::JumpBackward
            && depths[position].is_some()
            && let Some(header) = i.target().and_then(|t| starts_at(code, t))
        {
            back_edges.entry(header).or_default().push(position);
        }
    }
    let predecessors = predecessors(code);
    back_edges
        .into_iter()
        .filter_map(|(header, edges)| {
            let depth = u32::try_from(depths[header]?).ok()?;
            let body = body(header, &edges, &predecessors);
            let first = &code.instrs[header];
            let variables = distinct(body.iter().flat_map(|&p| accessed(&code.instrs[p])));
            let stored = distinct(body.iter().flat_map(|&p| stored(&code.instrs[p])));
            Some(LoopInfo {
                header: first.start,
                back_edges: edges.iter().map(|&e| code.instrs[e].offset).collect(),
                end: body.iter().map(|&p| code.instrs[p].next).max()?,
                depth,
                is_for: first.op == Opcode::ForIter,
                stored: variables.iter().map(|v| stored.contains(v)).collect(),
                variables,
                line: body.iter().map(|&p| code.instrs[p].line).filter(|&l| l > 0).min().unwrap_or(0),
            })
        })
        .collect()
}

/// Position of the instruction that starts at `offset`.
fn starts_at(code: &Code, offset: u32) -> Option<usize> {
    code.position(offset).filter(|&p| code.instrs[p].start == offset || code.instrs[p].offset == offset)
}

/// Depth of the value stack before each instruction; `None` where control
/// cannot come. `None` in all if the code jumps into the middle of something.
fn depths(code: &Code) -> Option<Vec<Option<i32>>> {
    let mut depths = vec![None; code.instrs.len()];
    let mut work = vec![(0, 0)];
    for handler in &code.handlers {
        // The handler finds the exception, and below it the interrupted
        // instruction if asked for.
        let depth = handler.depth as i32 + i32::from(handler.push_lasti) + 1;
        work.push((starts_at(code, handler.target)?, depth));
    }
    while let Some((position, depth)) = work.pop() {
        let Some(i) = code.instrs.get(position) else { continue };
        if depths[position].is_some() {
            continue;
        }
        depths[position] = Some(depth);
        let after = depth + i.op.stack_effect_info(i.arg).effect();
        if let Some(target) = i.target() {
            work.push((starts_at(code, target)?, after));
        }
        if i.falls_through() {
            work.push((position + 1, after));
        }
    }
    Some(depths)
}

fn predecessors(code: &Code) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new(); code.instrs.len()];
    for (position, i) in code.instrs.iter().enumerate() {
        if let Some(target) = i.target().and_then(|t| starts_at(code, t)) {
            found[target].push(position);
        }
        if i.falls_through() && position + 1 < found.len() {
            found[position + 1].push(position);
        }
    }
    found
}

/// Positions from which a back edge can be reached without passing the header.
fn body(header: usize, edges: &[usize], predecessors: &[Vec<usize>]) -> Vec<usize> {
    let mut inside = vec![false; predecessors.len()];
    inside[header] = true;
    let mut work = edges.to_vec();
    while let Some(position) = work.pop() {
        if !std::mem::replace(&mut inside[position], true) {
            work.extend(&predecessors[position]);
        }
    }
    (0..inside.len()).filter(|&p| inside[p]).collect()
}

fn distinct(all: impl Iterator<Item = Variable>) -> Vec<Variable> {
    let mut found = Vec::new();
    for variable in all {
        if !found.contains(&variable) {
            found.push(variable);
        }
    }
    found
}

/// The variables that an instruction touches.
fn accessed(i: &Instr) -> Vec<Variable> {
    use Variable::{Cell, Fast, Global, Name};
    let (first, second) = (i.arg >> 4, i.arg & 15);
    match i.op {
        Opcode::LoadFast
        | Opcode::LoadFastBorrow
        | Opcode::LoadFastCheck
        | Opcode::LoadFastAndClear
        | Opcode::StoreFast
        | Opcode::DeleteFast => vec![Fast(i.arg)],
        Opcode::LoadFastLoadFast
        | Opcode::LoadFastBorrowLoadFastBorrow
        | Opcode::StoreFastLoadFast
        | Opcode::StoreFastStoreFast => vec![Fast(first), Fast(second)],
        Opcode::LoadDeref | Opcode::StoreDeref | Opcode::DeleteDeref => vec![Cell(i.arg)],
        Opcode::LoadName | Opcode::StoreName | Opcode::DeleteName => vec![Name(i.arg)],
        // The lowest bit asks for a NULL beside the value.
        Opcode::LoadGlobal => vec![Global(i.arg >> 1)],
        Opcode::StoreGlobal | Opcode::DeleteGlobal => vec![Global(i.arg)],
        _ => vec![],
    }
}

/// The variables that an instruction changes.
fn stored(i: &Instr) -> Vec<Variable> {
    use Variable::{Cell, Fast, Global, Name};
    let (first, second) = (i.arg >> 4, i.arg & 15);
    match i.op {
        Opcode::StoreFast | Opcode::DeleteFast | Opcode::LoadFastAndClear => vec![Fast(i.arg)],
        Opcode::StoreFastLoadFast => vec![Fast(first)],
        Opcode::StoreFastStoreFast => vec![Fast(first), Fast(second)],
        Opcode::StoreDeref | Opcode::DeleteDeref => vec![Cell(i.arg)],
        Opcode::StoreName => vec![Name(i.arg)],
        Opcode::StoreGlobal => vec![Global(i.arg)],
        _ => vec![],
    }
}
