//! Parallel loops: the body becomes a function of its own that runs a chunk of
//! the trips, `(lo, hi, chunk, environment)`; `taipan_parfor` runs the chunks.
//!
//! The environment is a block on the caller's stack: values of the enclosing
//! function that the loop reads, one 8-byte slot a machine value, then one
//! block of slots a chunk for partial results of the reductions. References in
//! it are borrowed: the caller keeps the buffers alive until the call returns.
//!
//! The number of chunks depends on the trip count alone and partial results
//! are combined in chunk order, so the bits of a reduction do not depend on
//! the number of threads. Each chunk starts from the operation's identity; the
//! initial value is combined once, first. An array that is reduced in place
//! has a private copy for each chunk; the copies are combined into the array
//! itself, so that whoever else holds it sees the result.

use super::array::expr::{Expr, What, apply};
use super::array::value::ArrayVal;
use super::iter::targets;
use super::{Lowerer, Parts, operands};
use crate::abi;
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout as HirLayout, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, BinaryOp, CompareOp, Op as Hop, Reduction, Term};
use crate::lir::op::{Cc, Op};
use crate::lir::{self, Aux, FuncId, Signature, Ty, Value};
use std::collections::HashMap;
use taipan_runtime::dtype::Kind;

/// Most chunks of a parallel loop.
pub const MAX_CHUNKS: i64 = 64;
/// Bytes that the private arrays of one accumulator may take together…
const PRIVATE_BYTES: i64 = 64 << 20;
/// …as long as there are this many chunks.
const LEAST_CHUNKS: i64 = 4;

impl<'a> Lowerer<'a> {
    /// The parallel loop that `h` heads, unless it is inside another one.
    pub(crate) fn parallel_loop_at(&self, h: hir::Block) -> Option<usize> {
        if self.in_parallel {
            return None;
        }
        self.hir.parallel_loops.iter().position(|p| p.header == h)
    }

    /// Lowers parallel loop number `n`; its header's LIR block is current.
    pub(crate) fn parallel_loop(&mut self, n: usize) -> Result<(), CompileError> {
        let hir = self.hir;
        let par = &hir.parallel_loops[n];
        let header = &hir.blocks[par.header.index()];
        let inst = header.insts.last().ok_or_else(|| CompileError::bug("parallel loop without IterNext"))?;
        let Hop::IterNext { iter } = inst.op else { return Err(CompileError::bug("parallel loop without IterNext")) };
        let Term::Branch { otherwise, .. } = &header.term else { return Err(CompileError::bug("parallel loop without branch")) };
        self.set_line(inst.line, inst.state);

        let captured = self.captured(par);
        let reductions: Vec<(hir::Value, Reduction, Partial)> = par
            .reductions
            .iter()
            .map(|(v, r)| match self.ty(*v) {
                Type::Scalar(d) if *r != Reduction::Last => Ok((*v, *r, Partial::Number(*d))),
                Type::Array(a) => Ok((*v, *r, Partial::Array(*a))),
                t if *r == Reduction::Last => Ok((*v, *r, Partial::Any(t.clone()))),
                t => Err(CompileError::bug(format!("parallel reduction of type {t}"))),
            })
            .collect::<Result<_, _>>()?;

        // Trips of the whole range.
        let it = self.parts(iter);
        let trips = self.trips_left(&it);

        // Environment: captured values, the private arrays of the chunks, then
        // partials.
        let mut env_values = Parts::new();
        for v in &captured {
            env_values.extend(self.parts(*v));
        }
        let max = self.most_chunks(&reductions)?;
        let few = self.b.icmp(Cc::Ult, trips, max);
        let chunks = self.b.select(few, trips, max);
        let mut copies = Vec::new();
        for (v, r, partial) in &reductions {
            if let Partial::Array(a) = partial {
                let slot = env_values.len() as i64;
                let private = self.private_arrays(*v, *r, *a, chunks)?;
                env_values.extend([private.owner, private.data, private.bytes]);
                copies.push(Private { slot, ..private });
            }
        }
        let base = env_values.len() as i64 * 8;
        let width: i64 = reductions.iter().map(|r| r.2.parts() as i64 * 8).sum();
        let bytes = base + width * MAX_CHUNKS;
        let env = self.stack(bytes.max(8));
        for (i, v) in env_values.iter().enumerate() {
            self.b.store(env, *v, i as i64 * 8);
        }

        let layout = Layout { captured, base, width, reductions, copies };
        let body = self.outline(par, iter, &layout)?;

        // Run it.
        let code = self.b.push(Op::FuncAddr, Ty::Ptr, &[], 0, Aux::Func(body), &[]);
        let code = self.b.func.insts[code.index()].results[0];
        let ctx = self.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
        let zero = self.i64(0);
        self.runtime_checked("taipan_parfor", &[code, ctx, zero, trips, env, max]);
        self.combine(&layout, env, chunks)?;
        let refs: Parts = env_values.iter().copied().filter(|v| self.b.func.ty(*v) == Ty::Ref).collect();
        self.keep(&refs);
        // The iterator is used up.
        let done = vec![it[1], it[1], it[2]];
        self.define(iter, done.clone());
        let no = self.b.iconst(Ty::I1, 0);
        self.define(inst.results[0], vec![no]);
        let zeros = self.zero(self.ty(inst.results[1]));
        self.define(inst.results[1], zeros);
        self.define(inst.results[2], done);
        for i in &header.insts[..header.insts.len() - 1] {
            if let (Hop::Const(_) | Hop::Undef, Some(r)) = (&i.op, i.results.first()) {
                let parts = self.lower_op(i, *r)?;
                self.define(*r, parts);
            }
        }
        self.outlined[par.header.index()] = true;
        for b in &par.body {
            self.outlined[b.index()] = true;
        }
        self.jump_to(otherwise)
    }

    /// Most chunks of the loop: fewer where each needs a large private array.
    /// Depends on sizes alone, never on the number of threads.
    fn most_chunks(&mut self, reductions: &[(hir::Value, Reduction, Partial)]) -> Result<Value, CompileError> {
        let mut most = self.i64(MAX_CHUNKS);
        for (v, _, partial) in reductions {
            if let Partial::Array(a) = partial {
                let acc = ArrayVal::new(*a, self.parts(*v));
                let size = self.product(&acc.shapes());
                let (room, least, one) = (self.i64(PRIVATE_BYTES / a.dtype.itemsize() as i64), self.i64(LEAST_CHUNKS), self.i64(1));
                let size = self.larger(size, one);
                let fits = self.b.binary(Op::Udiv, room, size);
                let fits = self.larger(fits, least);
                let fewer = self.b.icmp(Cc::Slt, fits, most);
                most = self.b.select(fewer, fits, most);
            }
        }
        Ok(most)
    }

    fn larger(&mut self, a: Value, b: Value) -> Value {
        let c = self.b.icmp(Cc::Sgt, a, b);
        self.b.select(c, a, b)
    }

    /// One array for each chunk, in one block, filled with the identity.
    fn private_arrays(&mut self, v: hir::Value, r: Reduction, a: ArrayType, chunks: Value) -> Result<Private, CompileError> {
        let acc = ArrayVal::new(a, self.parts(v));
        let mut shape = vec![chunks];
        shape.extend(acc.shapes());
        let ty = ArrayType { ndim: a.ndim + 1, layout: HirLayout::C, readonly: false, ..a };
        let block = self.new_array(ty, &shape, r == Reduction::Add);
        if r != Reduction::Add {
            let identity = self.identity(r, a.dtype);
            self.fill(&block, &Expr::Scalar(a.dtype, identity))?;
        }
        Ok(Private { slot: 0, owner: block.owner(), data: block.data(), bytes: block.stride(0) })
    }

    /// Chunk number `k`'s private array of the accumulator `acc`.
    fn private_array(&mut self, acc: &ArrayVal, private: &Private, k: Value) -> ArrayVal {
        let offset = self.b.binary(Op::Imul, k, private.bytes);
        let data = self.b.op(Op::PtrAdd, Ty::Ptr, &[private.data, offset], 0);
        let shape = acc.shapes();
        let strides = self.contiguous_strides(&shape, acc.ty.dtype.itemsize() as i64, acc.ty.layout == HirLayout::F);
        ArrayVal::assemble(acc.ty, private.owner, data, &shape, &strides)
    }

    /// Trips that an iterator (next, stop, step) has left.
    fn trips_left(&mut self, it: &[Value]) -> Value {
        let zero = self.i64(0);
        let one = self.i64(1);
        let up = self.b.icmp(Cc::Sgt, it[2], zero);
        let forward = self.b.binary(Op::Isub, it[1], it[0]);
        let backward = self.b.binary(Op::Isub, it[0], it[1]);
        let distance = self.b.select(up, forward, backward);
        let minus = self.b.binary(Op::Isub, zero, it[2]);
        let width = self.b.select(up, it[2], minus);
        let null = self.b.icmp(Cc::Eq, width, zero);
        let width = self.b.select(null, one, width);
        self.b.binary(Op::Udiv, distance, width)
    }

    /// Values defined before the loop that it reads. Constants are made again
    /// inside.
    fn captured(&self, par: &hir::ParallelLoop) -> Vec<hir::Value> {
        let mut inside: Vec<bool> = vec![false; self.hir.types.len()];
        let blocks: Vec<hir::Block> = std::iter::once(par.header).chain(par.body.iter().copied()).collect();
        for b in &blocks {
            let block = &self.hir.blocks[b.index()];
            for v in block.params.iter().chain(block.insts.iter().flat_map(|i| &i.results)) {
                inside[v.index()] = true;
            }
        }
        // Header parameters start with their values at the loop's entry.
        let mut used: Vec<hir::Value> = self.hir.blocks[par.header.index()].params.clone();
        let mut add = |v: hir::Value| {
            if !inside[v.index()] && !used.contains(&v) {
                used.push(v);
            }
        };
        for b in &blocks {
            let block = &self.hir.blocks[b.index()];
            block.insts.iter().flat_map(|i| operands(&i.op)).for_each(&mut add);
            for t in targets(&block.term) {
                if t.block != par.exit {
                    t.args.iter().copied().for_each(&mut add);
                }
            }
            match block.term.inner() {
                Term::Branch { cond, .. } => add(*cond),
                Term::Raise { exception: Some(v) } => add(*v),
                _ => {}
            }
        }
        // Fused arrays stand for their operands.
        let mut i = 0;
        while i < used.len() {
            let v = used[i];
            if !self.is_lowered(v)
                && let Some(inst) = self.def_inst(v)
            {
                for o in operands(&inst.op) {
                    if !used.contains(&o) {
                        used.push(o);
                    }
                }
            }
            i += 1;
        }
        used.retain(|v| self.is_lowered(*v));
        used
    }

    /// Builds the body function.
    fn outline(&mut self, par: &hir::ParallelLoop, iter: hir::Value, layout: &Layout) -> Result<FuncId, CompileError> {
        let id = FuncId::new(self.b.module.funcs.len());
        self.b.module.funcs.push(lir::Func::default());
        let sig = Signature { params: vec![Ty::I64, Ty::I64, Ty::I64, Ty::Ptr], results: vec![] };
        let name = format!("{}.parallel{}", self.hir.name, id.index());
        let outer = Saved {
            func: std::mem::replace(&mut self.b.func, lir::Func::new(name, &sig)),
            block: self.b.block,
            handler: self.b.handler.take(),
            values: self.take_values(),
            blocks: std::mem::replace(&mut self.blocks, vec![None; self.hir.blocks.len()]),
            strips: std::mem::take(&mut self.strips),
            redirect: std::mem::take(&mut self.redirect),
        };
        self.in_parallel = true;
        self.chunked = Some(iter);
        let result = self.body(par, iter, layout);
        self.chunked = None;
        self.in_parallel = false;
        let func = std::mem::replace(&mut self.b.func, outer.func);
        self.b.module.funcs[id.index()] = func;
        self.b.block = outer.block;
        self.b.handler = outer.handler;
        self.put_values(outer.values);
        self.blocks = outer.blocks;
        self.strips = outer.strips;
        self.redirect = outer.redirect;
        result.map(|()| id)
    }

    fn body(&mut self, par: &hir::ParallelLoop, iter: hir::Value, layout: &Layout) -> Result<(), CompileError> {
        let entry = self.b.func.entry();
        self.b.switch_to(entry);
        let params = self.b.func.blocks[0].params.clone();
        let [lo, hi, chunk, env] = params[..] else { return Err(CompileError::bug("parallel body signature")) };
        // Captured values.
        let mut slot = 0;
        let mut entry_values: HashMap<hir::Value, Parts> = HashMap::new();
        for v in &layout.captured {
            let constant = match self.def_inst(*v) {
                Some(inst) if matches!(inst.op, Hop::Const(_)) => Some(self.lower_op(inst, *v)?),
                _ => None,
            };
            let tys = abi::flatten(self.ty(*v));
            let loaded: Parts = tys.iter().enumerate().map(|(i, t)| self.b.load(*t, env, (slot + i as i64) * 8)).collect();
            slot += tys.len() as i64;
            entry_values.insert(*v, constant.unwrap_or(loaded));
        }
        // The chunk's part of the range, the reductions' identities.
        let it = entry_values.get(&iter).cloned().ok_or_else(|| CompileError::bug("range not captured"))?;
        let from = self.b.binary(Op::Imul, lo, it[2]);
        let to = self.b.binary(Op::Imul, hi, it[2]);
        let start = self.b.binary(Op::Iadd, it[0], from);
        let stop = self.b.binary(Op::Iadd, it[0], to);
        entry_values.insert(iter, vec![start, stop, it[2]]);
        let mut copies = layout.copies.iter();
        for (v, r, partial) in &layout.reductions {
            let start = match partial {
                Partial::Number(d) => self.identity(*r, *d),
                // Not looked at before it is given.
                Partial::Any(t) => self.zero(t),
                Partial::Array(a) => {
                    let copy = copies.next().ok_or_else(|| CompileError::bug("no private array"))?;
                    let private = Private {
                        slot: copy.slot,
                        owner: self.b.load(Ty::Ref, env, copy.slot * 8),
                        data: self.b.load(Ty::Ptr, env, copy.slot * 8 + 8),
                        bytes: self.b.load(Ty::I64, env, copy.slot * 8 + 16),
                    };
                    let parts = entry_values.remove(v).ok_or_else(|| CompileError::bug("accumulator not captured"))?;
                    self.private_array(&ArrayVal::new(*a, parts), &private, chunk).parts
                }
            };
            entry_values.insert(*v, start);
        }
        let header = self.hir.blocks[par.header.index()].params.clone();
        let mut args = Parts::new();
        for p in &header {
            args.extend(entry_values.remove(p).ok_or_else(|| CompileError::bug("loop parameter not captured"))?);
        }
        for (v, parts) in entry_values {
            self.define(v, parts);
        }
        let first = self.make_block(par.header);
        self.b.jump(first, &args);
        let end = self.b.new_block();
        self.redirect.insert(par.exit, end);
        let order = self.cfg.order.clone();
        for h in order.into_iter().filter(|b| *b == par.header || par.body.contains(b)) {
            self.lower_block(h)?;
        }
        // Store this chunk's partial results.
        self.b.switch_to(end);
        let width = self.i64(layout.width);
        let offset = self.b.binary(Op::Imul, chunk, width);
        let at = self.b.op(Op::PtrAdd, Ty::Ptr, &[env, offset], 0);
        let mut off = layout.base;
        for (v, _, partial) in &layout.reductions {
            if matches!(partial, Partial::Array(_)) {
                continue;
            }
            for p in self.parts(*v) {
                self.b.store(at, p, off);
                off += 8;
            }
        }
        self.b.ret(&[]);
        Ok(())
    }

    /// Folds the chunks' partial results, in order, into the header's
    /// parameters. Arrays are combined in place.
    fn combine(&mut self, layout: &Layout, env: Value, chunks: Value) -> Result<(), CompileError> {
        if layout.reductions.is_empty() {
            return Ok(());
        }
        let zero = self.i64(0);
        let folded = || layout.reductions.iter().filter(|r| !matches!(r.2, Partial::Array(_)));
        let mut init = vec![zero];
        for (v, ..) in folded() {
            init.extend(self.parts(*v));
        }
        let (head, body, after) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.jump(head, &init);
        let params: Parts = init
            .iter()
            .map(|v| {
                let t = self.b.func.ty(*v);
                self.b.func.add_param(head, t)
            })
            .collect();
        self.b.switch_to(head);
        let k = params[0];
        let more = self.b.icmp(Cc::Slt, k, chunks);
        self.b.brif(more, (body, &[]), (after, &[]));
        self.b.switch_to(body);
        let width = self.i64(layout.width);
        let offset = self.b.binary(Op::Imul, k, width);
        let at = self.b.op(Op::PtrAdd, Ty::Ptr, &[env, offset], 0);
        let one = self.i64(1);
        let mut next = vec![self.b.binary(Op::Iadd, k, one)];
        let (mut off, mut i) = (layout.base, 1);
        for (_, r, partial) in folded() {
            let n = partial.parts();
            let acc: Parts = params[i..i + n].to_vec();
            let part: Parts = (0..n)
                .map(|j| {
                    let t = self.b.func.ty(acc[j]);
                    self.b.load(t, at, off + j as i64 * 8)
                })
                .collect();
            next.extend(match partial {
                Partial::Number(d) => self.reduce(*r, *d, &acc, &part)?,
                _ => part,
            });
            off += n as i64 * 8;
            i += n;
        }
        let mut copies = layout.copies.iter();
        for (v, r, partial) in &layout.reductions {
            let Partial::Array(a) = partial else { continue };
            let copy = copies.next().ok_or_else(|| CompileError::bug("no private array"))?;
            let acc = ArrayVal::new(*a, self.parts(*v));
            let part = self.private_array(&acc, copy, k);
            let sum = apply(&What::Ufunc(r.ufunc().to_owned()), vec![Expr::Array(acc.clone()), Expr::Array(part)], a.dtype)?;
            let parallel = std::mem::replace(&mut self.in_parallel, true);
            let done = self.assign_elements(&sum, &acc);
            self.in_parallel = parallel;
            done?;
        }
        self.b.jump(head, &next);
        self.b.switch_to(after);
        let mut i = 1;
        for (v, _, partial) in folded() {
            let n = partial.parts();
            self.define(*v, params[i..i + n].to_vec());
            i += n;
        }
        Ok(())
    }

    /// The value that leaves others as they are.
    pub fn identity(&mut self, r: Reduction, d: DType) -> Parts {
        let (lo, hi) = d.int_bounds().unwrap_or((0, 0));
        match r {
            Reduction::Add | Reduction::Or | Reduction::Xor => self.number(d, 0.0, 0.0, 0),
            Reduction::Mul => self.number(d, 1.0, 0.0, 1),
            Reduction::And => self.number(d, 1.0, 0.0, if d.kind() == Kind::Bool { 1 } else { -1 }),
            Reduction::Last => self.number(d, 0.0, 0.0, 0),
            Reduction::Min => self.number(d, f64::INFINITY, 0.0, hi as i64),
            Reduction::Max => self.number(d, f64::NEG_INFINITY, 0.0, lo as i64),
        }
    }

    /// One step of a reduction.
    pub fn reduce(&mut self, r: Reduction, d: DType, a: &[Value], b: &[Value]) -> Result<Parts, CompileError> {
        let arith = match r {
            Reduction::Add => BinaryOp::Add,
            Reduction::Mul => BinaryOp::Mul,
            Reduction::And => BinaryOp::And,
            Reduction::Or => BinaryOp::Or,
            Reduction::Xor => BinaryOp::Xor,
            Reduction::Last => return Ok(b.to_vec()),
            Reduction::Min | Reduction::Max => {
                // As Python's min and max: the first unless the second is
                // strictly better.
                let op = if r == Reduction::Min { CompareOp::Lt } else { CompareOp::Gt };
                let c = self.compare_scalars(op, d, b, d, a)?;
                return Ok(a.iter().zip(b).map(|(x, y)| self.b.select(c, *y, *x)).collect());
            }
        };
        self.arith(arith, d, a, b, ErrorModel::Numpy)
    }
}

/// How the environment block is laid out.
struct Layout {
    captured: Vec<hir::Value>,
    /// Byte offset of the partial results.
    base: i64,
    /// Bytes of partial results a chunk.
    width: i64,
    reductions: Vec<(hir::Value, Reduction, Partial)>,
    /// Private arrays, one entry an array reduction, in their order.
    copies: Vec<Private>,
}

/// What a chunk leaves of a reduction.
enum Partial {
    Number(DType),
    /// In its private array.
    Array(ArrayType),
    /// The last iteration's value of this type.
    Any(Type),
}

impl Partial {
    /// Machine values that are stored for each chunk.
    fn parts(&self) -> usize {
        match self {
            Partial::Number(d) => abi::flatten(&Type::Scalar(*d)).len(),
            Partial::Array(_) => 0,
            Partial::Any(t) => abi::flatten(t).len(),
        }
    }
}

/// The private arrays of one accumulator.
struct Private {
    /// First of the three words in the environment.
    slot: i64,
    owner: Value,
    data: Value,
    /// Bytes from one chunk's array to the next.
    bytes: Value,
}

/// The enclosing function while a body is built.
struct Saved {
    func: lir::Func,
    block: lir::Block,
    handler: Option<(lir::Block, Parts)>,
    values: Vec<Option<Parts>>,
    blocks: Vec<Option<lir::Block>>,
    strips: HashMap<hir::Block, super::loops::Strip>,
    redirect: HashMap<hir::Block, lir::Block>,
}
