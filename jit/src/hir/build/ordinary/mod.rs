//! Building one loop of ordinary code.
//!
//! Basic block versioning: the abstract state knows the type of every
//! variable and stack slot, and a bytecode block is built once for each
//! combination of types that reaches it. So every operation is typed as it
//! is built, a variable may change its type from one iteration to the next,
//! and nothing is speculated: what cannot be done leaves for the interpreter
//! at the start of its instruction.
//!
//! Variables are written back only at exits; nothing else can see them while
//! compiled code runs.
//!
//! Arrays are the ones that the loop entered with: such a value is never
//! passed along edges, so it is the entry's parameter wherever it turns up,
//! and the interpreter gets the same object back. A block has a version for
//! each array that a variable may hold.

mod calls;
mod elements;
mod inline;

pub use inline::inlinable;

use super::dispatch::{Flow, step};
use super::{Item, Machine, Step, Stop};
use crate::hir::edit::Def;
use crate::hir::types::{DType, Type};
use crate::hir::value::{CompileOptions, ConstValue, Global};
use crate::hir::{
    Block, BlockData, CompareOp, ExitReason, FrameState, Func, Inst, Op, StackItem, State, Target, Term, UnaryOp, Value, Variable,
};
use crate::bytecode::cfg::Cfg;
use crate::bytecode::Code;
use crate::error::CompileError;
use crate::ordinary::{EntryKind, LoopRequest, NotCompiled};
use crate::typing::{self, ordinary as rules};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// Most versions of one bytecode block; beyond, the edge leaves the loop.
const MAX_VERSIONS: usize = 6;

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Var {
    /// Something compiled code does not handle, as it was at entry.
    Other,
    Unbound,
    Value(Value),
}

/// A variable or stack slot in a version's key.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Other,
    Unbound,
    Null,
    Typed(Type),
    /// The iterator that the loop entered with.
    EntryIter,
    /// This array of the entry.
    Array(Value),
    /// An iterator made inside the loop over this array of the entry.
    ArrayIter(Value),
}

#[derive(Clone, Debug)]
struct Frame {
    vars: Vec<Var>,
    stack: Vec<Item>,
}

struct Version {
    basic: usize,
    /// Position of its first instruction: that of the basic block, or one in
    /// the middle where the types of an operation's result differ.
    start: usize,
    key: Vec<Shape>,
    block: Block,
    frame: Frame,
}

struct Builder<'a> {
    request: &'a LoopRequest,
    code: &'a Code,
    cfg: &'a Cfg,
    func: Func,
    header: usize,
    inside: Vec<bool>,
    /// Is the variable stored anywhere in the loop?
    stored: Vec<bool>,
    versions: Vec<Version>,
    work: VecDeque<usize>,
    made: Vec<Def>,
    entry_iters: HashSet<Value>,
    /// The array that an iterator made inside the loop walks.
    walked: HashMap<Value, Value>,
    /// Module members that were taken to be the library's own.
    assumed: Vec<Arc<str>>,
    /// Position of the current instruction.
    position: usize,
    /// Functions that are being done in place, outermost first.
    inner: Vec<inline::Inner>,
    paths: Vec<inline::Path>,
    path_blocks: usize,
    current: Block,
    frame: Frame,
    /// The frame at the start of the current instruction, and its state once
    /// something names it.
    start: Frame,
    start_offset: u32,
    state: Option<State>,
    line: u32,
    undef: Value,
    /// Does some path come back to the header?
    loops: bool,
}

/// The typed HIR of a loop.
#[derive(Debug)]
pub struct Built {
    /// Parameters are one value for each variable (kinds without a value get
    /// an ignored int) and stack slot.
    pub func: Func,
    /// See [`CompiledLoop::assumed`](crate::ordinary::CompiledLoop::assumed).
    pub assumed: Vec<Arc<str>>,
    /// Does it compute with NumPy's numbers?
    pub numpy: bool,
}

/// Builds the typed HIR of a loop.
///
/// # Errors
/// Entry kinds that make compiling useless.
pub fn build(request: &LoopRequest) -> Result<Built, NotCompiled> {
    let permanent = |e: CompileError| NotCompiled { reason: e.message.clone(), permanent: true };
    let code = &*request.code;
    let cfg = Cfg::new(code).map_err(permanent)?;
    let position = code.position(request.info.header).ok_or_else(|| permanent(CompileError::bug("no header")))?;
    let header = cfg.block_of[position];
    if cfg.blocks[header].range.start != position || !cfg.is_header[header] {
        return Err(NotCompiled { reason: "the loop has several entries or is inside an exception handler".into(), permanent: true });
    }
    let mut b = Builder::new(request, &cfg, header);
    b.run().map_err(permanent)?;
    if !b.loops {
        let reasons = b.exit_reasons();
        return Err(NotCompiled { reason: format!("no iteration can finish: {reasons}"), permanent: false });
    }
    let (mut func, assumed) = (b.func, b.assumed);
    crate::hir::simplify::simplify(&mut func);
    crate::hir::simplify::merge_chains(&mut func);
    let numpy = func.types.iter().any(|t| matches!(t, Type::Numpy(_)));
    Ok(Built { func, assumed, numpy })
}

impl<'a> Builder<'a> {
    fn new(request: &'a LoopRequest, cfg: &'a Cfg, header: usize) -> Self {
        let code = &*request.code;
        let options = CompileOptions::default();
        let mut func = Func::empty(code.qualname.clone(), code.file.clone(), request.info.line, options);
        func.ordinary = true;
        func.variables = request.info.variables.clone();
        func.return_type = Type::None;
        let mut inside = vec![false; cfg.blocks.len()];
        for b in cfg.natural_loop(header) {
            inside[b] = true;
        }
        let entry = func.add_block();
        let frame = Frame { vars: vec![], stack: vec![] };
        let mut b = Builder {
            request,
            code,
            cfg,
            func,
            header,
            inside,
            stored: vec![],
            versions: vec![],
            work: VecDeque::new(),
            made: vec![],
            entry_iters: HashSet::new(),
            walked: HashMap::new(),
            assumed: vec![],
            position: 0,
            inner: vec![],
            paths: vec![],
            path_blocks: 0,
            current: entry,
            frame: frame.clone(),
            start: frame,
            start_offset: request.info.header,
            state: None,
            line: request.info.line,
            undef: Value(0),
            loops: false,
        };
        b.stored = request.info.stored.clone();
        b.stored.resize(request.info.variables.len(), false);
        b
    }

    fn run(&mut self) -> Result<(), CompileError> {
        let (kinds, stack) = (self.request.kinds.clone(), self.request.stack.clone());
        let mut frame = Frame { vars: vec![], stack: vec![] };
        for k in &kinds {
            let (param, var) = self.entry_value(k);
            let v = self.func.add_param(self.current, param);
            frame.vars.push(match var {
                Some(None) => Var::Value(v),
                Some(Some(c)) => {
                    let t = typing::of_constant(&c)?;
                    Var::Value(self.append(Op::Const(c), vec![t], None)[0])
                }
                None if matches!(k, EntryKind::Unbound) => Var::Unbound,
                None => Var::Other,
            });
        }
        for (n, k) in stack.iter().enumerate() {
            let (param, var) = self.entry_value(k);
            if !matches!(var, Some(None)) {
                return Err(CompileError::unsupported("T0301", "the loop iterates over neither a range nor an array or list of numbers, nor over a zip of these"));
            }
            let v = self.func.add_param(self.current, param);
            if n == 0 && self.request.info.is_for {
                self.entry_iters.insert(v);
            }
            frame.stack.push(Item::Value(v));
        }
        self.undef = self.append(Op::Undef, vec![Type::Unknown], None)[0];
        self.frame = frame;
        let t = self.edge_to(self.header);
        self.end(Term::Jump(t));
        self.loops = false;
        while let Some(n) = self.work.pop_front() {
            self.version(n)?;
        }
        Ok(())
    }

    /// Parameter type and what the variable holds: `Some(None)` = the
    /// parameter, `Some(Some(c))` = a constant, `None` = nothing usable.
    fn entry_value(&self, k: &EntryKind) -> (Type, Option<Option<ConstValue>>) {
        match k {
            EntryKind::Int => (Type::INT, Some(None)),
            EntryKind::Float => (Type::FLOAT, Some(None)),
            EntryKind::Bool => (Type::BOOL, Some(None)),
            EntryKind::Numpy(d) => (Type::Numpy(*d), Some(None)),
            EntryKind::Array(a) => (Type::Array(*a), Some(None)),
            EntryKind::List(d) | EntryKind::Tuple(d) => (Type::List(*d), Some(None)),
            EntryKind::Lists(d) | EntryKind::Tuples(d) => (Type::Lists(*d), Some(None)),
            EntryKind::ListIter(d) => (Type::ListIter(*d), Some(None)),
            EntryKind::ArrayIter(a) => (Type::ArrayIter(*a), Some(None)),
            EntryKind::RangeIter => (Type::RangeIter { dtype: DType::I64, parallel: false }, Some(None)),
            EntryKind::Zip { enumerate, parts } => {
                let parts = parts.iter().map(|part| self.entry_value(part).0).collect();
                (Type::ZipIter { enumerate: *enumerate, parts }, Some(None))
            }
            EntryKind::Library(path) => {
                (Type::INT, Some(Some(ConstValue::Global(Arc::new(Global::Library(path.clone()))))))
            }
            EntryKind::Function(f) => (Type::INT, Some(Some(ConstValue::Global(Arc::new(Global::Closure(f.clone())))))),
            EntryKind::Unbound | EntryKind::Other => (Type::INT, None),
        }
    }

    fn version(&mut self, n: usize) -> Result<(), CompileError> {
        let v = &self.versions[n];
        let (basic, block, start) = (v.basic, v.block, v.start);
        debug_assert!(self.inner.is_empty() && self.paths.is_empty());
        self.frame = v.frame.clone();
        self.current = block;
        let range = self.cfg.blocks[basic].range.clone();
        for p in start..range.end {
            self.begin(p);
            if p == range.start && self.cfg.is_header[basic] {
                let state = self.snapshot();
                self.append(Op::Poll, vec![], Some(state));
            }
            match step(self, self.code, p) {
                Ok(Flow::Next) => {}
                Ok(Flow::Ended) => return Ok(()),
                Err(Stop::Branched) => return self.follow_paths(),
                Err(Stop::Exit(reason)) => {
                    self.inner.clear();
                    self.paths.clear();
                    let state = self.snapshot();
                    self.end(Term::Exit { state, reason });
                    return Ok(());
                }
                Err(Stop::Error(e)) => return Err(*e),
            }
        }
        let next = range.end;
        if next >= self.code.instrs.len() {
            return Err(CompileError::bug("bytecode runs past its end"));
        }
        let t = self.edge(next);
        self.end(Term::Jump(t));
        Ok(())
    }

    /// Remembers the frame at the start of an instruction.
    fn begin(&mut self, position: usize) {
        self.position = position;
        let i = &self.code.instrs[position];
        if i.line != 0 {
            self.line = i.line;
        }
        self.start = self.frame.clone();
        self.start_offset = i.start;
        self.state = None;
    }

    /// The frame state of the current instruction.
    fn snapshot(&mut self) -> State {
        if let Some(s) = self.state {
            return s;
        }
        let start = self.start.clone();
        let s = self.frame_state(self.start_offset, &start);
        self.state = Some(s);
        s
    }

    fn frame_state(&mut self, offset: u32, frame: &Frame) -> State {
        let locals = frame.vars.iter().enumerate().map(|(n, v)| match v {
            // What it holds anyway.
            Var::Value(v) if self.entry_array(*v) == Some(n as u32) || self.is_function(*v) => None,
            Var::Value(v) => self.stored[n].then_some(*v),
            Var::Unbound => (!matches!(self.request.kinds[n], EntryKind::Unbound)).then_some(self.undef),
            Var::Other => None,
        });
        let stack = frame.stack.iter().map(|item| match item {
            Item::Value(v) if self.entry_iters.contains(v) => StackItem::EntryIter(0, *v),
            Item::Value(v) => match self.func.ty(*v) {
                Type::RangeIter { .. } => StackItem::Iter(*v),
                Type::ArrayIter(_) | Type::ListIter(_) => {
                    let array = self.walked.get(v).and_then(|a| self.entry_array(*a));
                    StackItem::ArrayIter(array.unwrap_or(u32::MAX), *v)
                }
                Type::Global(g) if matches!(**g, Global::Closure(_)) => {
                    let at = self.request.kinds.iter().position(|k| matches!((k, &**g), (EntryKind::Function(f), Global::Closure(c)) if Arc::ptr_eq(f, c)));
                    StackItem::Entry(at.map_or(u32::MAX, |n| n as u32))
                }
                Type::Global(g) => StackItem::Global(ConstValue::Global(g.clone())),
                _ => StackItem::Value(*v),
            },
            _ => StackItem::Null,
        });
        let state = FrameState { offset, locals: locals.collect(), stack: stack.collect() };
        self.func.states.push(state);
        State::new(self.func.states.len() - 1)
    }

    fn append(&mut self, op: Op, types: Vec<Type>, state: Option<State>) -> Vec<Value> {
        let results: Vec<Value> = types.into_iter().map(|t| self.func.add_value(t)).collect();
        let block = &mut self.func.blocks[self.current.index()];
        let at = block.insts.len() as u32;
        block.insts.push(Inst { op, results: results.clone(), line: self.line, state });
        self.made.resize(self.func.types.len(), Def::None);
        for (n, r) in results.iter().enumerate() {
            self.made[r.index()] = Def::Inst(self.current, at, n as u32);
        }
        results
    }

    /// Appends an operation that may leave.
    fn checked(&mut self, op: Op, t: Type) -> Value {
        let state = self.snapshot();
        self.append(op, vec![t], Some(state))[0]
    }

    fn plain(&mut self, op: Op, t: Type) -> Value {
        self.append(op, vec![t], None)[0]
    }

    fn bool_const(&mut self, b: bool) -> Value {
        self.plain(Op::Const(ConstValue::Bool(b)), Type::BOOL)
    }

    fn end(&mut self, term: Term) {
        let block = &mut self.func.blocks[self.current.index()];
        block.term = term;
        block.term_line = self.line;
    }

    /// The edge from here to the block that starts at a position: a version
    /// for the current types, or an exit.
    fn edge(&mut self, position: usize) -> Target {
        let basic = self.cfg.block_of[position];
        if !self.inside[basic] {
            return self.exit_edge(position, ExitReason::LeftLoop);
        }
        self.edge_to(basic)
    }

    /// A block that leaves, to go on at the instruction at a position.
    fn exit_edge(&mut self, position: usize, reason: ExitReason) -> Target {
        let frame = self.frame.clone();
        let state = self.frame_state(self.code.instrs[position].start, &frame);
        let term = Term::Exit { state, reason };
        self.func.blocks.push(BlockData { params: vec![], insts: vec![], term, term_line: self.line });
        Target { block: Block::new(self.func.blocks.len() - 1), args: vec![] }
    }

    fn edge_to(&mut self, basic: usize) -> Target {
        self.loops |= basic == self.header;
        self.version_at(basic, self.cfg.blocks[basic].range.start)
    }

    /// The edge to the instruction behind the current one.
    fn edge_behind(&mut self, position: usize) -> Target {
        match self.cfg.block_of[position] {
            same if same == self.cfg.block_of[self.position] => self.version_at(same, position),
            _ => self.edge(position),
        }
    }

    fn is_function(&self, v: Value) -> bool {
        matches!(self.ty(v), Type::Global(g) if matches!(**g, Global::Closure(_)))
    }

    /// The entry parameter that an array value is.
    fn entry_array(&self, v: Value) -> Option<u32> {
        if !self.ty(v).is_held() {
            return None;
        }
        self.func.blocks[0].params.iter().position(|p| *p == v).map(|n| n as u32)
    }

    fn version_at(&mut self, basic: usize, start: usize) -> Target {
        let mut key = Vec::with_capacity(self.frame.vars.len() + self.frame.stack.len());
        let mut args = Vec::new();
        for v in &self.frame.vars {
            key.push(match v {
                Var::Other => Shape::Other,
                Var::Unbound => Shape::Unbound,
                Var::Value(v) if self.ty(*v).is_held() => Shape::Array(*v),
                Var::Value(v) => {
                    args.push(*v);
                    Shape::Typed(self.func.ty(*v).clone())
                }
            });
        }
        for item in &self.frame.stack {
            key.push(match item {
                Item::Value(v) if self.ty(*v).is_held() => Shape::Array(*v),
                Item::Value(v) => {
                    args.push(*v);
                    match self.walked.get(v) {
                        _ if self.entry_iters.contains(v) => Shape::EntryIter,
                        Some(a) => Shape::ArrayIter(*a),
                        None => Shape::Typed(self.func.ty(*v).clone()),
                    }
                }
                _ => Shape::Null,
            });
        }
        if let Some(v) = self.versions.iter().find(|v| v.start == start && v.key == key) {
            return Target { block: v.block, args };
        }
        if self.versions.iter().filter(|v| v.start == start).count() >= MAX_VERSIONS {
            return self.exit_edge(start, ExitReason::TypeChanged);
        }
        let block = self.func.add_block();
        let mut frame = self.frame.clone();
        for (n, var) in frame.vars.iter_mut().enumerate() {
            if let Var::Value(v) = var
                && !self.func.ty(*v).is_held()
            {
                let t = self.func.ty(*v).clone();
                *v = self.func.add_param(block, t);
                self.func.names[v.index()] = self.variable_name(n);
            }
        }
        for item in &mut frame.stack {
            if let Item::Value(v) = item
                && !self.func.ty(*v).is_held()
            {
                let t = self.func.ty(*v).clone();
                let p = self.func.add_param(block, t);
                if self.entry_iters.contains(v) {
                    self.entry_iters.insert(p);
                } else if let Some(a) = self.walked.get(v).copied() {
                    self.walked.insert(p, a);
                }
                *v = p;
            }
        }
        self.versions.push(Version { basic, start, key, block, frame });
        self.work.push_back(self.versions.len() - 1);
        Target { block, args }
    }

    fn variable_name(&self, n: usize) -> Option<Arc<str>> {
        match self.request.info.variables[n] {
            Variable::Fast(s) | Variable::Cell(s) => self.code.locals.get(s as usize).cloned(),
            Variable::Name(s) | Variable::Global(s) => {
                let n = self.code.names.len();
                let known = self.code.names.get(s as usize).or_else(|| self.request.further.get(s as usize - n));
                known.cloned()
            }
        }
    }

    fn variable(&self, v: Variable) -> Step<usize> {
        self.request.info.variables.iter().position(|x| *x == v).ok_or(Stop::Exit(ExitReason::Unsupported))
    }

    fn ty(&self, v: Value) -> &Type {
        self.func.ty(v)
    }

    fn library_path(&self, v: Value) -> Option<Arc<str>> {
        match self.ty(v) {
            Type::Global(g) => match &**g {
                Global::Library(p) => Some(p.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Lines and reasons of the exits, for the report of a useless loop.
    fn exit_reasons(&self) -> String {
        let mut out: Vec<String> = Vec::new();
        for b in &self.func.blocks {
            if let Term::Exit { reason, .. } = b.term
                && !matches!(reason, ExitReason::LeftLoop | ExitReason::LoopEnd)
            {
                let text = format!("{} in line {}", reason.text(), b.term_line);
                if !out.contains(&text) {
                    out.push(text);
                }
            }
        }
        if out.is_empty() { "every path leaves it".into() } else { out.join(", ") }
    }
}

const UNSUPPORTED: Stop = Stop::Exit(ExitReason::Unsupported);

/// What an iterator gives: NumPy's scalars from arrays.
fn item_of(iter: &Type) -> Option<Type> {
    Some(match iter {
        Type::RangeIter { .. } => Type::INT,
        Type::ArrayIter(a) => Type::Numpy(a.dtype),
        Type::ListIter(d) => Type::Scalar(*d),
        Type::ZipIter { enumerate, parts } => {
            let count = enumerate.then_some(Some(Type::INT));
            let items = count.into_iter().chain(parts.iter().map(item_of)).collect::<Option<Vec<_>>>()?;
            Type::Tuple(items.into())
        }
        _ => return None,
    })
}

/// Does the iterator walk a list, whose items may be anything by now?
fn walks_list(iter: &Type) -> bool {
    match iter {
        Type::ListIter(_) => true,
        Type::ZipIter { parts, .. } => parts.iter().any(walks_list),
        _ => false,
    }
}

impl Machine for Builder<'_> {
    fn stack(&mut self) -> &mut Vec<Item> {
        match self.inner.last_mut() {
            Some(inner) => &mut inner.stack,
            None => &mut self.frame.stack,
        }
    }

    fn discard(&mut self) -> Step<()> {
        if let Some(inner) = self.inner.last_mut() {
            return inner.stack.pop().map(|_| ()).ok_or(UNSUPPORTED);
        }
        match self.frame.stack.last() {
            // The interpreter drops the loop's own iterator, after its
            // position has been written back.
            Some(Item::Value(v)) if self.entry_iters.contains(v) => Err(Stop::Exit(ExitReason::LeftLoop)),
            None => Err(Stop::Exit(ExitReason::LeftLoop)),
            _ => {
                self.frame.stack.pop();
                Ok(())
            }
        }
    }

    fn emit(&mut self, op: Op) -> Step<Value> {
        let types: Vec<Type> = {
            let mut t = Vec::new();
            op.for_uses(|v| t.push(self.ty(v).clone()));
            t
        };
        Ok(match &op {
            Op::Const(c) => {
                let t = typing::of_constant(c).map_err(|_| UNSUPPORTED)?;
                if !rules::representable(&t) {
                    return Err(UNSUPPORTED);
                }
                self.plain(op, t)
            }
            Op::Binary { op: o, .. } => {
                let t = rules::binary(*o, &types[0], &types[1]).ok_or(UNSUPPORTED)?;
                self.checked(op, t)
            }
            Op::Unary { op: o, .. } => {
                let t = rules::unary(*o, &types[0]).ok_or(UNSUPPORTED)?;
                if *o == UnaryOp::Not { self.plain(op, t) } else { self.checked(op, t) }
            }
            Op::Compare { .. } => {
                let t = rules::compare(&types[0], &types[1]).ok_or(UNSUPPORTED)?;
                self.checked(op, t)
            }
            Op::Truth { a } => match &types[0] {
                Type::Scalar(DType::Bool) => *a,
                t if rules::is_scalar(t) => self.plain(op, Type::BOOL),
                Type::None => self.bool_const(false),
                Type::Tuple(t) => self.bool_const(!t.is_empty()),
                _ => return Err(UNSUPPORTED),
            },
            Op::Is { a, b, negate } => match (&types[0], &types[1]) {
                (Type::None, Type::None) => self.bool_const(!negate),
                (Type::None, t) | (t, Type::None) if rules::representable(t) => self.bool_const(*negate),
                (Type::Scalar(DType::Bool), Type::Scalar(DType::Bool)) => {
                    let o = if *negate { CompareOp::Ne } else { CompareOp::Eq };
                    self.checked(Op::Compare { op: o, a: *a, b: *b }, Type::BOOL)
                }
                _ => return Err(UNSUPPORTED),
            },
            Op::Tuple(_) => {
                let t = Type::Tuple(types.into());
                if !rules::representable(&t) {
                    return Err(UNSUPPORTED);
                }
                self.plain(op, t)
            }
            Op::TupleGet { index, .. } => match &types[0] {
                Type::Tuple(items) if (*index as usize) < items.len() => {
                    let t = items[*index as usize].clone();
                    self.plain(op, t)
                }
                _ => return Err(UNSUPPORTED),
            },
            Op::Unpack { sequence, count } => match &types[0] {
                Type::Tuple(items) if items.len() == *count as usize => *sequence,
                _ => return Err(UNSUPPORTED),
            },
            Op::GetItem { object, index } if types[0].array().is_some() => self.element(*object, *index)?,
            Op::GetItem { object, index } if types[0].is_held() => self.list_item(*object, *index)?,
            Op::GetItem { object, index } if matches!(types[0], Type::Row(_)) => {
                let (object, index) = self.within_row(*object, *index)?;
                return self.emit(Op::GetItem { object, index });
            }
            Op::GetItem { object, index } => match (&types[0], self.constant(*index)) {
                (Type::Tuple(items), Some(c @ ConstValue::Int(_))) => match typing::access::tuple_index(items, &c) {
                    Ok(Some(typing::access::TupleIndex::At(n))) => {
                        let t = items[n as usize].clone();
                        self.plain(Op::TupleGet { tuple: *object, index: n }, t)
                    }
                    _ => return Err(UNSUPPORTED),
                },
                _ => return Err(UNSUPPORTED),
            },
            Op::Attr { object, name } if matches!(types[0], Type::List(_)) && &**name == "append" => {
                let n = self.growing_list(*object)?;
                self.plain(op, Type::Append(n))
            }
            Op::Attr { object, name } if types[0].array().is_some() => self.array_attribute(*object, name)?,
            Op::Attr { object, name } => self.member(*object, name)?,
            Op::Call { callee, args, keywords } if keywords.is_empty() && matches!(types[0], Type::Append(_)) => {
                self.append_to_list(*callee, args)?
            }
            Op::Call { callee, args, keywords } => {
                if let Type::Global(g) = &types[0]
                    && let Global::Closure(c) = &**g
                    && keywords.is_empty()
                {
                    let c = c.clone();
                    return self.inline_call(&c, args);
                }
                let path = self.library_path(*callee).ok_or(UNSUPPORTED)?;
                if !keywords.is_empty() {
                    return Err(UNSUPPORTED);
                }
                self.library_call(&path, *callee, args)?
            }
            Op::Iter { .. } => match &types[0] {
                Type::Range { dtype, parallel } => {
                    let t = Type::RangeIter { dtype: *dtype, parallel: *parallel };
                    self.plain(op, t)
                }
                Type::Array(_) => self.array_iterator(op)?,
                Type::List(_) => self.list_iterator(op)?,
                _ => return Err(UNSUPPORTED),
            },
            _ => return Err(UNSUPPORTED),
        })
    }

    fn emit_effect(&mut self, op: Op) -> Step<()> {
        match op {
            // A function done in place must not have effects.
            Op::SetItem { object, index, value } if self.inner.is_empty() && self.ty(object).array().is_some() => self.store_element(object, index, value),
            Op::SetItem { object, index, value } if self.inner.is_empty() && self.ty(object).is_held() => {
                self.store_list_item(object, index, value)
            }
            Op::SetItem { object, index, value } if self.inner.is_empty() && matches!(self.ty(object), Type::Row(_)) => {
                let (object, index) = self.within_row(object, index)?;
                self.emit_effect(Op::SetItem { object, index, value })
            }
            _ => Err(UNSUPPORTED),
        }
    }

    fn constant(&self, v: Value) -> Option<ConstValue> {
        match self.made_by(v)? {
            Op::Const(c) => Some(c),
            _ => None,
        }
    }

    fn made_by(&self, v: Value) -> Option<Op> {
        match self.made.get(v.index())? {
            Def::Inst(b, i, _) => Some(self.func.blocks[b.index()].insts[*i as usize].op.clone()),
            _ => None,
        }
    }

    fn load(&mut self, v: Variable) -> Step<Item> {
        if !self.inner.is_empty() {
            return self.inner_load(v);
        }
        let n = self.variable(v)?;
        match self.frame.vars[n] {
            Var::Value(v) => Ok(Item::Value(v)),
            Var::Unbound => Err(Stop::Exit(ExitReason::Unbound)),
            Var::Other => Err(UNSUPPORTED),
        }
    }

    fn store(&mut self, v: Variable, item: Item) -> Step<()> {
        if !self.inner.is_empty() {
            return self.inner_store(v, item);
        }
        let n = self.variable(v)?;
        self.frame.vars[n] = match item {
            Item::Value(v) => {
                if self.entry_iters.contains(&v) {
                    return Err(UNSUPPORTED);
                }
                // A stored iterator would be two names for one position.
                let iterator = matches!(self.ty(v), Type::RangeIter { .. } | Type::ArrayIter(_) | Type::ListIter(_));
                // Each view that an array gives is an object of its own: two
                // variables could not be told to hold the same one.
                let view = matches!(self.ty(v), Type::Row(n) if self.ty(self.func.blocks[0].params[*n as usize]).array().is_some());
                let method = matches!(self.ty(v), Type::Append(_));
                if iterator || view || method || self.is_function(v) {
                    return Err(UNSUPPORTED);
                }
                Var::Value(v)
            }
            Item::Null => Var::Unbound,
            _ => return Err(UNSUPPORTED),
        };
        Ok(())
    }

    fn take(&mut self, slot: u32) -> Step<Item> {
        if !self.inner.is_empty() {
            let item = self.inner_load(Variable::Fast(slot))?;
            self.inner_store(Variable::Fast(slot), Item::Null)?;
            return Ok(item);
        }
        let v = if self.code.is_cell[slot as usize] || self.code.is_free[slot as usize] {
            Variable::Cell(slot)
        } else {
            Variable::Fast(slot)
        };
        let n = self.variable(v)?;
        match std::mem::replace(&mut self.frame.vars[n], Var::Unbound) {
            Var::Value(v) => Ok(Item::Value(v)),
            Var::Unbound => Ok(Item::Null),
            Var::Other => Err(UNSUPPORTED),
        }
    }

    fn capture(&mut self, _: u32) -> Step<Value> {
        Err(UNSUPPORTED)
    }

    fn builtin(&mut self, _: &str) -> Step<Value> {
        Err(UNSUPPORTED)
    }

    fn branch(&mut self, cond: Value, then: usize, otherwise: usize) -> Step<()> {
        // A known condition must not make versions of a path never taken.
        if let Some(ConstValue::Bool(c)) = self.constant(cond) {
            return self.jump(if c { then } else { otherwise });
        }
        let (then, otherwise) = match self.inner.is_empty() {
            true => (self.edge(then), self.edge(otherwise)),
            false => (self.path(then)?, self.path(otherwise)?),
        };
        self.end(Term::Branch { cond, then, otherwise });
        Ok(())
    }

    fn for_iter(&mut self, body: usize, done: usize) -> Step<()> {
        if !self.inner.is_empty() {
            return Err(UNSUPPORTED);
        }
        let Some(Item::Value(iter)) = self.frame.stack.last().cloned() else { return Err(UNSUPPORTED) };
        let t = self.ty(iter).clone();
        let item = item_of(&t).ok_or(UNSUPPORTED)?;
        let own = self.entry_iters.contains(&iter);
        // The loop's own end is the interpreter's: it does FOR_ITER again.
        let otherwise = if own {
            let at = self.code.position(self.start_offset).ok_or(UNSUPPORTED)?;
            self.exit_edge(at, ExitReason::LoopEnd)
        } else {
            self.edge(done)
        };
        // A list's item may be of another class by now.
        let state = walks_list(&t).then(|| self.snapshot());
        let r = self.append(Op::IterNext { iter }, vec![Type::BOOL, item, t], state);
        if own {
            self.entry_iters.insert(r[2]);
        } else if let Some(a) = self.walked.get(&iter).copied() {
            self.walked.insert(r[2], a);
        }
        self.frame.stack.pop();
        self.frame.stack.push(Item::Value(r[2]));
        self.frame.stack.push(Item::Value(r[1]));
        let then = self.edge(body);
        self.end(Term::Branch { cond: r[0], then, otherwise });
        Ok(())
    }

    fn jump(&mut self, to: usize) -> Step<()> {
        let t = if self.inner.is_empty() { self.edge(to) } else { self.path(to)? };
        self.end(Term::Jump(t));
        Ok(())
    }

    fn ret(&mut self, v: Value) -> Step<()> {
        if !self.inner.is_empty() {
            return self.inner_return(v);
        }
        Err(Stop::Exit(ExitReason::LeftLoop))
    }

    fn raise(&mut self, _: Value) -> Step<()> {
        Err(UNSUPPORTED)
    }

    fn unsupported(&self, _: &'static str, _: String) -> Stop {
        UNSUPPORTED
    }
}
