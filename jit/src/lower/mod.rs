//! Typed HIR to LIR.
//!
//! Every HIR value becomes the flat list of machine values that `crate::abi`
//! prescribes; HIR blocks become LIR blocks with flattened parameters, and an
//! HIR instruction may become many LIR blocks. Blocks are lowered in reverse
//! postorder, so that a value is always lowered before its uses.
//!
//! Invariants that the rest relies on:
//! * a part of type `ref` of a view *is* the LIR value of the array it was
//!   taken from, so the live range of a buffer is the union of the live ranges
//!   of the HIR values that carry it. Since addresses derived from it are
//!   invisible to `lir::ownership`, each HIR instruction ends with a `keep`
//!   of the refs among its operands;
//! * integers wrap in nopython code; in ordinary loops every operation that
//!   could differ from Python's unbounded integers leaves through an exit.

pub mod array;
pub mod binary;
pub mod call;
pub mod cast;
pub mod compare;
pub mod complex;
pub mod constant;
pub mod exits;
pub mod iter;
pub mod list;
pub mod loops;
pub mod numpy_scalar;
pub mod ordinary;
pub mod power;
pub mod prange;
pub mod raise;
pub mod reflected;
pub mod scalar;
pub mod text;

use crate::abi;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::{ConstValue, Global, JitFunction};
use crate::hir::{self, Op, Term};
use crate::lir::op::Op as Lop;
use crate::lir::{self, Aux, Builder, ImportData, Signature, Ty, Value};
use exits::Exits;
use std::collections::HashMap;
use std::sync::Arc;
use taipan_runtime::trap::{Site, TrapKind, add_site, intern};

/// The machine values of one HIR value, in `abi::flatten` order.
pub type Parts = Vec<Value>;

/// What a call of a jitted function refers to.
pub enum Callee {
    /// The function that is being compiled, with the same argument types.
    Own,
    /// Another unit; arguments are cast to `params`, the result has type `result`.
    Unit { import: ImportData, params: Vec<Type>, result: Type },
}

/// Where calls of jitted functions go: the tier controller.
pub trait Callees {
    /// The specialisation of `function` for arguments of these types.
    ///
    /// # Errors
    /// Whatever compiling it gave.
    fn resolve(&mut self, function: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Callee, CompileError>;
}

/// No jitted functions at all (tests, ordinary loops).
pub struct NoCallees;

impl Callees for NoCallees {
    fn resolve(&mut self, function: &Arc<dyn JitFunction>, _: &[Type]) -> Result<Callee, CompileError> {
        Err(CompileError::unsupported("T0401", format!("call of {} from here", function.name())))
    }
}

/// A lowered ordinary loop.
pub struct LoweredLoop {
    pub module: lir::Module,
    pub exits: Vec<crate::ordinary::ExitRecord>,
    /// Number of 8-byte result slots that the exits use at most.
    pub result_slots: u32,
}

/// Lowers a nopython function and the loops it runs in parallel.
///
/// # Errors
/// Constructs without lowering, with the user's line.
pub fn lower(func: &hir::Func, callees: &mut dyn Callees) -> Result<lir::Module, CompileError> {
    let mut module = lir::Module::default();
    lower_into(func, callees, &mut module)?;
    Ok(module)
}

/// Lowers an ordinary loop: every way out is an exit.
///
/// # Errors
/// As [`lower`].
pub fn lower_loop(func: &hir::Func) -> Result<LoweredLoop, CompileError> {
    let mut module = lir::Module::default();
    let exits = lower_into(func, &mut NoCallees, &mut module)?;
    Ok(LoweredLoop { module, result_slots: exits.slots, exits: exits.records })
}

/// Parameter and result types of a nopython function in LIR.
pub fn signature(func: &hir::Func) -> Signature {
    let mut sig = Signature::default();
    for p in &func.blocks[0].params {
        abi::flatten_into(&func.types[p.index()], &mut sig.params);
    }
    if !func.ordinary {
        abi::flatten_into(&func.return_type, &mut sig.results);
    }
    sig
}

fn lower_into(func: &hir::Func, callees: &mut dyn Callees, module: &mut lir::Module) -> Result<Exits, CompileError> {
    // Function 0 is the entry; parallel bodies follow it while it is built.
    module.funcs.push(lir::Func::default());
    let lir_func = lir::Func::new(&*func.name, &signature(func));
    let mut l = Lowerer::new(func, Builder::new(module, lir_func), callees);
    l.run()?;
    let Lowerer { b, exits, .. } = l;
    let done = b.finish();
    module.funcs[0] = done;
    Ok(exits)
}

/// Where a value is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Def {
    /// Parameter number `index` of `block`.
    Param { block: hir::Block, index: u32 },
    /// Result of instruction number `inst` of `block`.
    Inst { block: hir::Block, inst: u32 },
    /// Defined nowhere (unreachable code).
    None,
}

/// The state of lowering one HIR function.
pub struct Lowerer<'a> {
    pub hir: &'a hir::Func,
    /// Builds the LIR function at hand (a parallel body while one is outlined).
    pub b: Builder<'a>,
    pub callees: &'a mut dyn Callees,
    /// Parts of each HIR value lowered so far.
    values: Vec<Option<Parts>>,
    /// LIR block of each HIR block: where its predecessors jump to.
    pub(crate) blocks: Vec<Option<lir::Block>>,
    defs: Vec<Def>,
    sites: HashMap<u32, u32>,
    /// Line of the HIR instruction at hand.
    pub line: u32,
    /// Frame state of the HIR instruction at hand (ordinary loops).
    pub state: Option<hir::State>,
    pub(crate) exits: Exits,
    pub(crate) cfg: loops::Cfg,
    /// HIR blocks of parallel loops that `prange` has outlined.
    pub(crate) outlined: Vec<bool>,
    /// Parallel bodies: where the edge that leaves the loop goes.
    pub(crate) redirect: HashMap<hir::Block, lir::Block>,
    /// Inside a parallel body: nested `prange` runs in sequence.
    pub(crate) in_parallel: bool,
    /// The range iterator of a parallel body: it walks one chunk only.
    pub(crate) chunked: Option<hir::Value>,
    /// Strip-mined loop headers by HIR block.
    pub(crate) strips: HashMap<hir::Block, loops::Strip>,
    /// Loops that array operations made so far: they are numbered after HIR's.
    pub(crate) made_loops: usize,
}

impl<'a> Lowerer<'a> {
    fn new(hir: &'a hir::Func, mut b: Builder<'a>, callees: &'a mut dyn Callees) -> Self {
        let mut defs = vec![Def::None; hir.types.len()];
        for (i, block) in hir.blocks.iter().enumerate() {
            let at = hir::Block::new(i);
            for (index, p) in block.params.iter().enumerate() {
                defs[p.index()] = Def::Param { block: at, index: index as u32 };
            }
            for (n, inst) in block.insts.iter().enumerate() {
                for r in &inst.results {
                    defs[r.index()] = Def::Inst { block: at, inst: n as u32 };
                }
            }
        }
        b.fast = hir.options.fastmath;
        Lowerer {
            hir,
            b,
            callees,
            values: vec![None; hir.types.len()],
            blocks: vec![None; hir.blocks.len()],
            defs,
            sites: HashMap::new(),
            line: hir.first_line,
            state: None,
            exits: Exits::default(),
            cfg: loops::Cfg::new(hir),
            outlined: vec![false; hir.blocks.len()],
            redirect: HashMap::new(),
            in_parallel: false,
            chunked: None,
            strips: HashMap::new(),
            made_loops: 0,
        }
    }

    // ----- values -------------------------------------------------------------------------

    /// Type of an HIR value.
    pub fn ty(&self, v: hir::Value) -> &'a Type {
        &self.hir.types[v.index()]
    }

    /// The machine values of `v`.
    pub fn parts(&self, v: hir::Value) -> Parts {
        self.values[v.index()].clone().unwrap_or_else(|| panic!("{v} is used before it is lowered"))
    }

    /// Sets the machine values of `v`.
    pub fn define(&mut self, v: hir::Value, parts: Parts) {
        debug_assert_eq!(
            parts.iter().map(|p| self.b.func.ty(*p)).collect::<Vec<_>>(),
            abi::flatten(self.ty(v)),
            "parts of {v}: {}",
            self.ty(v)
        );
        self.values[v.index()] = Some(parts);
    }

    /// Takes every mapping out, for a function to be built on the side.
    pub(crate) fn take_values(&mut self) -> Vec<Option<Parts>> {
        let n = self.values.len();
        std::mem::replace(&mut self.values, vec![None; n])
    }

    /// Puts mappings back.
    pub(crate) fn put_values(&mut self, values: Vec<Option<Parts>>) {
        self.values = values;
    }

    /// Is `v` lowered already?
    pub(crate) fn is_lowered(&self, v: hir::Value) -> bool {
        self.values[v.index()].is_some()
    }

    /// Where `v` is defined.
    pub fn def(&self, v: hir::Value) -> Def {
        self.defs[v.index()]
    }

    /// The instruction that defines `v`, unless it is a parameter.
    pub fn def_inst(&self, v: hir::Value) -> Option<&'a hir::Inst> {
        match self.defs[v.index()] {
            Def::Inst { block, inst } => Some(&self.hir.blocks[block.index()].insts[inst as usize]),
            _ => None,
        }
    }

    /// The compile-time value of `v`, if it has one: a constant, a tuple of
    /// constants, a library object or None.
    pub fn const_of(&self, v: hir::Value) -> Option<ConstValue> {
        if let Some(inst) = self.def_inst(v) {
            match &inst.op {
                Op::Const(c) => return Some(c.clone()),
                Op::Tuple(vs) => {
                    return vs.iter().map(|v| self.const_of(*v)).collect::<Option<Vec<_>>>().map(|c| ConstValue::Tuple(c.into()));
                }
                Op::Cast { a, to } if to == self.ty(*a) => return self.const_of(*a),
                Op::Unary { op: hir::UnaryOp::Neg, a } => match self.const_of(*a) {
                    Some(ConstValue::Int(i)) => return Some(ConstValue::Int(i.wrapping_neg())),
                    Some(ConstValue::Float(x)) => return Some(ConstValue::Float(-x)),
                    _ => {}
                },
                _ => {}
            }
        }
        match self.ty(v) {
            Type::None => Some(ConstValue::None),
            Type::Ellipsis => Some(ConstValue::Ellipsis),
            Type::Global(g) => Some(ConstValue::Global(g.clone())),
            _ => None,
        }
    }

    /// The integer constant that `v` is, if it is one.
    pub fn const_int(&self, v: hir::Value) -> Option<i64> {
        match self.const_of(v)? {
            ConstValue::Int(i) => Some(i),
            ConstValue::Bool(b) => Some(i64::from(b)),
            ConstValue::Scalar(d, c) if d.is_integer() => match *c {
                ConstValue::Int(i) => Some(i),
                _ => None,
            },
            _ => None,
        }
    }

    /// The parts of `v` cast to `to`.
    pub fn parts_as(&mut self, v: hir::Value, to: &Type) -> Result<Parts, CompileError> {
        let p = self.parts(v);
        let from = self.ty(v);
        self.cast(&p, from, to)
    }

    /// `v` as an i64.
    pub fn int_of(&mut self, v: hir::Value) -> Result<Value, CompileError> {
        Ok(self.parts_as(v, &Type::INT)?[0])
    }

    /// Scalar operand: dtype and parts, with Optional unwrapped.
    pub fn scalar_operand(&mut self, v: hir::Value) -> Result<(DType, Parts), CompileError> {
        match self.ty(v) {
            Type::Scalar(d) => Ok((*d, self.parts(v))),
            Type::Optional(inner) => match &**inner {
                Type::Scalar(d) => Ok((*d, self.parts_as(v, inner)?)),
                t => Err(CompileError::bug(format!("scalar operand of type {t}"))),
            },
            t => Err(CompileError::bug(format!("scalar operand of type {t}"))),
        }
    }

    /// All-zero parts of a type (value of an unassigned variable, of a missing
    /// Optional).
    pub fn zero(&mut self, t: &Type) -> Parts {
        abi::flatten(t).into_iter().map(|t| self.zero_of(t)).collect()
    }

    /// Zero of a machine type.
    pub fn zero_of(&mut self, t: Ty) -> Value {
        if t.is_float() { self.b.fconst(t, 0.0) } else { self.b.iconst(t, 0) }
    }

    /// An i64 constant.
    pub fn i64(&mut self, v: i64) -> Value {
        self.b.iconst(Ty::I64, v)
    }

    /// Calls a runtime symbol by name; its result.
    pub fn runtime(&mut self, name: &str, args: &[Value]) -> Option<Value> {
        let s = crate::symbols::symbol(name);
        self.b.call_sym(&s, args)
    }

    /// Calls a runtime symbol that returns a status, passing its trap on.
    pub fn runtime_checked(&mut self, name: &str, args: &[Value]) {
        if let Some(status) = self.runtime(name, args) {
            self.b.check_status(status);
        }
    }

    /// Raises TypeError or ValueError with a fixed text when `c` holds.
    pub fn trap_text_if(&mut self, c: Value, kind: TrapKind, text: &str) {
        let id = intern(text) as i64;
        let (bad, ok) = (self.b.new_block(), self.b.new_block());
        self.b.func.blocks[bad.index()].cold = true;
        self.b.brif(c, (bad, &[]), (ok, &[]));
        self.b.switch_to(bad);
        let id = self.i64(id);
        self.b.trap(kind, &[id]);
        self.b.switch_to(ok);
    }

    // ----- driver -------------------------------------------------------------------------

    fn run(&mut self) -> Result<(), CompileError> {
        let entry = self.b.func.entry();
        let params: Vec<Value> = self.b.func.blocks[0].params.clone();
        if self.cfg.preds[0].is_empty() {
            self.blocks[0] = Some(entry);
            let mut at = 0;
            for p in &self.hir.blocks[0].params {
                let n = abi::flatten(self.ty(*p)).len();
                self.define(*p, params[at..at + n].to_vec());
                at += n;
            }
        } else {
            // The entry of LIR has no predecessors.
            let first = self.make_block(hir::Block(0));
            self.b.switch_to(entry);
            self.b.jump(first, &params);
        }
        for h in self.cfg.order.clone() {
            if self.outlined[h.index()] {
                continue;
            }
            self.lower_block(h)?;
        }
        Ok(())
    }

    /// The LIR block that jumps to HIR block `h` go to; made at first use,
    /// with its parameters.
    pub(crate) fn make_block(&mut self, h: hir::Block) -> lir::Block {
        if let Some(b) = self.blocks[h.index()] {
            return b;
        }
        let b = self.b.new_block();
        self.blocks[h.index()] = Some(b);
        for p in &self.hir.blocks[h.index()].params {
            let parts = abi::flatten(self.ty(*p)).into_iter().map(|t| self.b.func.add_param(b, t)).collect();
            self.define(*p, parts);
        }
        b
    }

    fn locate(&self, e: CompileError) -> CompileError {
        e.at(&self.hir.file, &self.hir.name, self.line)
    }

    /// Sets line, site and frame state for what follows.
    pub(crate) fn set_line(&mut self, line: u32, state: Option<hir::State>) {
        self.state = state;
        if line != 0 {
            self.line = line;
        }
        let (file, function, line) = (&self.hir.file, &self.hir.name, self.line);
        self.b.site = *self
            .sites
            .entry(line)
            .or_insert_with(|| add_site(Site { file: file.clone(), function: function.clone(), line }));
    }

    /// Lowers one block: loop prologue, instructions, terminator.
    pub(crate) fn lower_block(&mut self, h: hir::Block) -> Result<(), CompileError> {
        let block = &self.hir.blocks[h.index()];
        let b = self.make_block(h);
        self.b.switch_to(b);
        self.b.handler = None;
        self.set_line(block.insts.first().map_or(block.term_line, |i| i.line), block.insts.first().and_then(|i| i.state));
        if let Some(n) = self.parallel_loop_at(h) {
            return self.parallel_loop(n).map_err(|e| self.locate(e));
        }
        if self.cfg.is_header(h) {
            self.loop_prologue(h).map_err(|e| self.locate(e))?;
        }
        if let Some(t) = block.term.handler() {
            let args = self.edge_args(t).map_err(|e| self.locate(e))?;
            self.b.handler = Some((self.make_block(t.block), args));
        }
        for inst in &block.insts {
            self.set_line(inst.line, inst.state);
            let done = self.lower_inst(h, inst).map_err(|e| self.locate(e))?;
            if done == Flow::Stop {
                return Ok(());
            }
        }
        self.set_line(block.term_line, None);
        self.lower_term(h, &block.term).map_err(|e| self.locate(e))
    }

    fn lower_inst(&mut self, h: hir::Block, inst: &'a hir::Inst) -> Result<Flow, CompileError> {
        if let Op::IterNext { iter } = inst.op {
            if self.iter_next(h, iter, &inst.results)? {
                return Ok(Flow::Stop);
            }
        } else if let Some(&result) = inst.results.first() {
            if !self.is_fused(result) {
                let parts = self.lower_op(inst, result)?;
                self.define(result, parts);
            }
        } else {
            self.lower_effect(h, &inst.op)?;
        }
        self.keep_operands(&inst.op);
        Ok(Flow::Continue)
    }

    /// Instructions without result.
    fn lower_effect(&mut self, h: hir::Block, op: &Op) -> Result<(), CompileError> {
        match op {
            Op::SetItem { object, index, value } if matches!(self.ty(*index), Type::Append(_)) => self.list_append(*object, *value),
            Op::SetItem { object, index, value } if matches!(self.ty(*object), Type::List(_) | Type::Lists(_)) => {
                self.store_list_item(*object, *index, *value)
            }
            Op::SetItem { object, index, value } if matches!(self.ty(*object), Type::ReflectedList(_)) => self.reflected_set(*object, *index, *value),
            Op::SetItem { object, index, value } => array::set_item(self, *object, *index, *value),
            Op::CheckDefined { defined, name } => {
                let defined = self.truth(*defined)?;
                let missing = self.not(defined);
                self.unbound_if(missing, name)
            }
            // Done in the prologue of a strip-mined loop.
            Op::Poll if self.strips.contains_key(&h) => Ok(()),
            Op::Poll => self.exit_on_poll(),
            _ => Err(CompileError::bug(format!("instruction without result: {op:?}"))),
        }
    }

    fn is_fused(&self, v: hir::Value) -> bool {
        self.hir.fused.get(v.index()).copied().unwrap_or(false)
    }

    /// Keeps the buffers of `op`'s operands alive up to here (see the file head).
    fn keep_operands(&mut self, op: &Op) {
        let mut refs = Vec::new();
        let mut stack: Vec<hir::Value> = operands(op);
        while let Some(v) = stack.pop() {
            if self.is_fused(v) && !self.is_lowered(v) {
                // Computed here and now: its operands are ours.
                if let Some(inst) = self.def_inst(v) {
                    stack.extend(operands(&inst.op));
                }
            } else if let Some(parts) = &self.values[v.index()] {
                refs.extend(parts.iter().copied().filter(|p| self.b.func.ty(*p) == Ty::Ref));
            }
        }
        self.keep(&refs);
    }

    /// Keeps these buffers alive up to here.
    pub fn keep(&mut self, refs: &[Value]) {
        if !refs.is_empty() && !self.b.terminated() {
            let mut refs = refs.to_vec();
            refs.sort_unstable();
            refs.dedup();
            self.b.push(Lop::Keep, Ty::I1, &refs, 0, Aux::None, &[]);
        }
    }

    /// Parts of the one result of an instruction.
    pub(crate) fn lower_op(&mut self, inst: &'a hir::Inst, result: hir::Value) -> Result<Parts, CompileError> {
        let to = self.ty(result);
        match &inst.op {
            Op::Const(c) => self.constant(c, to),
            Op::Undef => Ok(self.zero(to)),
            Op::Binary { op, a, b, inplace } => self.binary_op(*op, *a, *b, *inplace, result),
            Op::Unary { op, a } => self.unary_op(*op, *a, result),
            Op::Compare { op, a, b } => self.compare_op(*op, *a, *b, result),
            Op::Is { a, b, negate } => self.is_op(*a, *b, *negate),
            Op::Contains { item, container, negate } => self.contains_op(*item, *container, *negate),
            Op::Truth { a } => Ok(vec![self.truth(*a)?]),
            Op::Attr { .. } if matches!(to, Type::Append(_)) => Ok(Parts::new()),
            Op::Attr { object, name } => crate::library::lower_attr(self, *object, name, result),
            Op::GetItem { object, index } if matches!(to, Type::Row(_)) => self.row(*object, *index),
            Op::GetItem { object, index } => match self.ty(*object) {
                Type::Lists(d) => self.lists_item(*object, *index, *d),
                Type::Tuple(_) => self.tuple_item(*object, *index, result),
                Type::List(d) => self.list_item(*object, *index, *d),
                Type::Str => self.text_item(*object, *index),
                Type::ReflectedList(_) => self.reflected_item(*object, *index),
                _ => array::get_item(self, *object, *index, result),
            },
            Op::Tuple(vs) => Ok(vs.iter().flat_map(|v| self.parts(*v)).collect()),
            Op::TupleGet { tuple, index } => self.tuple_get(*tuple, *index),
            Op::Unpack { sequence, count } => self.unpack(*sequence, *count, to),
            Op::Slice { start, stop, step } => {
                let mut parts = Parts::new();
                for v in [start, stop, step].into_iter().flatten() {
                    if *self.ty(*v) != Type::None {
                        parts.push(self.int_of(*v)?);
                    }
                }
                Ok(parts)
            }
            Op::Call { callee, args, keywords } => self.call(*callee, args, keywords, result),
            Op::Iter { object } => self.iter(*object, to),
            Op::Cast { a, to } => {
                if self.hir.ordinary && self.state.is_some() && *to == Type::FLOAT && *self.ty(*a) == Type::INT {
                    let i = self.parts(*a)[0];
                    self.exit_unless_exact(i)?;
                }
                self.parts_as(*a, to)
            }
            Op::Guard { a, to } => self.guard(*a, to),
            Op::SetItem { .. } | Op::CheckDefined { .. } | Op::Poll => {
                self.lower_effect(hir::Block(u32::MAX), &inst.op)?;
                Ok(self.zero(to))
            }
            Op::IterNext { .. } => Err(CompileError::bug("IterNext has three results")),
            Op::Closure { .. } => Err(CompileError::unsupported("T0413", "an inner function that is used as a value")),
        }
    }

    /// Parts of edge arguments, cast to the target's parameter types.
    pub(crate) fn edge_args(&mut self, t: &hir::Target) -> Result<Parts, CompileError> {
        let mut out = Parts::new();
        for (arg, param) in t.args.iter().zip(&self.hir.blocks[t.block.index()].params) {
            let to = self.ty(*param);
            out.extend(self.parts_as(*arg, to)?);
        }
        // Back edges of loops that count the iterations of a strip.
        out.extend(self.strips.get(&t.block).and_then(|s| s.counter));
        Ok(out)
    }

    fn lower_term(&mut self, h: hir::Block, term: &'a Term) -> Result<(), CompileError> {
        match term {
            Term::Jump(t) => self.jump_to(t)?,
            Term::Branch { cond, then, otherwise } => {
                let c = self.truth(*cond)?;
                self.branch(h, c, then, otherwise)?;
            }
            Term::Return(v) => {
                let to = &self.hir.return_type;
                let parts = self.parts_as(*v, to)?;
                self.b.ret(&parts);
            }
            Term::Raise { exception } => self.raise(*exception)?,
            Term::Guarded { then, .. } => self.lower_term(h, then)?,
            Term::Exit { state, reason } => self.exit(*state, *reason)?,
            Term::Unreachable => {
                self.b.push(Lop::Unreachable, Ty::I1, &[], 0, Aux::None, &[]);
            }
        }
        Ok(())
    }

    fn branch(&mut self, h: hir::Block, c: Value, then: &hir::Target, otherwise: &hir::Target) -> Result<(), CompileError> {
        // Casts of edge arguments may need code of their own, even blocks:
        // each side that casts gets a block.
        let then_to = self.side(then)?;
        let other_to = self.exit_side(h, otherwise)?;
        let (tb, ta) = then_to.target(self);
        let (ob, oa) = other_to.target(self);
        self.b.brif(c, (tb, &ta), (ob, &oa));
        Ok(())
    }

    /// A branch whose first side is an LIR block already.
    pub(crate) fn branch_to(&mut self, h: hir::Block, c: Value, then: lir::Block, otherwise: &hir::Target) -> Result<(), CompileError> {
        let (ob, oa) = self.exit_side(h, otherwise)?.target(self);
        self.b.brif(c, (then, &[]), (ob, &oa));
        Ok(())
    }

    /// The second side of the branch of `h`: strip-mined loops first look
    /// whether the range or only the strip is at its end.
    fn exit_side(&mut self, h: hir::Block, t: &hir::Target) -> Result<Side, CompileError> {
        match self.strips.get(&h).cloned() {
            Some(strip) => Ok(Side::Block(self.strip_exit(&strip, t)?)),
            None => self.side(t),
        }
    }

    pub(crate) fn side(&mut self, t: &hir::Target) -> Result<Side, CompileError> {
        if let Some(b) = self.redirect.get(&t.block) {
            return Ok(Side::Block(*b));
        }
        let same = t
            .args
            .iter()
            .zip(&self.hir.blocks[t.block.index()].params)
            .all(|(a, p)| self.ty(*a) == self.ty(*p));
        if same {
            return Ok(Side::Direct(t.block, self.edge_args(t)?));
        }
        let here = self.b.block;
        let edge = self.b.new_block();
        self.b.switch_to(edge);
        self.jump_to(t)?;
        self.b.switch_to(here);
        Ok(Side::Block(edge))
    }

    /// Ends the block with a jump along an HIR edge.
    pub(crate) fn jump_to(&mut self, t: &hir::Target) -> Result<(), CompileError> {
        if let Some(b) = self.redirect.get(&t.block) {
            let b = *b;
            self.b.jump(b, &[]);
            return Ok(());
        }
        let args = self.edge_args(t)?;
        let to = self.make_block(t.block);
        self.b.jump(to, &args);
        Ok(())
    }
}

/// Whether lowering of a block goes on after an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    /// The rest of the block was lowered as part of something larger.
    Stop,
}

/// One side of a branch.
pub(crate) enum Side {
    Direct(hir::Block, Parts),
    Block(lir::Block),
}

impl Side {
    pub(crate) fn target(self, l: &mut Lowerer<'_>) -> (lir::Block, Parts) {
        match self {
            Side::Direct(h, args) => (l.make_block(h), args),
            Side::Block(b) => (b, Parts::new()),
        }
    }
}

/// Every value an operation reads.
pub fn operands(op: &Op) -> Vec<hir::Value> {
    match op {
        Op::Const(_) | Op::Undef => vec![],
        Op::Binary { a, b, .. } | Op::Compare { a, b, .. } | Op::Is { a, b, .. } => vec![*a, *b],
        Op::Contains { item, container, .. } => vec![*item, *container],
        Op::Unary { a, .. } | Op::Truth { a } | Op::Cast { a, .. } | Op::Guard { a, .. } => vec![*a],
        Op::Attr { object, .. } | Op::Iter { object } => vec![*object],
        Op::GetItem { object, index } => vec![*object, *index],
        Op::SetItem { object, index, value } => vec![*object, *index, *value],
        Op::Tuple(vs) => vs.clone(),
        Op::TupleGet { tuple, .. } => vec![*tuple],
        Op::Unpack { sequence, .. } => vec![*sequence],
        Op::Slice { start, stop, step } => [start, stop, step].into_iter().flatten().copied().collect(),
        Op::Call { callee, args, keywords } => {
            let mut v = vec![*callee];
            v.extend(args);
            v.extend(keywords.iter().map(|k| k.1));
            v
        }
        Op::IterNext { iter } => vec![*iter],
        Op::CheckDefined { defined, .. } => vec![*defined],
        Op::Closure { captured, .. } => captured.clone(),
        Op::Poll => vec![],
    }
}

/// The library path of a compile-time object, if it is one.
pub fn library_path(g: &Global) -> Option<&Arc<str>> {
    if let Global::Library(p) = g { Some(p) } else { None }
}
