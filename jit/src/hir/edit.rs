//! Building blocks of HIR construction and rewriting: making blocks, values
//! and instructions, visiting operands, finding definitions.

use super::types::Type;
use super::value::{CompileOptions, ConstValue};
use super::{Block, BlockData, Func, Inst, Op, StackItem, State, Target, Term, Value};
use std::sync::Arc;

/// Where a value is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Def {
    /// Parameter of a block at a position.
    Param(Block, u32),
    /// Result of an instruction: block, position, result number.
    Inst(Block, u32, u32),
    /// Nowhere (removed, or never placed).
    None,
}

impl Func {
    /// A function without blocks.
    pub fn empty(name: Arc<str>, file: Arc<str>, first_line: u32, options: CompileOptions) -> Func {
        Func {
            name,
            file,
            first_line,
            options,
            blocks: vec![],
            types: vec![],
            names: vec![],
            return_type: Type::Unknown,
            states: vec![],
            variables: vec![],
            ordinary: false,
            parallel_loops: vec![],
            fused: vec![],
        }
    }
    /// Appends a block without terminator (`Unreachable` until set).
    pub fn add_block(&mut self) -> Block {
        self.blocks.push(BlockData { params: vec![], insts: vec![], term: Term::Unreachable, term_line: 0 });
        Block::new(self.blocks.len() - 1)
    }
    /// A fresh value; the caller makes it a parameter or a result.
    pub fn add_value(&mut self, ty: Type) -> Value {
        self.types.push(ty);
        self.names.push(None);
        self.fused.push(false);
        Value::new(self.types.len() - 1)
    }
    /// Adds a parameter to a block.
    pub fn add_param(&mut self, b: Block, ty: Type) -> Value {
        let v = self.add_value(ty);
        self.blocks[b.index()].params.push(v);
        v
    }
    /// Type of a value.
    pub fn ty(&self, v: Value) -> &Type {
        &self.types[v.index()]
    }
    /// Block ids in layout order.
    pub fn block_ids(&self) -> impl Iterator<Item = Block> + use<> {
        (0..self.blocks.len()).map(Block::new)
    }
    /// Where each value is defined.
    pub fn definitions(&self) -> Vec<Def> {
        let mut defs = vec![Def::None; self.types.len()];
        for (b, data) in self.blocks.iter().enumerate() {
            let b = Block::new(b);
            for (i, p) in data.params.iter().enumerate() {
                defs[p.index()] = Def::Param(b, i as u32);
            }
            for (i, inst) in data.insts.iter().enumerate() {
                for (r, v) in inst.results.iter().enumerate() {
                    defs[v.index()] = Def::Inst(b, i as u32, r as u32);
                }
            }
        }
        defs
    }
    /// The operation that defines a value, by a table from
    /// [`Func::definitions`] that is still valid.
    pub fn def_op(&self, defs: &[Def], v: Value) -> Option<&Op> {
        match defs[v.index()] {
            Def::Inst(b, i, _) => Some(&self.blocks[b.index()].insts[i as usize].op),
            _ => None,
        }
    }
    /// The constant that a value is, by a valid table of definitions.
    pub fn constant(&self, defs: &[Def], v: Value) -> Option<ConstValue> {
        match self.def_op(defs, v)? {
            Op::Const(c) => Some(c.clone()),
            Op::Tuple(items) => {
                Some(ConstValue::Tuple(items.iter().map(|i| self.constant(defs, *i)).collect::<Option<Vec<_>>>()?.into()))
            }
            _ => None,
        }
    }
    /// Predecessor blocks of every block, an entry for each edge.
    pub fn predecessors(&self) -> Vec<Vec<Block>> {
        let mut preds = vec![vec![]; self.blocks.len()];
        for (b, data) in self.blocks.iter().enumerate() {
            for t in data.term.targets() {
                preds[t.block.index()].push(Block::new(b));
            }
        }
        preds
    }
    /// Blocks reachable from the entry, in reverse post-order.
    pub fn reverse_post_order(&self) -> Vec<Block> {
        let mut seen = vec![false; self.blocks.len()];
        let mut post = Vec::with_capacity(self.blocks.len());
        let mut stack = vec![(Block(0), 0usize)];
        seen[0] = true;
        while let Some((b, k)) = stack.last_mut() {
            let targets = self.blocks[b.index()].term.targets();
            // Last target first, so that the first one directly follows.
            if *k < targets.len() {
                let t = targets[targets.len() - 1 - *k].block;
                *k += 1;
                if !seen[t.index()] {
                    seen[t.index()] = true;
                    stack.push((t, 0));
                }
            } else {
                post.push(*b);
                stack.pop();
            }
        }
        post.reverse();
        post
    }
    /// Rewrites every operand of the function, frame states included.
    pub fn map_uses(&mut self, mut f: impl FnMut(Value) -> Value) {
        for b in &mut self.blocks {
            for i in &mut b.insts {
                i.op.map_uses(&mut f);
            }
            b.term.map_uses(&mut f);
        }
        for s in &mut self.states {
            for v in s.locals.iter_mut().flatten() {
                *v = f(*v);
            }
            for item in &mut s.stack {
                match item {
                    StackItem::Value(v) | StackItem::EntryIter(_, v) | StackItem::ArrayIter(_, v) | StackItem::Iter(v) => *v = f(*v),
                    StackItem::Null | StackItem::Entry(_) | StackItem::Global(_) => {}
                }
            }
        }
    }
}

/// Calls `$visit` with a reference to every operand of `$op`, in order; shared
/// or exclusive as `$op` is.
macro_rules! visit_operands {
    ($op:expr, $visit:expr) => {{
        let mut g = $visit;
        match $op {
            Op::Const(_) | Op::Undef | Op::Poll => {}
            Op::Binary { a, b, .. } | Op::Compare { a, b, .. } | Op::Is { a, b, .. } => {
                g(a);
                g(b);
            }
            Op::Contains { item, container, .. } => {
                g(item);
                g(container);
            }
            Op::Unary { a, .. } | Op::Truth { a } | Op::Cast { a, .. } | Op::Guard { a, .. } => g(a),
            Op::Attr { object, .. } | Op::Iter { object } => g(object),
            Op::GetItem { object, index } => {
                g(object);
                g(index);
            }
            Op::SetItem { object, index, value } => {
                g(object);
                g(index);
                g(value);
            }
            Op::Tuple(items) | Op::Closure { captured: items, .. } => {
                for v in items {
                    g(v);
                }
            }
            Op::TupleGet { tuple, .. } => g(tuple),
            Op::Unpack { sequence, .. } => g(sequence),
            Op::Slice { start, stop, step } => {
                for v in [start, stop, step].into_iter().flatten() {
                    g(v);
                }
            }
            Op::Call { callee, args, keywords } => {
                g(callee);
                for v in args {
                    g(v);
                }
                for (_, v) in keywords {
                    g(v);
                }
            }
            Op::IterNext { iter } => g(iter),
            Op::CheckDefined { defined, .. } => g(defined),
        }
    }};
}

impl Op {
    /// Calls `f` with every operand, in order.
    pub fn for_uses(&self, mut f: impl FnMut(Value)) {
        visit_operands!(self, |v: &Value| f(*v));
    }
    /// Rewrites every operand.
    pub fn map_uses(&mut self, mut f: impl FnMut(Value) -> Value) {
        visit_operands!(self, |v: &mut Value| *v = f(*v));
    }
    /// May the operation be dropped when nothing uses its results? (It
    /// neither writes, calls nor raises.)
    pub fn removable(&self) -> bool {
        matches!(
            self,
            Op::Const(_)
                | Op::Undef
                | Op::Tuple(_)
                | Op::TupleGet { .. }
                | Op::Slice { .. }
                | Op::Closure { .. }
                | Op::Cast { .. }
                | Op::Truth { .. }
                | Op::Is { .. }
                | Op::Iter { .. }
        )
    }
}

impl Term {
    /// Control-flow edges out.
    pub fn targets(&self) -> Vec<&Target> {
        match self {
            Term::Jump(t) => vec![t],
            Term::Branch { then, otherwise, .. } => vec![then, otherwise],
            Term::Guarded { handler, then } => {
                let mut all = then.targets();
                all.push(handler);
                all
            }
            _ => vec![],
        }
    }
    /// Control-flow edges out.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        match self {
            Term::Jump(t) => vec![t],
            Term::Branch { then, otherwise, .. } => vec![then, otherwise],
            Term::Guarded { handler, then } => {
                let mut all = then.targets_mut();
                all.push(handler);
                all
            }
            _ => vec![],
        }
    }
    /// How the block ends, whether it is in a `try` or not.
    pub fn inner(&self) -> &Term {
        match self {
            Term::Guarded { then, .. } => then.inner(),
            t => t,
        }
    }
    /// As [`Term::inner`], to be changed.
    pub fn inner_mut(&mut self) -> &mut Term {
        match self {
            Term::Guarded { then, .. } => then.inner_mut(),
            t => t,
        }
    }
    /// Where exceptions of the block go, if it is in a `try`.
    pub fn handler(&self) -> Option<&Target> {
        match self {
            Term::Guarded { handler, .. } => Some(handler),
            _ => None,
        }
    }
    /// Rewrites every operand, edge arguments included.
    pub fn map_uses(&mut self, mut f: impl FnMut(Value) -> Value) {
        match self.inner_mut() {
            Term::Branch { cond, .. } => *cond = f(*cond),
            Term::Return(v) | Term::Raise { exception: Some(v) } => *v = f(*v),
            _ => {}
        }
        for t in self.targets_mut() {
            for a in &mut t.args {
                *a = f(*a);
            }
        }
    }
    /// Operands without edge arguments.
    pub fn for_uses(&self, mut f: impl FnMut(Value)) {
        match self.inner() {
            Term::Branch { cond, .. } => f(*cond),
            Term::Return(v) | Term::Raise { exception: Some(v) } => f(*v),
            _ => {}
        }
    }
}

impl Inst {
    /// An instruction without frame state.
    pub fn new(op: Op, results: Vec<Value>, line: u32) -> Inst {
        Inst { op, results, line, state: None }
    }
}

impl super::FrameState {
    /// Values the state keeps alive.
    pub fn uses(&self) -> impl Iterator<Item = Value> + '_ {
        let stack = self.stack.iter().filter_map(|s| match s {
            StackItem::Value(v) | StackItem::EntryIter(_, v) | StackItem::ArrayIter(_, v) | StackItem::Iter(v) => Some(*v),
            StackItem::Null | StackItem::Entry(_) | StackItem::Global(_) => None,
        });
        self.locals.iter().copied().flatten().chain(stack)
    }
}

/// The states that instructions and exits of the function name.
pub fn used_states(f: &Func) -> Vec<State> {
    let mut out = Vec::new();
    for b in &f.blocks {
        out.extend(b.insts.iter().filter_map(|i| i.state));
        if let Term::Exit { state, .. } = b.term {
            out.push(state);
        }
    }
    out
}
