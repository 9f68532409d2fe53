//! Whole-array expressions in parallel (`parallel=True`): the loop nest moves
//! into a function of its own that handles a range of the outermost
//! dimension; the runtime's scheduler calls it for every chunk.
//!
//! A reduction gives each chunk a slot of partial results; they are folded in
//! chunk order afterwards. Chunks depend on the trip count alone, so the bits
//! of the result do not depend on the number of threads.

use super::expr::Expr;
use super::reduce::Fold;
use super::value::ArrayVal;
use crate::error::CompileError;
use crate::hir::types::{DType, Layout};
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Func, FuncId, Signature, Ty, Value};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::sched::MAX_CHUNKS;

/// What a region's body gets inside its own function.
pub struct Region {
    /// First and last+1 trip of this chunk.
    pub low: Value,
    pub high: Value,
    /// Number of the chunk.
    pub chunk: Value,
    /// The captured values, in order.
    pub captured: Vec<Value>,
}

impl Lowerer<'_> {
    /// Are whole-array expressions to be run in parallel here?
    pub fn parallel_expressions(&self) -> bool {
        self.hir.options.parallel && !self.in_parallel && !self.hir.ordinary
    }

    /// Runs `body` over `0..trips` in parallel. Values of the surrounding
    /// function reach the body only through `captured`.
    ///
    /// # Errors
    /// Whatever the body gives.
    pub fn parallel_region(
        &mut self,
        trips: Value,
        captured: &[Value],
        body: &mut dyn FnMut(&mut Self, &Region) -> Result<(), CompileError>,
    ) -> Result<(), CompileError> {
        let env = self.b.op(Op::StackAddr, Ty::Ptr, &[], 8 * captured.len().max(1) as i64);
        for (i, v) in captured.iter().enumerate() {
            self.b.store(env, *v, 8 * i as i64);
        }
        let types: Vec<Ty> = captured.iter().map(|v| self.b.func.ty(*v)).collect();

        // Build the body beside the function at hand. Its number is taken
        // first, since bodies inside it would come before it otherwise.
        let number = FuncId::new(self.b.module.funcs.len());
        let name = format!("{}.parallel{}", self.hir.name, number.index());
        let sig = Signature { params: vec![Ty::I64, Ty::I64, Ty::I64, Ty::Ptr], results: vec![] };
        self.b.module.funcs.push(Func::default());
        let outer = std::mem::replace(&mut self.b.func, Func::new(name, &sig));
        let (block, handler, was_parallel) = (self.b.block, self.b.handler.take(), self.in_parallel);
        self.b.block = self.b.func.entry();
        self.in_parallel = true;
        let params = self.b.func.blocks[0].params.clone();
        let captured = types
            .into_iter()
            .enumerate()
            // References stay with the caller: in here they are plain addresses.
            .map(|(i, t)| self.b.load(if t == Ty::Ref { Ty::Ptr } else { t }, params[3], 8 * i as i64))
            .collect();
        let region = Region { low: params[0], high: params[1], chunk: params[2], captured };
        let done = body(self, &region);
        if done.is_ok() {
            self.b.ret(&[]);
        }
        let inner = std::mem::replace(&mut self.b.func, outer);
        self.b.module.funcs[number.index()] = inner;
        self.b.block = block;
        self.b.handler = handler;
        self.in_parallel = was_parallel;
        done?;

        let address = self.b.push(Op::FuncAddr, Ty::Ptr, &[], 0, Aux::Func(number), &[]);
        let address = self.b.func.insts[address.index()].results[0];
        let ctx = self.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
        let zero = self.i64(0);
        let chunks = self.i64(MAX_CHUNKS);
        self.runtime_checked("taipan_parfor", &[address, ctx, zero, trips, env, chunks]);
        Ok(())
    }

    /// [`Lowerer::assign_elements`] in parallel.
    ///
    /// # Errors
    /// Operations without scalar form.
    pub fn parallel_assign(&mut self, e: &Expr, to: &ArrayVal) -> Result<(), CompileError> {
        let mut values = vec![];
        let _ = e.map(&mut |v| {
            values.push(v);
            v
        });
        if to.ndim() == 0 || to.ty.layout == Layout::F && to.ndim() > 1 {
            let was = std::mem::replace(&mut self.in_parallel, true);
            let done = self.assign_elements(e, to);
            self.in_parallel = was;
            return done;
        }
        let operands = values.len();
        values.extend(&to.parts);
        self.parallel_region(to.shape(0), &values, &mut |l, region| {
            let target = ArrayVal::new(to.ty, region.captured[operands..].to_vec());
            let rows = target.shape(0);
            let e = l.chunk_of(e, &region.captured[..operands], to.ndim(), rows, region);
            let target = l.rows(&target, to.ndim(), rows, region);
            l.assign_elements(&e, &target)
        })
    }

    /// Folds the expression's elements in parallel, from `init`.
    ///
    /// # Errors
    /// Operations without scalar form.
    pub fn parallel_fold(&mut self, e: &Expr, fold: Fold, to: DType, init: &[Value]) -> Result<Parts, CompileError> {
        let mut values = vec![];
        let _ = e.map(&mut |v| {
            values.push(v);
            v
        });
        let ndim = e.ndim();
        let mut arrays = vec![];
        e.arrays(&mut arrays);
        let operands: Vec<ArrayVal> = arrays.into_iter().cloned().collect();
        let shape = self.broadcast_shape(&operands)?;
        let rows = shape[0];
        let width = 8 * init.len() as i64;
        let partials = self.b.op(Op::StackAddr, Ty::Ptr, &[], width * MAX_CHUNKS);
        let chunks = self.i64(MAX_CHUNKS);
        self.counted_loop(chunks, &[], true, &mut |l, i, _| {
            let at = l.b.op(Op::PtrIndex, Ty::Ptr, &[partials, i], width);
            for (k, v) in init.iter().enumerate() {
                l.b.store(at, *v, 8 * k as i64);
            }
            vec![]
        });
        let count = values.len();
        values.extend([partials, rows]);
        self.parallel_region(rows, &values, &mut |l, region| {
            let (partials, rows) = (region.captured[count], region.captured[count + 1]);
            let e = l.chunk_of(e, &region.captured[..count], ndim, rows, region);
            let init = l.fold_identity(fold, to);
            let acc = l.for_each_element(&e, &[], &init, &mut |l, e, cursor, acc| {
                let x = l.element(e, &mut cursor.iter().copied(), to)?;
                l.fold_step(fold, to, acc, &x)
            })?;
            let at = l.b.op(Op::PtrIndex, Ty::Ptr, &[partials, region.chunk], width);
            for (k, v) in acc.iter().enumerate() {
                l.b.store(at, *v, 8 * k as i64);
            }
            Ok(())
        })?;
        let types: Vec<Ty> = init.iter().map(|v| self.b.func.ty(*v)).collect();
        let mut failed = None;
        let total = self.counted_loop(chunks, init, true, &mut |l, i, acc| {
            let at = l.b.op(Op::PtrIndex, Ty::Ptr, &[partials, i], width);
            let x: Parts = types.iter().enumerate().map(|(k, t)| l.b.load(*t, at, 8 * k as i64)).collect();
            l.fold_step(fold, to, acc, &x).unwrap_or_else(|e| {
                failed.get_or_insert(e);
                acc.to_vec()
            })
        });
        failed.map_or(Ok(total), Err)
    }

    /// The expression on the captured values, limited to the chunk's rows.
    fn chunk_of(&mut self, e: &Expr, captured: &[Value], ndim: usize, rows: Value, region: &Region) -> Expr {
        let mut next = captured.iter().copied();
        // Same order as the capture: both come from `Expr::map`.
        let e = e.map(&mut |v| next.next().unwrap_or(v));
        self.expr_rows(&e, ndim, rows, region)
    }

    fn expr_rows(&mut self, e: &Expr, ndim: usize, rows: Value, region: &Region) -> Expr {
        match e {
            Expr::Array(a) => Expr::Array(self.rows(a, ndim, rows, region)),
            Expr::Scalar(d, p) => Expr::Scalar(*d, p.clone()),
            Expr::Apply { op, args, inputs, dtype } => Expr::Apply {
                op: op.clone(),
                args: args.iter().map(|a| self.expr_rows(a, ndim, rows, region)).collect(),
                inputs: inputs.clone(),
                dtype: *dtype,
            },
        }
    }

    /// Rows `low..high` of an operand whose first dimension is the result's
    /// (`rows` of them); operands without it, or with one row, stay whole.
    fn rows(&mut self, a: &ArrayVal, ndim: usize, rows: Value, region: &Region) -> ArrayVal {
        if a.ndim() < ndim {
            return a.clone();
        }
        let own = a.shape(0);
        let count = self.b.binary(Op::Isub, region.high, region.low);
        let moved = self.step_address(a, a.data(), 0, region.low);
        let (data, size) = if own == rows {
            (moved, count)
        } else {
            let whole = self.b.icmp(Cc::Eq, own, rows);
            (self.b.select(whole, moved, a.data()), self.b.select(whole, count, own))
        };
        let mut shape = a.shapes();
        shape[0] = size;
        // A slice of rows of Fortran order is not contiguous.
        let layout = if a.ty.layout == Layout::F && a.ndim() > 1 { Layout::A } else { a.ty.layout };
        ArrayVal::assemble(crate::hir::types::ArrayType { layout, ..a.ty }, a.owner(), data, &shape, &a.strides())
    }
}
