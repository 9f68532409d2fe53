//! One LIR function as LLVM IR.
//!
//! Blocks are visited in reverse postorder, so that every operand exists when
//! its user is built; block parameters become phis whose incoming values are
//! added at the edges. Raising blocks are cold and end in a call of the trap
//! service and a return of the status.

use super::assemble::{Assembly, Callee, POLL_INTERRUPT, STACK_LIMIT, TRAP, UNWIND};
use super::error::{LlvmError, Result};
use super::types::{Types, binary_opcode, cast_opcode, fast_math, float_predicate, int_predicate, intrinsic_name};
use super::raw;
use crate::lir::analysis::Cfg;
use crate::lir::op::{Op, ResultRule};
use crate::lir::{Aux, Block, Func, FuncId, InstData, FastMath, Module as Lir, Signature, Target, Ty, Value};
use inkwell::attributes::AttributeLoc;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, BasicValueEnum, FunctionValue, IntValue, PhiValue, PointerValue, StructValue,
};
use inkwell::IntPredicate;
use std::collections::{HashMap, HashSet};
use taipan_runtime::trap::{CTX_POLL, CTX_STACK_LIMIT, STATUS_EXIT, STATUS_OK, STATUS_TRAP, TrapKind};

/// Loads a parameter or result slot.
pub(super) fn load_slot<'ctx>(b: &Builder<'ctx>, ty: &Types<'ctx>, t: Ty, p: PointerValue<'ctx>) -> Result<BasicValueEnum<'ctx>> {
    if t == Ty::I1 {
        // A byte that is not 0 is true: foreign memory may hold others than 1.
        let byte = b.build_load(ty.i8, p, "")?.into_int_value();
        return Ok(b.build_int_compare(IntPredicate::NE, byte, ty.i8.const_zero(), "")?.into());
    }
    Ok(b.build_load(ty.of(t), p, "")?)
}

/// An overflow predicate and its operands.
type Overflow = (Op, Value, Value);

struct Lowering<'a, 'ctx> {
    asm: &'a mut Assembly<'ctx>,
    source: usize,
    lir: &'a Lir,
    func: &'a Func,
    llvm: FunctionValue<'ctx>,
    /// Ends without terminator until the function is done: stack slots.
    entry: BasicBlock<'ctx>,
    values: Vec<Option<BasicValueEnum<'ctx>>>,
    blocks: Vec<Option<BasicBlock<'ctx>>>,
    phis: Vec<Vec<PhiValue<'ctx>>>,
    preds: Vec<Vec<Block>>,
    /// Arithmetic with overflow bit, by the block it stands in.
    overflow: HashMap<(Block, Overflow), StructValue<'ctx>>,
    wanted_overflow: HashSet<Overflow>,
    block: Block,
}

/// Expected (almost) never to run.
fn is_cold(f: &Func, b: Block) -> bool {
    f.blocks[b.index()].cold || f.terminator(b).is_some_and(|t| matches!(t.op, Op::Trap | Op::Unwind))
}

/// Arithmetic operation whose overflow `op` asks for, and back.
fn overflow_of(op: Op) -> Option<Op> {
    Some(match op {
        Op::Iadd => Op::SaddO,
        Op::Isub => Op::SsubO,
        Op::Imul => Op::SmulO,
        _ => return None,
    })
}

/// Fills `llvm` with function `f` of the module `lir`.
pub(super) fn lower<'ctx>(asm: &mut Assembly<'ctx>, source: usize, lir: &Lir, f: FuncId, llvm: FunctionValue<'ctx>) -> Result<()> {
    let func = &lir.funcs[f.index()];
    let cfg = Cfg::new(func);
    let checks_stack = asm.may_recurse(source, f);
    let mut preds = cfg.preds.clone();
    preds.iter_mut().for_each(|p| p.retain(|b| cfg.reachable(*b)));
    let wanted_overflow = func
        .insts
        .iter()
        .filter(|i| matches!(i.op, Op::SaddO | Op::SsubO | Op::SmulO))
        .map(|i| (i.op, i.args[0], i.args[1]))
        .collect();
    let entry = asm.context.append_basic_block(llvm, "entry");
    let mut l = Lowering {
        values: vec![None; func.values.len()],
        blocks: vec![None; func.blocks.len()],
        phis: vec![Vec::new(); func.blocks.len()],
        overflow: HashMap::new(),
        block: func.entry(),
        asm, source, lir, func, llvm, entry, preds, wanted_overflow,
    };
    let start = l.new_block("start");
    for b in &cfg.rpo {
        l.blocks[b.index()] = Some(l.new_block(&b.to_string()));
    }
    for b in &cfg.rpo {
        if *b != func.entry() || !l.preds[0].is_empty() {
            l.make_phis(*b)?;
        }
    }
    l.start(start, checks_stack)?;
    for b in cfg.rpo {
        l.block = b;
        let at = l.target_block(b)?;
        l.asm.builder.position_at_end(at);
        for i in &func.blocks[b.index()].insts {
            l.inst(&func.insts[i.index()])?;
        }
    }
    l.asm.builder.position_at_end(entry);
    l.asm.builder.build_unconditional_branch(start)?;
    Ok(())
}

impl<'ctx> Lowering<'_, 'ctx> {
    fn new_block(&self, name: &str) -> BasicBlock<'ctx> {
        self.asm.context.append_basic_block(self.llvm, name)
    }
    fn target_block(&self, b: Block) -> Result<BasicBlock<'ctx>> {
        self.blocks[b.index()].ok_or_else(|| LlvmError(format!("branch to {b}, which has no code")))
    }
    fn here(&self) -> Result<BasicBlock<'ctx>> {
        self.asm.builder.get_insert_block().ok_or_else(|| "no insertion point".into())
    }
    fn value(&self, v: Value) -> Result<BasicValueEnum<'ctx>> {
        self.values[v.index()].ok_or_else(|| LlvmError(format!("{v} is used before its definition")))
    }
    fn int(&self, v: Value) -> Result<IntValue<'ctx>> {
        match self.value(v)? {
            BasicValueEnum::IntValue(i) => Ok(i),
            _ => Err(LlvmError(format!("{v} is not an integer"))),
        }
    }
    fn ptr(&self, v: Value) -> Result<PointerValue<'ctx>> {
        match self.value(v)? {
            BasicValueEnum::PointerValue(p) => Ok(p),
            _ => Err(LlvmError(format!("{v} is not a pointer"))),
        }
    }
    fn ctx(&self) -> Result<PointerValue<'ctx>> {
        Ok(self.llvm.get_nth_param(0).ok_or("context parameter")?.into_pointer_value())
    }
    fn results(&self) -> Result<PointerValue<'ctx>> {
        Ok(self.llvm.get_last_param().ok_or("results parameter")?.into_pointer_value())
    }
    fn status(&self, s: i64) -> IntValue<'ctx> {
        self.asm.ty.i32.const_int(s as u64, true)
    }

    /// The code before the first LIR block: parameters and the stack check.
    fn start(&mut self, start: BasicBlock<'ctx>, checks_stack: bool) -> Result<()> {
        self.asm.builder.position_at_end(start);
        let entry_block = self.func.entry();
        let params = &self.func.blocks[0].params;
        if checks_stack {
            let site = self.func.insts.iter().map(|i| i.site).find(|s| *s != 0).unwrap_or(0);
            let marker = self.stack_slot(1, 1)?;
            let b = &self.asm.builder;
            let limit = raw::offset(b, &self.asm.ty, self.ctx()?, i64::from(CTX_STACK_LIMIT))?;
            let limit = b.build_load(self.asm.ty.i64, limit, "")?.into_int_value();
            let sp = b.build_ptr_to_int(marker, self.asm.ty.i64, "")?;
            let low = b.build_int_compare(IntPredicate::ULT, sp, limit, "")?;
            let (deep, fine) = (self.new_block("deep"), self.new_block("shallow"));
            self.asm.branch(low, deep, fine, Some(true))?;
            self.asm.builder.position_at_end(deep);
            let sig = Signature { params: vec![Ty::Ptr, Ty::I64, Ty::I32], results: vec![Ty::I32] };
            let f = self.asm.service(STACK_LIMIT, &sig);
            let site = self.asm.ty.i32.const_int(u64::from(site), false);
            self.call_or_leave(f, &[self.ctx()?.into(), sp.into(), site.into()], &[], fine)?;
        }
        let first = self.target_block(entry_block)?;
        let here = self.here()?;
        self.asm.builder.build_unconditional_branch(first)?;
        if self.preds[0].is_empty() {
            for (n, v) in params.iter().enumerate() {
                self.values[v.index()] = self.llvm.get_nth_param(n as u32 + 1);
            }
        } else {
            // The entry block is a loop header.
            for (n, phi) in self.phis[0].iter().enumerate() {
                let v = self.llvm.get_nth_param(n as u32 + 1).ok_or("parameter")?;
                phi.add_incoming(&[(&v, here)]);
            }
        }
        Ok(())
    }

    fn make_phis(&mut self, b: Block) -> Result<()> {
        let at = self.target_block(b)?;
        self.asm.builder.position_at_end(at);
        for p in &self.func.blocks[b.index()].params {
            let phi = self.asm.builder.build_phi(self.asm.ty.of(self.func.ty(*p)), "")?;
            self.values[p.index()] = Some(phi.as_basic_value());
            self.phis[b.index()].push(phi);
        }
        Ok(())
    }

    /// Stack memory that lives as long as the call.
    fn stack_slot(&self, bytes: u64, align: u32) -> Result<PointerValue<'ctx>> {
        let back = self.here()?;
        let b = &self.asm.builder;
        b.position_at_end(self.entry);
        let size = u32::try_from(bytes.max(1)).map_err(|_| LlvmError(format!("stack slot of {bytes} bytes")))?;
        let p = b.build_alloca(self.asm.ty.i8.array_type(size), "")?;
        if let Some(i) = p.as_instruction() {
            i.set_alignment(align)?;
        }
        b.position_at_end(back);
        Ok(p)
    }

    fn trap(&mut self, kind: TrapKind, site: u32, args: &[Value]) -> Result<()> {
        let sig = Signature { params: vec![Ty::Ptr, Ty::I32, Ty::I32, Ty::I64, Ty::I64, Ty::I64, Ty::I64], results: vec![] };
        let f = self.asm.service(TRAP, &sig);
        let t = &self.asm.ty;
        let mut call: Vec<BasicMetadataValueEnum> = vec![
            self.ctx()?.into(),
            t.i32.const_int(u64::from(kind as u32), false).into(),
            t.i32.const_int(u64::from(site), false).into(),
        ];
        for v in args {
            call.push(self.value(*v)?.into());
        }
        call.resize(7, t.i64.const_zero().into());
        self.asm.builder.build_direct_call(f, &call, "")?;
        self.asm.builder.build_return(Some(&self.status(i64::from(STATUS_TRAP))))?;
        Ok(())
    }

    fn store_results(&self, args: &[Value]) -> Result<()> {
        let results = self.results()?;
        let b = &self.asm.builder;
        for (n, v) in args.iter().enumerate() {
            let slot = raw::offset(b, &self.asm.ty, results, n as i64 * 8)?;
            let mut value = self.value(*v)?;
            if self.func.ty(*v) == Ty::I1 {
                value = b.build_int_z_extend(value.into_int_value(), self.asm.ty.i64, "")?.into();
            }
            b.build_store(slot, value)?;
        }
        Ok(())
    }

    fn inst(&mut self, i: &InstData) -> Result<()> {
        if i.op.effect() == crate::lir::op::Effect::Terminator {
            return self.terminator(i);
        }
        match i.op {
            Op::Store => self.store(i),
            Op::Call => self.call(i),
            Op::CallSym => self.call_symbol(i),
            Op::Poll => self.poll(i),
            // Its meaning was spent when retains and releases were placed.
            Op::Keep => Ok(()),
            _ => {
                let v = self.single(i)?;
                let result = i.results.first().ok_or_else(|| LlvmError(format!("{} without result", i.op.text())))?;
                debug_assert!(i.op.rule() != ResultRule::None);
                self.values[result.index()] = Some(v);
                Ok(())
            }
        }
    }

    /// Operations with exactly one result and no control flow.
    fn single(&mut self, i: &InstData) -> Result<BasicValueEnum<'ctx>> {
        if overflow_of(i.op).is_some() || matches!(i.op, Op::SaddO | Op::SsubO | Op::SmulO) {
            return self.integer_arithmetic(i);
        }
        if let Some(op) = binary_opcode(i.op) {
            let v = self.asm.builder.build_binop(op, self.value(i.args[0])?, self.value(i.args[1])?, "")?;
            return self.flagged(v, i.fast());
        }
        if i.op == Op::Sqrt
            && i.fast().approximate()
            && i.fast().finite()
            && let Some((f, variants)) = self.asm.approximate_root(i.ty)
        {
            let call = self.asm.builder.build_direct_call(f, &[self.value(i.args[0])?.into()], "")?;
            call.add_attribute(AttributeLoc::Function, variants);
            let v = call.try_as_basic_value().basic().ok_or("root without value")?;
            return self.flagged(v, i.fast());
        }
        if let Some(name) = intrinsic_name(i.op) {
            let f = self.asm.intrinsic(name, i.ty)?;
            let args = i.args.iter().map(|v| Ok(self.value(*v)?.into())).collect::<Result<Vec<BasicMetadataValueEnum>>>()?;
            let call = self.asm.builder.build_direct_call(f, &args, "")?;
            let v = call.try_as_basic_value().basic().ok_or("intrinsic without value")?;
            return self.flagged(v, i.fast());
        }
        let from = i.args.first().map(|v| self.func.ty(*v));
        if let Some(op) = from.and_then(|from| cast_opcode(i.op, from, i.ty)) {
            let v = self.value(i.args[0])?;
            let to = self.asm.ty.of(i.ty);
            if v.get_type() == to {
                return Ok(v);
            }
            let v = self.asm.builder.build_cast(op, v, to, "")?;
            let frozen = matches!(i.op, Op::Fptosi | Op::Fptoui);
            return Ok(if frozen { raw::freeze(&self.asm.builder, v) } else { v });
        }
        let ty = &self.asm.ty;
        let b = &self.asm.builder;
        Ok(match i.op {
            Op::Iconst if i.ty.is_ptr() => self.address(i.imm as u64),
            Op::Iconst => ty.int(i.ty).const_int(i.imm as u64, true).into(),
            Op::AddrConst => self.address(i.imm as u64),
            Op::Fconst => {
                // Through the bits, so that NaN payloads survive.
                let bits = if i.ty == Ty::F32 { ty.i32.const_int(i.imm as u64 & 0xffff_ffff, false) } else { ty.i64.const_int(i.imm as u64, false) };
                b.build_bit_cast(bits, ty.of(i.ty), "")?
            }
            Op::SymAddr => {
                let Aux::Sym(s) = i.aux else { return Err("sym_addr without symbol".into()) };
                self.asm.symbol(&self.lir.symbols[s.index()]).as_global_value().as_pointer_value().into()
            }
            Op::FuncAddr => {
                let Aux::Func(f) = i.aux else { return Err("func_addr without function".into()) };
                self.asm.function(self.source, f).as_global_value().as_pointer_value().into()
            }
            Op::Shl | Op::Ashr | Op::Lshr => {
                let t = ty.int(i.ty);
                let count = b.build_and(self.int(i.args[1])?, t.const_int(u64::from(i.ty.bits()) - 1, false), "")?;
                let x = self.int(i.args[0])?;
                if i.op == Op::Shl { b.build_left_shift(x, count, "")?.into() } else { b.build_right_shift(x, count, i.op == Op::Ashr, "")?.into() }
            }
            Op::Fneg => {
                let v = b.build_float_neg(self.value(i.args[0])?.into_float_value(), "")?;
                return self.flagged(v.into(), i.fast());
            }
            Op::Icmp => self.compare(i)?,
            Op::Fcmp => {
                let Aux::Cc(cc) = i.aux else { return Err("fcmp without predicate".into()) };
                let p = float_predicate(cc).ok_or("fcmp with integer predicate")?;
                b.build_float_compare(p, self.value(i.args[0])?.into_float_value(), self.value(i.args[1])?.into_float_value(), "")?.into()
            }
            Op::Select => b.build_select(self.int(i.args[0])?, self.value(i.args[1])?, self.value(i.args[2])?, "")?,
            Op::Load => {
                let p = raw::offset(b, ty, self.ptr(i.args[0])?, i.imm)?;
                if i.ty == Ty::I1 {
                    return load_slot(b, ty, i.ty, p);
                }
                let v = b.build_load(ty.of(i.ty), p, "")?;
                if let Some(load) = v.as_instruction_value() {
                    // Arrays over foreign buffers may be unaligned.
                    load.set_alignment(1)?;
                }
                v
            }
            Op::PtrAdd => raw::index(b, ty.i8, self.ptr(i.args[0])?, self.int(i.args[1])?).into(),
            Op::PtrIndex => {
                let size = u32::try_from(i.imm).map_err(|_| LlvmError(format!("element of {} bytes", i.imm)))?;
                raw::index(b, ty.i8.array_type(size), self.ptr(i.args[0])?, self.int(i.args[1])?).into()
            }
            Op::StackAddr => self.stack_slot(i.imm as u64, 16)?.into(),
            Op::LoadPoll => self.load_poll()?.into(),
            Op::GetCtx => self.ctx()?.into(),
            other => return Err(LlvmError(format!("no lowering for {}", other.text()))),
        })
    }

    fn address(&self, a: u64) -> BasicValueEnum<'ctx> {
        if a == 0 {
            return self.asm.ty.ptr.const_null().into();
        }
        self.asm.ty.i64.const_int(a, false).const_to_pointer(self.asm.ty.ptr).into()
    }

    fn flagged(&self, v: BasicValueEnum<'ctx>, fast: FastMath) -> Result<BasicValueEnum<'ctx>> {
        if fast != FastMath::NONE
            && let Some(i) = v.as_instruction_value()
            && i.can_use_fast_math_flags()
        {
            i.set_fast_math_flags(fast_math(fast))?;
        }
        Ok(v)
    }

    /// Arithmetic whose overflow is also asked for is computed once, as one
    /// instruction with both results.
    fn integer_arithmetic(&mut self, i: &InstData) -> Result<BasicValueEnum<'ctx>> {
        let wants_bit = overflow_of(i.op).is_none();
        let predicate = overflow_of(i.op).unwrap_or(i.op);
        let key = (predicate, i.args[0], i.args[1]);
        if !wants_bit && !self.wanted_overflow.contains(&key) {
            let op = binary_opcode(i.op).ok_or("not arithmetic")?;
            return Ok(self.asm.builder.build_binop(op, self.value(key.1)?, self.value(key.2)?, "")?);
        }
        let both = match self.find_overflow(key) {
            Some(s) => s,
            None => {
                let name = intrinsic_name(predicate).ok_or("not an overflow predicate")?;
                let f = self.asm.intrinsic(name, i.ty)?;
                let call = self.asm.builder.build_direct_call(f, &[self.value(key.1)?.into(), self.value(key.2)?.into()], "")?;
                let s = call.try_as_basic_value().basic().ok_or("intrinsic without value")?.into_struct_value();
                self.overflow.insert((self.block, key), s);
                s
            }
        };
        Ok(self.asm.builder.build_extract_value(both, u32::from(wants_bit), "")?)
    }

    /// A computation of `key` in this block or one that dominates it through
    /// a chain of only predecessors.
    fn find_overflow(&self, key: Overflow) -> Option<StructValue<'ctx>> {
        let mut b = self.block;
        for _ in 0..8 {
            if let Some(s) = self.overflow.get(&(b, key)) {
                return Some(*s);
            }
            match self.preds[b.index()][..] {
                [only] if b != self.func.entry() => b = only,
                _ => return None,
            }
        }
        None
    }

    fn compare(&self, i: &InstData) -> Result<BasicValueEnum<'ctx>> {
        let Aux::Cc(cc) = i.aux else { return Err("icmp without predicate".into()) };
        let p = int_predicate(cc).ok_or("icmp with float predicate")?;
        let b = &self.asm.builder;
        Ok(if i.ty.is_ptr() {
            b.build_int_compare(p, self.ptr(i.args[0])?, self.ptr(i.args[1])?, "")?.into()
        } else {
            b.build_int_compare(p, self.int(i.args[0])?, self.int(i.args[1])?, "")?.into()
        })
    }

    fn store(&self, i: &InstData) -> Result<()> {
        let b = &self.asm.builder;
        let p = raw::offset(b, &self.asm.ty, self.ptr(i.args[0])?, i.imm)?;
        let mut v = self.value(i.args[1])?;
        if self.func.ty(i.args[1]) == Ty::I1 {
            v = b.build_int_z_extend(v.into_int_value(), self.asm.ty.i8, "")?.into();
        }
        b.build_store(p, v)?.set_alignment(1)?;
        Ok(())
    }

    fn call(&mut self, i: &InstData) -> Result<()> {
        let callee = match i.aux {
            Aux::Func(f) => Callee::Known(self.asm.function(self.source, f)),
            Aux::Import(m) => self.asm.import(self.source, m),
            _ => return Err("call without callee".into()),
        };
        let (status, values) = i.results.split_first().ok_or("call without status")?;
        let slots = if values.is_empty() {
            self.asm.ty.ptr.const_null()
        } else {
            self.stack_slot(values.len() as u64 * 8, 8)?
        };
        let mut args: Vec<BasicMetadataValueEnum> = vec![self.ctx()?.into()];
        for v in &i.args {
            args.push(self.value(*v)?.into());
        }
        args.push(slots.into());
        let b = &self.asm.builder;
        let call = match callee {
            Callee::Known(f) => b.build_direct_call(f, &args, "")?,
            Callee::Cell(cell) => {
                let sig = Signature {
                    params: i.args.iter().map(|v| self.func.ty(*v)).collect(),
                    results: values.iter().map(|v| self.func.ty(*v)).collect(),
                };
                let f = b.build_load(self.asm.ty.ptr, self.address(cell).into_pointer_value(), "")?.into_pointer_value();
                let call = b.build_indirect_call(self.asm.ty.physical(&sig), f, &args, "")?;
                call.add_attribute(AttributeLoc::Function, self.asm.attr.nounwind);
                for (n, t) in sig.params.iter().enumerate().filter(|(_, t)| **t == Ty::I1) {
                    debug_assert_eq!(*t, Ty::I1);
                    call.add_attribute(AttributeLoc::Param(n as u32 + 1), self.asm.attr.zeroext);
                }
                call
            }
        };
        self.values[status.index()] = call.try_as_basic_value().basic();
        for (n, v) in values.iter().enumerate() {
            let slot = raw::offset(b, &self.asm.ty, slots, n as i64 * 8)?;
            self.values[v.index()] = Some(load_slot(b, &self.asm.ty, self.func.ty(*v), slot)?);
        }
        Ok(())
    }

    fn call_symbol(&mut self, i: &InstData) -> Result<()> {
        let Aux::Sym(s) = i.aux else { return Err("call_sym without symbol".into()) };
        let symbol = &self.lir.symbols[s.index()];
        let f = self.asm.symbol(symbol);
        let args = i.args.iter().map(|v| Ok(self.value(*v)?.into())).collect::<Result<Vec<BasicMetadataValueEnum>>>()?;
        let call = self.asm.builder.build_direct_call(f, &args, "")?;
        call.add_attribute(AttributeLoc::Function, self.asm.attr.nounwind);
        let fast = i.fast();
        if symbol.pure_fn
            && let Some(variants) = self.asm.vector_variants(symbol.name, fast.approximate())
        {
            call.add_attribute(AttributeLoc::Function, variants);
        }
        if let Some(result) = i.results.first() {
            let v = call.try_as_basic_value().basic().ok_or("symbol without value")?;
            self.values[result.index()] = Some(if symbol.pure_fn { self.flagged(v, fast)? } else { v });
        }
        Ok(())
    }

    fn load_poll(&self) -> Result<IntValue<'ctx>> {
        let b = &self.asm.builder;
        let p = raw::offset(b, &self.asm.ty, self.ctx()?, i64::from(CTX_POLL))?;
        let v = b.build_load(self.asm.ty.i32, p, "poll")?;
        if let Some(i) = v.as_instruction_value() {
            // Volatile, not atomic: an atomic load would stop every motion of
            // other loads across it. 4 aligned bytes are read in one go.
            i.set_volatile(true)?;
        }
        Ok(v.into_int_value())
    }

    /// Looks at the poll word; the slow path may end the function.
    fn poll(&mut self, i: &InstData) -> Result<()> {
        let word = self.load_poll()?;
        let zero = self.asm.ty.i32.const_zero();
        let set = self.asm.builder.build_int_compare(IntPredicate::NE, word, zero, "")?;
        let (slow, go) = (self.new_block("polled"), self.new_block("go"));
        self.asm.branch(set, slow, go, Some(true))?;
        let sig = Signature { params: vec![Ty::Ptr, Ty::I32], results: vec![Ty::I32] };
        let f = self.asm.service(POLL_INTERRUPT, &sig);
        self.asm.builder.position_at_end(slow);
        let site = self.asm.ty.i32.const_int(u64::from(i.site), false);
        self.call_or_leave(f, &[self.ctx()?.into(), site.into()], &i.args, go)
    }

    /// Calls a service that gives a status: ends the function with it, after
    /// releasing `owned`, unless it is 0; else continues in `go`.
    fn call_or_leave(&mut self, f: FunctionValue<'ctx>, args: &[BasicMetadataValueEnum<'ctx>], owned: &[Value], go: BasicBlock<'ctx>) -> Result<()> {
        let leave = self.new_block("stop");
        let call = self.asm.builder.build_direct_call(f, args, "")?;
        let status = call.try_as_basic_value().basic().ok_or("service without status")?.into_int_value();
        let zero = self.asm.ty.i32.const_zero();
        let stop = self.asm.builder.build_int_compare(IntPredicate::NE, status, zero, "")?;
        self.asm.branch(stop, leave, go, None)?;
        self.asm.builder.position_at_end(leave);
        if !owned.is_empty() {
            let release = self.asm.symbol(&crate::symbols::symbol("taipan_buffer_release"));
            for v in owned {
                self.asm.builder.build_direct_call(release, &[self.value(*v)?.into()], "")?;
            }
        }
        self.asm.builder.build_return(Some(&status))?;
        self.asm.builder.position_at_end(go);
        Ok(())
    }

    fn edge(&self, t: &Target, from: BasicBlock<'ctx>) -> Result<()> {
        for (phi, v) in self.phis[t.block.index()].iter().zip(&t.args) {
            let v = self.value(*v)?;
            phi.add_incoming(&[(&v as &dyn BasicValue, from)]);
        }
        Ok(())
    }

    fn terminator(&mut self, i: &InstData) -> Result<()> {
        match i.op {
            Op::Jump => {
                let t = &i.targets()[0];
                let here = self.here()?;
                self.edge(t, here)?;
                self.asm.builder.build_unconditional_branch(self.target_block(t.block)?)?;
            }
            Op::Brif => {
                let (a, b) = (&i.targets()[0], &i.targets()[1]);
                let here = self.here()?;
                let then = self.target_block(a.block)?;
                let mut other = self.target_block(b.block)?;
                let mut from = here;
                if a.block == b.block {
                    // Two edges to one block need distinct sources.
                    other = self.new_block("edge");
                    from = other;
                    self.asm.builder.position_at_end(other);
                    self.asm.builder.build_unconditional_branch(then)?;
                    self.asm.builder.position_at_end(here);
                }
                self.edge(a, here)?;
                self.edge(b, from)?;
                let cold = (is_cold(self.func, a.block), is_cold(self.func, b.block));
                let cold_then = if cold.0 == cold.1 { None } else { Some(cold.0) };
                self.asm.branch(self.int(i.args[0])?, then, other, cold_then)?;
            }
            Op::Ret => {
                self.store_results(&i.args)?;
                self.asm.builder.build_return(Some(&self.status(i64::from(STATUS_OK))))?;
            }
            Op::Trap => {
                let Aux::Trap(kind) = i.aux else { return Err("trap without kind".into()) };
                self.trap(kind, i.site, &i.args)?;
            }
            Op::Unwind => {
                let sig = Signature { params: vec![Ty::Ptr, Ty::I32], results: vec![] };
                let f = self.asm.service(UNWIND, &sig);
                let site = self.asm.ty.i32.const_int(u64::from(i.site), false);
                self.asm.builder.build_direct_call(f, &[self.ctx()?.into(), site.into()], "")?;
                self.asm.builder.build_return(Some(&self.status(i64::from(STATUS_TRAP))))?;
            }
            Op::Exit => {
                self.store_results(&i.args)?;
                self.asm.builder.build_return(Some(&self.status(i64::from(STATUS_EXIT) + i.imm)))?;
            }
            Op::Unreachable => {
                self.asm.builder.build_unreachable()?;
            }
            other => return Err(LlvmError(format!("{} does not end a block", other.text()))),
        }
        Ok(())
    }
}
