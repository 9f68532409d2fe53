//! Side exits of ordinary loops: the frame state as machine values and as the
//! record that tells the interpreter how to restore it.

use super::{Def, Lowerer, Parts};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, Global};
use crate::hir::{self, ExitReason, Op as Hop, StackItem};
use crate::lir::op::Op;
use crate::lir::{Aux, Ty, Value};
use crate::ordinary::{ExitRecord, Restore};

/// The exits of a function so far.
#[derive(Debug, Default)]
pub struct Exits {
    pub records: Vec<ExitRecord>,
    /// Result slots that the largest exit fills.
    pub slots: u32,
}

/// Where an iterator is: a range at its next value, arrays and lists behind
/// their own parts, several at once behind the count they may have.
fn positions(t: &Type, p: &[Value], slots: &mut Parts) {
    match t {
        Type::ArrayIter(_) | Type::ListIter(_) => slots.extend(p.last()),
        Type::ZipIter { enumerate, parts } => {
            let mut rest = p;
            if *enumerate {
                slots.extend(p.first());
                rest = &p[1..];
            }
            for part in parts.iter() {
                let (own, others) = rest.split_at(crate::abi::flatten(part).len());
                positions(part, own, slots);
                rest = others;
            }
        }
        _ => slots.extend(p.first()),
    }
}

impl Lowerer<'_> {
    /// Ends the block: leave for the interpreter.
    pub(crate) fn exit(&mut self, state: hir::State, reason: ExitReason) -> Result<(), CompileError> {
        let f = self.hir.states.get(state.index()).ok_or_else(|| CompileError::bug(format!("no frame state {state}")))?;
        let mut slots = Parts::new();
        let mut writes = Vec::new();
        for (i, v) in f.locals.iter().enumerate() {
            if let Some(v) = v {
                writes.push((i as u32, self.restore(*v, &mut slots)?));
            }
        }
        let mut stack = Vec::new();
        for item in &f.stack {
            stack.push(match item {
                StackItem::Null => Restore::Null,
                StackItem::Entry(n) => Restore::Entry(*n),
                StackItem::Value(v) => self.restore(*v, &mut slots)?,
                StackItem::Global(c) => self.restore_const(c, &mut slots)?,
                StackItem::EntryIter(_, v) => {
                    let first = slots.len() as u32;
                    positions(self.ty(*v), &self.parts(*v), &mut slots);
                    Restore::EntryIter(first)
                }
                StackItem::ArrayIter(n, v) => {
                    slots.extend(self.parts(*v).last());
                    Restore::NewItemIter(*n, slots.len() as u32 - 1)
                }
                StackItem::Iter(v) => self.restore(*v, &mut slots)?,
            });
        }
        let n = self.exits.records.len() as i64;
        self.exits.slots = self.exits.slots.max(slots.len() as u32);
        self.exits.records.push(ExitRecord { offset: f.offset, reason, line: self.line, writes, stack });
        self.b.push(Op::Exit, Ty::I1, &slots, n, Aux::None, &[]);
        Ok(())
    }

    /// Leaves when `c` holds, with the frame state of the instruction at hand.
    pub(crate) fn exit_if(&mut self, c: Value, reason: ExitReason) -> Result<(), CompileError> {
        let state = self.state.ok_or_else(|| CompileError::bug("exit from an instruction without frame state"))?;
        let (bad, ok) = (self.b.new_block(), self.b.new_block());
        self.b.func.blocks[bad.index()].cold = true;
        self.b.brif(c, (bad, &[]), (ok, &[]));
        self.b.switch_to(bad);
        self.exit(state, reason)?;
        self.b.switch_to(ok);
        Ok(())
    }

    /// How the interpreter gets `v` back; appends its machine values.
    fn restore(&mut self, v: hir::Value, slots: &mut Parts) -> Result<Restore, CompileError> {
        if let Some(inst) = self.def_inst(v) {
            match &inst.op {
                Hop::Undef => return Ok(Restore::Unbound),
                Hop::Const(c) => return self.restore_const(c, slots),
                _ => {}
            }
        }
        if let (Def::Param { block: hir::Block(0), index }, Type::Array(_) | Type::List(_) | Type::Lists(_)) = (self.def(v), self.ty(v)) {
            return Ok(Restore::Entry(index));
        }
        let p = self.parts(v);
        let t = self.ty(v).clone();
        self.restore_parts(&t, &p, slots)
    }

    fn restore_parts(&mut self, t: &Type, p: &[Value], slots: &mut Parts) -> Result<Restore, CompileError> {
        let mut slot = |values: &[Value]| {
            slots.extend(values);
            (slots.len() - values.len()) as u32
        };
        Ok(match t {
            Type::Scalar(DType::I64) => Restore::Int(slot(p)),
            Type::Scalar(DType::F64) => Restore::Float(slot(p)),
            Type::Scalar(DType::Bool) => Restore::Bool(slot(p)),
            Type::Numpy(d) => Restore::Numpy(*d, slot(p)),
            Type::Row(n) => Restore::Item(*n, slot(p)),
            Type::Append(n) => Restore::Append(*n),
            Type::None => Restore::None,
            Type::Unknown => Restore::Unbound,
            Type::Range { .. } => Restore::NewRange(slot(p)),
            Type::RangeIter { .. } => Restore::NewRangeIter(slot(p)),
            Type::Global(g) => match &**g {
                Global::Library(path) => Restore::Library(path.clone()),
                _ => return Err(CompileError::unsupported("T0406", format!("{g} in the frame of an ordinary loop"))),
            },
            Type::Tuple(ts) => {
                let mut items = Vec::new();
                let mut at = 0;
                for t in ts.iter() {
                    let n = crate::abi::flatten(t).len();
                    items.push(self.restore_parts(t, &p[at..at + n], slots)?);
                    at += n;
                }
                Restore::Tuple(items)
            }
            _ => return Err(CompileError::unsupported("T0406", format!("value of type {t} in the frame of an ordinary loop"))),
        })
    }

    fn restore_const(&mut self, c: &ConstValue, slots: &mut Parts) -> Result<Restore, CompileError> {
        if let ConstValue::Global(g) = c
            && let Global::Library(path) = &**g
        {
            return Ok(Restore::Library(path.clone()));
        }
        let t = super::constant::const_type(c);
        let p = self.constant(c, &t)?;
        self.restore_parts(&t, &p, slots)
    }
}
